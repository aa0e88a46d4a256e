import { availableParallelism } from 'node:os';
import { FaceModels } from '../../face/face-models.ts';
import { DEFAULT_MOTION_MODEL, loadMotionModel } from '../../studio/motion-models.ts';
import { loadPortraitPicture } from '../animate/portrait-picture.ts';
import type { BenchOptions } from './arguments.ts';
import { CAMERA_FPS, encodeCamera, FRAME_MS } from './camera-frames.ts';
import { measureStageCosts, type StageCosts } from './stage-costs.ts';
import { StudioTrials, type TrialResult } from './studio-trial.ts';

/** What the bench found out. */
export interface BenchResult {
  readonly pack: string;
  readonly executionProvider: string;
  /** 2 where the person was cut from the background and moves before it, else 1. */
  readonly layers: 1 | 2;
  /** Frames that the costs were measured over. */
  readonly frames: number;
  readonly cpuMsPerFrame: StageCosts;
  /**
   * Of one session at 25 fps in a studio process of its own: from a frame's last packet sent into the studio to its
   * last packet received from it, milliseconds.
   */
  readonly addedLatencyMs: { readonly p50: number; readonly p95: number };
  /** Most sessions that all kept their rate at once, in one studio per core; tried, not calculated. */
  readonly sessionsAt25Fps: number;
}

/** A session keeps its rate where no more frames than this share are missing. */
const KEPT_SHARE = 0.97;

/** Runs all measurements. Rejects with a `CommandError`. */
export async function runBench(options: BenchOptions, say: (line: string) => void): Promise<BenchResult> {
  const camera = await encodeCamera(options.drivingPath, options.frames);
  say(`Camera: ${camera.frames.length} frames of ${camera.width}×${camera.height}, VP8.`);
  const models = await FaceModels.load();
  try {
    const model = await loadMotionModel(DEFAULT_MOTION_MODEL);
    const { still, landmarks, layers } = await loadPortraitPicture(models, options.portraitPath, 'auto');
    const portrait = { id: 'bench', still, landmarks, layers };
    say(`Measuring the stages over ${options.frames} frames …`);
    const cpuMsPerFrame = await measureStageCosts(models, model, portrait, camera, options.frames);

    const studioCount = availableParallelism();
    say(`Starting ${studioCount} studios …`);
    const trials = await StudioTrials.start(studioCount, portrait, camera);
    try {
      say('Measuring the latency of one session …');
      const alone = await trials.run(1, options.frames * FRAME_MS);
      const guess = Math.floor((studioCount * FRAME_MS) / cpuMsPerFrame.total);
      const sessionsAt25Fps = await findMostSessions(guess, alone, (count) => {
        say(`Trying ${count} sessions at once …`);
        return trials.run(count, options.trialMs);
      });
      return {
        pack: model.name,
        executionProvider: models.executionProvider,
        layers: layers ? 2 : 1,
        frames: options.frames,
        cpuMsPerFrame,
        addedLatencyMs: { p50: percentile(alone.latenciesMs, 0.5), p95: percentile(alone.latenciesMs, 0.95) },
        sessionsAt25Fps,
      };
    } finally {
      await trials.close();
    }
  } finally {
    await models.close();
  }
}

/** Goes up from the guess while the rate is kept, or down until it is. */
async function findMostSessions(
  guess: number,
  alone: TrialResult,
  tryCount: (count: number) => Promise<TrialResult>,
): Promise<number> {
  const keepsRate = ({ slowestFps }: TrialResult) => slowestFps >= CAMERA_FPS * KEPT_SHARE;
  // Once more before a number is given up: another program may have had the cores.
  const works = async (count: number) => keepsRate(await tryCount(count)) || keepsRate(await tryCount(count));
  let count = Math.max(2, guess);
  if (await works(count)) {
    while (await works(count + 1)) count++;
    return count;
  }
  while (--count > 1) if (await works(count)) return count;
  return keepsRate(alone) ? 1 : 0;
}

/** The value that the given share of `values` is not above; NaN for none. */
function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
