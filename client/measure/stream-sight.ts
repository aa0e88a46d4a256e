import type { ClockMapping } from '../../shared/protocol.ts';
import { stage } from '../config.ts';
import { FrameRateMeter } from './frame-rate.ts';
import { GlassToGlassMeter } from './glass-to-glass.ts';
import type { PresentedFrame } from './presented-frames.ts';
import { StallWatch } from './stall-watch.ts';
import type { StreamSight } from './stats.ts';

/** What the page sees of the animated stream, from the frames that the screen presented. */
export class StreamObserver {
  readonly #latency = new GlassToGlassMeter();
  readonly #rate = new FrameRateMeter();
  readonly #stall = new StallWatch(stage.stillAfterMs);

  addFrame(frame: PresentedFrame): void {
    this.#latency.addFrame(frame.rtpTimestamp, frame.displayedAtMs);
    this.#rate.addFrame(frame.timeMs, frame.presentedFrames);
    this.#stall.frame(frame.timeMs);
  }

  /** Null when a stream with another clock begins. */
  setClock(mapping: ClockMapping | null): void {
    if (mapping) this.#latency.setMapping(mapping);
    else this.#latency.reset();
  }

  /** A new session begins: nothing is known of its stream. */
  reset(): void {
    this.#latency.reset();
    this.#rate.reset();
    this.#stall.reset();
  }

  /** The page was hidden and presented nothing; that is no stall. */
  pageShown(nowMs: number): void {
    this.#stall.restart(nowMs);
  }

  /** @param nowMs on `performance.now()`'s clock */
  sight(nowMs: number, epochNowMs: number): StreamSight {
    return {
      glassToGlassMs: this.#latency.medianMs(epochNowMs),
      fps: this.#rate.fps(nowMs),
      flow: this.#stall.isFlowing(nowMs) ? 'flowing' : this.#stall.isStalled(nowMs) ? 'stalled' : 'waiting',
    };
  }
}
