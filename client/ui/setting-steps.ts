import { MAX_STRENGTH, type SessionSettings, type SettingsPatch } from '../../shared/settings.ts';

/** Settings that are amounts, in the order in which they are shown, with the range that `shared/settings.ts` allows. */
export const strengths = {
  poseStrength: { label: 'Head', max: MAX_STRENGTH, hint: 'How far the head turns, tilts and moves' },
  mouthStrength: { label: 'Mouth', max: MAX_STRENGTH, hint: 'How strongly mouth, jaw and cheeks move' },
  browStrength: { label: 'Brows', max: MAX_STRENGTH, hint: 'How strongly brows and forehead move' },
  eyeStrength: { label: 'Eyes', max: MAX_STRENGTH, hint: 'How strongly lids and gaze move' },
  smoothing: { label: 'Smoothing', max: 1, hint: 'Calms trembling; more of it follows a little later' },
} as const;

export type StrengthName = keyof typeof strengths;

export const SLIDER_STEP = 0.05;
/** A key press is a step that one can see. */
const KEY_STEP = 0.1;

/** One key press up (+1) or down (−1), within the range. */
export function stepStrength(settings: SessionSettings, name: StrengthName, direction: 1 | -1): SettingsPatch {
  const stepped = settings[name] + direction * KEY_STEP;
  const clamped = Math.min(strengths[name].max, Math.max(0, stepped));
  return { [name]: Math.round(clamped * 100) / 100 };
}

/** `0.4` as "40 %". */
export function percent(value: number): string {
  return `${Math.round(value * 100)} %`;
}
