import { extname } from 'node:path';
import type { SessionSettings } from '../../../shared/settings.ts';
import type { LivePortraitOptions } from '../../packs/liveportrait/live-portrait-options.ts';
import { DEFAULT_MOTION_MODEL, MOTION_MODEL_NAMES } from '../../studio/motion-models.ts';
import { usageError } from '../command-error.ts';
import { parseFlags } from '../parse-flags.ts';
import { userPath } from '../user-path.ts';
import { LIVE_PORTRAIT_FLAGS, LIVE_PORTRAIT_HELP, parseLivePortraitFlags } from './live-portrait-flags.ts';

const FLAGS = {
  portrait: { type: 'string' },
  driving: { type: 'string' },
  out: { type: 'string' },
  pack: { type: 'string' },
  relative: { type: 'boolean' },
  absolute: { type: 'boolean' },
  crop: { type: 'string' },
  'side-by-side': { type: 'boolean' },
  reference: { type: 'string' },
  mirror: { type: 'boolean' },
  smoothing: { type: 'string' },
  ...LIVE_PORTRAIT_FLAGS,
  help: { type: 'boolean', short: 'h' },
} as const;

/** What `npm run animate` is asked to do. Paths are absolute. */
export interface AnimateOptions {
  readonly portraitPath: string;
  readonly drivingPath: string;
  readonly outPath: string;
  /** A name, or the path of a pack's folder, as it was typed. */
  readonly pack: string;
  readonly mode: SessionSettings['mode'];
  readonly mirror: boolean;
  /** `auto`: a square around the face. `none`: the picture as it is framed. */
  readonly crop: 'auto' | 'none';
  readonly sideBySide: boolean;
  /** Index of the driving frame that motion is relative to; null for the most neutral one. */
  readonly referenceFrame: number | null;
  /** 0 = raw, 1 = calmest; for packs that read motion from the pictures. */
  readonly smoothing: number;
  /** Controls that only packs of this kind have; null where none was asked for. */
  readonly livePortrait: LivePortraitOptions | null;
}

export const ANIMATE_HELP = `Animates the face in a picture with the face in a video.

  npm run animate -- --portrait <picture> --driving <video> --out <file.mp4> [options]

  --portrait <picture>  JPEG, PNG or WebP with a face
  --driving <video>     the video whose face drives it; its sound, frame rate and timing are kept
  --out <file.mp4>      what to write; an existing file is replaced when all is done

  --relative            motion since the driver's neutral face (default)
  --absolute            the driver's own pose and expression
  --reference <N>       take frame N (from 0) as the driver's neutral; default: the most neutral and frontal one
  --mirror              move as a mirror image would
  --crop auto           a 512×512 portrait around the face (default)
  --crop none           the picture as it is framed, at its own size up to 1024 pixels a side, so that the result
                        lies over the original pixel for pixel. A video has even sizes only: an odd picture gets its
                        last column or row twice
  --side-by-side        the driving video to the left of the result
  --pack <name>         what animates: ${MOTION_MODEL_NAMES.join(', ')} (default: ${DEFAULT_MOTION_MODEL}), an installed pack, or
                        the path of a pack's folder. Packs that are made for GPUs run here on the processor: slowly
  --smoothing <N>       with such packs: how calm the motion is, 0 (raw, default) to 1
  --help                this text

${LIVE_PORTRAIT_HELP}
The result carries a visible AI label. Animate people only with their consent.
`;

/** Parses the command line; null where help was asked for. Throws a `CommandError`. */
export function parseAnimateArguments(args: string[]): AnimateOptions | null {
  const values = parseFlags(args, FLAGS);
  if (values.help) return null;
  const [portraitPath, drivingPath, outPath] = (['portrait', 'driving', 'out'] as const).map((name) => {
    const value = values[name];
    if (!value) throw usageError(`--${name} is missing (--help tells more)`);
    return userPath(value);
  });
  if (extname(outPath).toLowerCase() !== '.mp4') throw usageError(`--out has to end in .mp4: ${values.out}`);
  if (values.relative && values.absolute) throw usageError('--relative and --absolute exclude each other');
  const livePortrait = parseLivePortraitFlags(values);
  const crop = values.crop ?? (livePortrait?.pasteBack ? 'none' : 'auto');
  if (crop !== 'auto' && crop !== 'none') throw usageError(`--crop is auto or none, not "${crop}"`);
  if (livePortrait?.pasteBack && crop !== 'none') throw usageError('--paste-back goes with --crop none alone');
  return {
    portraitPath,
    drivingPath,
    outPath,
    pack: values.pack ?? DEFAULT_MOTION_MODEL,
    mode: values.absolute ? 'absolute' : 'relative',
    mirror: values.mirror ?? false,
    crop,
    sideBySide: values['side-by-side'] ?? false,
    referenceFrame: values.reference === undefined ? null : parseFrameIndex(values.reference),
    smoothing: values.smoothing === undefined ? 0 : parseSmoothing(values.smoothing),
    livePortrait,
  };
}

function parseSmoothing(text: string): number {
  const smoothing = Number(text);
  if (/^[\d.]+$/.test(text) && smoothing >= 0 && smoothing <= 1) return smoothing;
  throw usageError(`--smoothing is a number of 0 to 1, not "${text}"`);
}

function parseFrameIndex(text: string): number {
  const index = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(index)) {
    throw usageError(`--reference is the number of a frame, from 0, not "${text}"`);
  }
  return index;
}
