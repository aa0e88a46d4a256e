import { extname } from 'node:path';
import type { SessionSettings } from '../../../shared/settings.ts';
import { DEFAULT_MOTION_MODEL, MOTION_MODEL_NAMES } from '../../studio/motion-models.ts';
import { usageError } from '../command-error.ts';
import { parseFlags } from '../parse-flags.ts';
import { userPath } from '../user-path.ts';

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
  --help                this text

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
  const crop = values.crop ?? 'auto';
  if (crop !== 'auto' && crop !== 'none') throw usageError(`--crop is auto or none, not "${crop}"`);
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
  };
}

function parseFrameIndex(text: string): number {
  const index = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(index)) {
    throw usageError(`--reference is the number of a frame, from 0, not "${text}"`);
  }
  return index;
}
