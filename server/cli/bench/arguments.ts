import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { EXECUTION_PROVIDERS, isExecutionProvider } from '../../inference/execution-providers.ts';
import { DEFAULT_BATCH_SIZES } from '../../inference/graph-thread.ts';
import type { ExecutionProvider } from '../../inference/onnx-model.ts';
import { DEFAULT_MOTION_MODEL, isMotionModelName } from '../../studio/motion-models.ts';
import { CommandError, usageError } from '../command-error.ts';
import { parseFlags } from '../parse-flags.ts';
import { userPath } from '../user-path.ts';
import type { PackBenchOptions } from './run-pack-bench.ts';

const FLAGS = {
  json: { type: 'boolean' },
  driving: { type: 'string' },
  portrait: { type: 'string' },
  frames: { type: 'string' },
  seconds: { type: 'string' },
  pack: { type: 'string' },
  provider: { type: 'string' },
  batch: { type: 'string' },
  runs: { type: 'string' },
  threads: { type: 'string' },
  'software-vulkan': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** What `npm run bench` is asked to do. Paths are absolute. */
export interface BenchOptions {
  /** Empty where networks are measured: they take any picture. */
  readonly portraitPath: string;
  readonly drivingPath: string;
  /** Frames to measure, after as many again as the warm-up takes. */
  readonly frames: number;
  /** How long each number of sessions is tried. */
  readonly trialMs: number;
  readonly json: boolean;
  /** An installed pack whose networks are measured, instead of a whole session with the built-in one. */
  readonly networks: NetworkBenchOptions | null;
}

/** How the networks of an installed pack are measured. */
export interface NetworkBenchOptions extends PackBenchOptions {
  /** A name, or a folder with a `pack.json`. */
  readonly pack: string;
}

const GALLERY = new URL('../../../client/public/gallery/', import.meta.url);
const DEFAULT_FRAMES = 250;
const DEFAULT_TRIAL_S = 6;
const DEFAULT_RUNS = 20;

export const BENCH_HELP = `Measures what a live session costs on this machine, through the studio's real stages.

  npm run bench [-- options]

  --json                one JSON object on standard output instead of a table
  --driving <video>     the camera (default: the gallery's driving clip)
  --portrait <picture>  the portrait (default: the gallery's first)
  --frames <N>          frames to measure (default: ${DEFAULT_FRAMES})
  --seconds <S>         how long each number of sessions is tried (default: ${DEFAULT_TRIAL_S})
  --pack <name>         what animates (default: ${DEFAULT_MOTION_MODEL}); of an installed pack, or a folder with one,
                        the networks are measured:
  --provider <a,b>      where they run, the first that works: ${EXECUTION_PROVIDERS.join(', ')} (default: all, in this order)
  --batch <1,2,…>       pictures at once (default: ${DEFAULT_BATCH_SIZES.join(',')})
  --runs <N>            runs of each batch (default: ${DEFAULT_RUNS}); the median counts
  --threads <N>         processor threads inside one operator (default: 1, as in a studio)
  --software-vulkan     let webgpu take a Vulkan driver that is a program on the processor
  --help                this text
`;

/** Parses the command line; null where help was asked for. Throws a `CommandError`. */
export function parseBenchArguments(args: string[]): BenchOptions | null {
  const values = parseFlags(args, FLAGS);
  if (values.help) return null;
  const { pack } = values;
  const trialMs = parsePositive('--seconds', values.seconds, DEFAULT_TRIAL_S) * 1000;
  const isBuiltIn = pack === undefined || isMotionModelName(pack);
  return {
    portraitPath: values.portrait ? userPath(values.portrait) : isBuiltIn ? firstGalleryPicture() : '',
    drivingPath: values.driving ? userPath(values.driving) : fileURLToPath(new URL('driving-clip.mp4', GALLERY)),
    frames: parsePositive('--frames', values.frames, DEFAULT_FRAMES),
    trialMs,
    json: values.json ?? false,
    networks: isBuiltIn
      ? null
      : {
          pack,
          executionProviders: parseProviders(values.provider),
          batchSizes: parseBatchSizes(values.batch),
          runs: parsePositive('--runs', values.runs, DEFAULT_RUNS),
          threads: parsePositive('--threads', values.threads, 1),
          allowSoftwareVulkan: values['software-vulkan'] ?? false,
          trialMs,
        },
  };
}

function parseProviders(text: string | undefined): readonly ExecutionProvider[] {
  if (text === undefined) return EXECUTION_PROVIDERS;
  return text.split(',').map((name) => {
    if (!isExecutionProvider(name)) {
      throw usageError(`--provider "${name}" is none of ${EXECUTION_PROVIDERS.join(', ')}`);
    }
    return name;
  });
}

/** Smallest first; a batch of 1 is always measured: the scheduler cannot do without. */
function parseBatchSizes(text: string | undefined): readonly number[] {
  if (text === undefined) return DEFAULT_BATCH_SIZES;
  const sizes = text.split(',').map((size) => parsePositive('--batch', size, 1));
  return [...new Set([1, ...sizes])].sort((a, b) => a - b);
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
