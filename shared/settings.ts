import { z } from 'zod';

/** What a performer can set while performing; every field has the value a new user should meet. */
export const sessionSettingsSchema = z.strictObject({
  /** The portrait moves as a mirror would: the driver's left is the picture's left. */
  mirror: z.boolean().default(true),
  /** Multiplies head rotation, translation and scale. 1 = as the driver moves. */
  motionStrength: z.number().min(0).max(1.5).default(1),
  /** Multiplies mouth, brows, lids and gaze. */
  expressionStrength: z.number().min(0).max(1.5).default(1),
  /** 0 = raw, 1 = calmest. */
  smoothing: z.number().min(0).max(1).default(0.4),
  /** `relative`: motion since the calibrated neutral. `absolute`: the driver's own pose and expression. */
  mode: z.enum(['relative', 'absolute']).default('relative'),
});
export type SessionSettings = z.infer<typeof sessionSettingsSchema>;

/** A change of some settings; unknown keys are refused. No defaults: absent means unchanged. */
export const settingsPatchSchema = z.strictObject({
  mirror: z.boolean().optional(),
  motionStrength: z.number().min(0).max(1.5).optional(),
  expressionStrength: z.number().min(0).max(1.5).optional(),
  smoothing: z.number().min(0).max(1).optional(),
  mode: z.enum(['relative', 'absolute']).optional(),
});
export type SettingsPatch = z.infer<typeof settingsPatchSchema>;

export const DEFAULT_SETTINGS: SessionSettings = sessionSettingsSchema.parse({});
