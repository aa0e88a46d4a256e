import { z } from 'zod';

/** How strongly something of the driver is taken over: 0 not at all, 1 as it is. */
export const MAX_STRENGTH = 1.5;
const strength = z.number().min(0).max(MAX_STRENGTH);

/** Every setting and what it may be. Nothing here has a default: absent means unchanged. */
const fields = {
  /** The portrait moves as a mirror would: the driver's left is the picture's left. */
  mirror: z.boolean(),
  /** Multiplies head rotation, translation and scale. */
  poseStrength: strength,
  /** Multiplies what mouth, jaw and cheeks do. */
  mouthStrength: strength,
  /** Multiplies what brows and forehead do. */
  browStrength: strength,
  /** Multiplies lids and gaze. */
  eyeStrength: strength,
  /** 0 = raw, 1 = calmest. */
  smoothing: z.number().min(0).max(1),
  /** `relative`: motion since the calibrated neutral. `absolute`: the driver's own pose and expression. */
  mode: z.enum(['relative', 'absolute']),
};

/** What a performer can set while performing; every field has the value a new user should meet. */
export const sessionSettingsSchema = z.strictObject({
  mirror: fields.mirror.default(true),
  poseStrength: fields.poseStrength.default(1),
  mouthStrength: fields.mouthStrength.default(1),
  browStrength: fields.browStrength.default(1),
  eyeStrength: fields.eyeStrength.default(1),
  smoothing: fields.smoothing.default(0.4),
  mode: fields.mode.default('relative'),
});
export type SessionSettings = z.infer<typeof sessionSettingsSchema>;

/** A change of some settings; unknown keys are refused. */
export const settingsPatchSchema = z.strictObject(fields).partial();
export type SettingsPatch = z.infer<typeof settingsPatchSchema>;

export const DEFAULT_SETTINGS: SessionSettings = sessionSettingsSchema.parse({});

/**
 * Settings that were kept by this or another version: each that is known and valid today counts, the others are as a
 * new user meets them. Never throws, whatever is given.
 */
export function settingsFromStorage(kept: unknown): SessionSettings {
  const settings: Record<string, unknown> = { ...DEFAULT_SETTINGS };
  if (typeof kept !== 'object' || kept === null) return DEFAULT_SETTINGS;
  for (const [name, schema] of Object.entries(fields)) {
    const parsed = schema.safeParse((kept as Record<string, unknown>)[name]);
    if (parsed.success) settings[name] = parsed.data;
  }
  return sessionSettingsSchema.parse(settings);
}
