import { fileURLToPath } from 'node:url';
import { usageError } from '../command-error.ts';
import { parseFlags } from '../parse-flags.ts';
import { userPath } from '../user-path.ts';

const FLAGS = {
  clips: { type: 'string' },
  clip: { type: 'string', multiple: true },
  out: { type: 'string' },
  portraits: { type: 'string' },
  every: { type: 'string' },
  'max-frames': { type: 'string' },
  'skip-identity': { type: 'boolean' },
  'skip-jitter': { type: 'boolean' },
  'skip-sheets': { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** What `npm run bench:quality` is asked to do. Paths are absolute. */
export interface QualityOptions {
  readonly clipsDir: string;
  /** File names with or without their ending; empty for all clips of the folder. */
  readonly clipNames: readonly string[];
  /** Where the contact sheets go. */
  readonly outDir: string;
  /** Folder of pictures that the clips drive, to see whether people stay themselves. */
  readonly portraitsDir: string;
  /** Every n-th frame is measured; the driver sees all. */
  readonly every: number;
  /** Frames read of a clip at most. */
  readonly maxFrames: number;
  readonly identity: boolean;
  readonly jitter: boolean;
  readonly sheets: boolean;
  readonly json: boolean;
}

/** Ignored by git, as everything under `.cache/` is. */
const DEFAULT_OUT = '.cache/bench-quality';
const GALLERY = fileURLToPath(new URL('../../../client/public/gallery/', import.meta.url));

export const QUALITY_HELP = `Measures how well the product re-enacts people: the first frame of each clip is the portrait, its later frames drive
it, and what comes out is compared with what the camera saw.

  npm run bench:quality -- --clips <folder> [options]

  --clips <folder>      videos of one face each (mp4, webm, mov, mkv …)
  --clip <name>         only this clip of the folder; may be given several times
  --every <N>           measure every N-th frame (default: 1); the driver still sees all of them
  --max-frames <N>      read no more than the first N frames of each clip
  --out <folder>        where contact sheets are written (default: ${DEFAULT_OUT})
  --portraits <folder>  pictures that the clips drive as well, to measure identity (default: the gallery)
  --skip-identity       no faces compared across clips and portraits
  --skip-jitter         no still driver
  --skip-sheets         no pictures
  --json                one JSON object on standard output instead of a table
  --help                this text

For a quick look while changing something: --every 3 --skip-identity --skip-jitter
`;

/** Parses the command line; null where help was asked for. Throws a `CommandError`. */
export function parseQualityArguments(args: string[]): QualityOptions | null {
  const values = parseFlags(args, FLAGS);
  if (values.help) return null;
  if (!values.clips) throw usageError('--clips is missing (--help tells more)');
  return {
    clipsDir: userPath(values.clips),
    clipNames: values.clip ?? [],
    outDir: userPath(values.out ?? DEFAULT_OUT),
    portraitsDir: values.portraits === undefined ? GALLERY : userPath(values.portraits),
    every: parsePositive('--every', values.every, 1),
    maxFrames: parsePositive('--max-frames', values['max-frames'], Number.POSITIVE_INFINITY),
    identity: !values['skip-identity'],
    jitter: !values['skip-jitter'],
    sheets: !values['skip-sheets'],
    json: values.json ?? false,
  };
}

function parsePositive(flag: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < 1) {
    throw usageError(`${flag} is a whole number from 1, not "${text}"`);
  }
  return value;
}
