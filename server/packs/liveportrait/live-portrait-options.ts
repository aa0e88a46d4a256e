import { z } from 'zod';

/** Parts of a face whose motion is taken over: everything; `expression` without the head; `pose` without expression. */
export const MOTION_REGIONS = ['all', 'expression', 'pose', 'lips', 'eyes'] as const;
export type MotionRegion = (typeof MOTION_REGIONS)[number];

/** The widest that the official program offers; a wide open eye has 0.4, an open mouth 0.5. */
export const LARGEST_RATIO = 0.8;
export const LARGEST_MULTIPLIER = 3;

const numberUpTo = (largest: number, message: string) => z.number(message).min(0, message).max(largest, message);
const ratioMessage = `must be "driver", or a ratio of 0 to ${LARGEST_RATIO}`;
const ratio = z.union([z.literal('driver'), numberUpTo(LARGEST_RATIO, ratioMessage)], ratioMessage).nullable();

/** The controls of LivePortrait. What is not given is as in the official program. */
export const livePortraitOptionsSchema = z.strictObject({
  region: z.enum(MOTION_REGIONS, `must be one of ${MOTION_REGIONS.join(', ')}`).default('all'),
  /** With relative motion: whether the head, too, turns from the portrait's own pose, or as the driver's does. */
  relativeRotation: z.boolean().default(true),
  /** How far everything moves, where the driver moves by 1. */
  multiplier: numberUpTo(LARGEST_MULTIPLIER, `must be a number of 0 to ${LARGEST_MULTIPLIER}`).default(1),
  /** Keeps shoulders where they are. Not given: where the pack can. */
  stitching: z.boolean().optional(),
  /** With relative motion: a portrait with parted lips begins with closed ones. Not given: where the pack can. */
  closedLips: z.boolean().optional(),
  /** How far eyes open: height over width. `driver`: as the driver's do; null: as the motion has it. */
  eyeRatio: ratio.default(null),
  /** How far lips open: the gap over the mouth's width. */
  lipRatio: ratio.default(null),
  /**
   * What ratios are added to. Normally to the motion, in which eyes and lips then rest; true: as in the official
   * program, to the motion with eyes and lips where it is absolute, and to the resting portrait where it is relative.
   */
  officialRetargeting: z.boolean().default(false),
  /** Animates the face alone and puts it back into the picture, which may be of any shape. */
  pasteBack: z.boolean().default(false),
});
export type LivePortraitOptions = z.infer<typeof livePortraitOptionsSchema>;

export const DEFAULT_LIVE_PORTRAIT_OPTIONS: LivePortraitOptions = livePortraitOptionsSchema.parse({});
