import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS, sessionSettingsSchema } from '../../shared/settings.ts';
import { percent, type StrengthName, stepStrength, strengths } from './setting-steps.ts';

describe('steps of a strength', () => {
  it('go up and down by ten percent', () => {
    expect(stepStrength(DEFAULT_SETTINGS, 'poseStrength', 1)).toEqual({ poseStrength: 1.1 });
    expect(stepStrength(DEFAULT_SETTINGS, 'smoothing', -1)).toEqual({ smoothing: 0.3 });
  });

  it('stay within the range that the server takes', () => {
    for (const name of Object.keys(strengths) as StrengthName[]) {
      let settings = DEFAULT_SETTINGS;
      for (let k = 0; k < 20; k++)
        settings = sessionSettingsSchema.parse({ ...settings, ...stepStrength(settings, name, 1) });
      expect(settings[name]).toBe(strengths[name].max);
      for (let k = 0; k < 20; k++)
        settings = sessionSettingsSchema.parse({ ...settings, ...stepStrength(settings, name, -1) });
      expect(settings[name]).toBe(0);
    }
  });

  it('read as percent', () => {
    expect(percent(0.4)).toBe('40 %');
    expect(percent(1.05)).toBe('105 %');
  });
});
