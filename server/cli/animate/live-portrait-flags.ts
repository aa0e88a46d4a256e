import {
  LARGEST_MULTIPLIER,
  LARGEST_RATIO,
  type LivePortraitOptions,
  livePortraitOptionsSchema,
  MOTION_REGIONS,
} from '../../packs/liveportrait/live-portrait-options.ts';
import { usageError } from '../command-error.ts';

/** Flags for the controls of LivePortrait. */
export const LIVE_PORTRAIT_FLAGS = {
  region: { type: 'string' },
  multiplier: { type: 'string' },
  'eye-ratio': { type: 'string' },
  'lip-ratio': { type: 'string' },
  'official-retargeting': { type: 'boolean' },
  'own-rotation': { type: 'boolean' },
  'no-stitching': { type: 'boolean' },
  'no-lip-closing': { type: 'boolean' },
  'paste-back': { type: 'boolean' },
} as const;

type Values = { readonly [F in keyof typeof LIVE_PORTRAIT_FLAGS]?: string | boolean };

export const LIVE_PORTRAIT_HELP = `with packs of the kind liveportrait:
  --region <part>       what follows the driver: ${MOTION_REGIONS.join(', ')} (default: all)
  --multiplier <N>      how far everything moves, 0 to ${LARGEST_MULTIPLIER} (default: 1)
  --eye-ratio <R>       eyes open as far as the driver's ("driver"), or by R: height over width, 0 to ${LARGEST_RATIO}
  --lip-ratio <R>       the same for lips: the gap over the mouth's width
  --official-retargeting  ratios act on the resting portrait alone, as in the official program
  --own-rotation        with --relative: the head has the driver's own pose, all else is relative
  --no-stitching        do not correct the shoulders
  --no-lip-closing      with --relative: do not close a portrait's parted lips at first
  --paste-back          animate the face alone and put it back into the picture (implies --crop none)
`;

/** The controls that were asked for; null where none was. Throws a `CommandError`. */
export function parseLivePortraitFlags(values: Values): LivePortraitOptions | null {
  const given = Object.keys(LIVE_PORTRAIT_FLAGS).filter((flag) => values[flag as keyof Values] !== undefined);
  if (given.length === 0) return null;
  const result = livePortraitOptionsSchema.safeParse({
    region: values.region,
    multiplier: numberOf(values.multiplier),
    eyeRatio: ratioOf(values['eye-ratio']),
    lipRatio: ratioOf(values['lip-ratio']),
    officialRetargeting: values['official-retargeting'],
    relativeRotation: values['own-rotation'] ? false : undefined,
    stitching: values['no-stitching'] ? false : undefined,
    closedLips: values['no-lip-closing'] ? false : undefined,
    pasteBack: values['paste-back'],
  });
  if (result.success) return result.data;
  const [{ path, message }] = result.error.issues;
  throw usageError(`--${FLAG_OF[String(path[0])] ?? String(path[0])} ${message}`);
}

/** Flags whose options are called otherwise and can be wrong. */
const FLAG_OF: Readonly<Record<string, string>> = { eyeRatio: 'eye-ratio', lipRatio: 'lip-ratio' };

function numberOf(text: string | boolean | undefined): number | undefined {
  return text === undefined ? undefined : Number(text === '' ? Number.NaN : text);
}

function ratioOf(text: string | boolean | undefined): number | 'driver' | undefined {
  return text === 'driver' ? text : numberOf(text);
}
