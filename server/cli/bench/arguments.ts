import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { DEFAULT_MOTION_MODEL, isMotionModelName, MOTION_MODEL_NAMES } from '../../studio/motion-models.ts';
import { CommandError, usageError } from '../command-error.ts';
import { parseFlags } from '../parse-flags.ts';
import { userPath } from '../user-path.ts';

const FLAGS = {
  json: { type: 'boolean' },
  driving: { type: 'string' },
  portrait: { type: 'string' },
  frames: { type: 'string' },
  seconds: { type: 'string' },
  pack: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** What `npm run bench` is asked to do. Paths are absolute. */
export interface BenchOptions {
  readonly portraitPath: string;
  readonly drivingPath: string;
  /** Frames to measure, after as many again as the warm-up takes. */
  readonly frames: number;
  /** How long each number of sessions is tried. */
  readonly trialMs: number;
  readonly json: boolean;
}

const GALLERY = new URL('../../../client/public/gallery/', import.meta.url);
const DEFAULT_FRAMES = 250;
const DEFAULT_TRIAL_S = 6;

export const BENCH_HELP = `Measures what a live session costs on this machine, through the studio's real stages.

  npm run bench [-- options]

  --json                one JSON object on standard output instead of a table
  --driving <video>     the camera (default: the gallery's driving clip)
  --portrait <picture>  the portrait (default: the gallery's first)
  --frames <N>          frames to measure (default: ${DEFAULT_FRAMES})
  --seconds <S>         how long each number of sessions is tried (default: ${DEFAULT_TRIAL_S})
  --pack <name>         what animates: ${MOTION_MODEL_NAMES.join(', ')} (default: ${DEFAULT_MOTION_MODEL})
  --help                this text
`;

/** Parses the command line; null where help was asked for. Throws a `CommandError`. */
export function parseBenchArguments(args: string[]): BenchOptions | null {
  const values = parseFlags(args, FLAGS);
  if (values.help) return null;
  const { pack } = values;
  if (pack !== undefined && !isMotionModelName(pack)) {
    throw usageError(`there is no pack named "${pack}"; there is: ${MOTION_MODEL_NAMES.join(', ')}`);
  }
  if (pack !== undefined && pack !== DEFAULT_MOTION_MODEL) {
    throw usageError(`studios run the pack "${DEFAULT_MOTION_MODEL}"; "${pack}" cannot be measured yet`);
  }
  return {
    portraitPath: values.portrait ? userPath(values.portrait) : firstGalleryPicture(),
    drivingPath: values.driving ? userPath(values.driving) : fileURLToPath(new URL('driving-clip.mp4', GALLERY)),
    frames: parsePositive('--frames', values.frames, DEFAULT_FRAMES),
    trialMs: parsePositive('--seconds', values.seconds, DEFAULT_TRIAL_S) * 1000,
    json: values.json ?? false,
  };
}

function parsePositive(flag: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw usageError(`${flag} is a whole number from 1, not "${text}"`);
  return value;
}

function firstGalleryPicture(): string {
  try {
    const [first] = JSON.parse(readFileSync(new URL('gallery.json', GALLERY), 'utf8'));
    return fileURLToPath(new URL(first.file, GALLERY));
  } catch {
    throw new CommandError('the gallery cannot be read; name a picture with --portrait');
  }
}
