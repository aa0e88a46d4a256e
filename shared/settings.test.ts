import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS, sessionSettingsSchema, settingsFromStorage, settingsPatchSchema } from './settings.ts';

describe('settings', () => {
  it('can each be patched, and nothing else', () => {
    for (const [name, value] of Object.entries(DEFAULT_SETTINGS)) {
      expect(settingsPatchSchema.parse({ [name]: value })).toEqual({ [name]: value });
    }
    expect(settingsPatchSchema.parse({})).toEqual({});
    expect(settingsPatchSchema.safeParse({ motionStrength: 1 }).success).toBe(false);
    expect(settingsPatchSchema.safeParse({ eyeStrength: 1.6 }).success).toBe(false);
  });

  it('survive being stored', () => {
    const settings = sessionSettingsSchema.parse({
      mirror: false,
      browStrength: 0,
      eyeStrength: 1.5,
      mode: 'absolute',
    });
    expect(settingsFromStorage(JSON.parse(JSON.stringify(settings)))).toEqual(settings);
  });

  it('take from a storage only what is valid today', () => {
    const kept = { motionStrength: 0.2, mouthStrength: 9, browStrength: 0.5, mirror: 'yes', smoothing: null };
    expect(settingsFromStorage(kept)).toEqual({ ...DEFAULT_SETTINGS, browStrength: 0.5 });
    for (const nothing of [undefined, null, 3, 'x', [], [1]]) {
      expect(settingsFromStorage(nothing)).toEqual(DEFAULT_SETTINGS);
    }
  });
});
