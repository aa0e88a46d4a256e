import { median } from '../../shared/median.ts';
import type { ClockMapping } from '../../shared/protocol.ts';

/** RTP's clock rate for video (RFC 3551). */
const TICKS_PER_MS = 90;
/** Beyond this a mapping belongs to another stream: no live picture is ten seconds old. */
const PLAUSIBLE_MS = 10_000;
const WINDOW_MS = 1000;

/**
 * When the camera captured what carries `rtpTimestamp`, in ms since the Unix epoch on this machine's clock.
 * RTP timestamps wrap at 2³²; the nearest of the possible differences to the mapping counts (RFC 3550, section 5.1).
 */
export function captureTimeMs(mapping: ClockMapping, rtpTimestamp: number): number {
  const ticks = (rtpTimestamp - mapping.rtpTimestamp) | 0;
  return mapping.ntpMs + ticks / TICKS_PER_MS;
}

/**
 * Latency from the light on the camera to the light from the screen. The animated frames carry the capture time of the
 * frame that drove them; the server passes on which RTP time was which time on this page's own clock.
 * All times are ms since the Unix epoch on that clock.
 */
export class GlassToGlassMeter {
  #mapping: ClockMapping | null = null;
  readonly #samples: { displayedAtMs: number; latencyMs: number }[] = [];

  setMapping(mapping: ClockMapping): void {
    this.#mapping = mapping;
  }

  /** One presented frame. Frames of browsers that tell no RTP timestamp (`undefined`) measure nothing. */
  addFrame(rtpTimestamp: number | undefined, displayedAtMs: number): void {
    if (rtpTimestamp === undefined || this.#mapping === null) return;
    const latencyMs = displayedAtMs - captureTimeMs(this.#mapping, rtpTimestamp);
    if (latencyMs < 0 || latencyMs > PLAUSIBLE_MS) return;
    this.#samples.push({ displayedAtMs, latencyMs });
    this.#forgetBefore(displayedAtMs - WINDOW_MS);
  }

  /** Median over the second before `nowMs`; null where nothing was measured in it. */
  medianMs(nowMs: number): number | null {
    this.#forgetBefore(nowMs - WINDOW_MS);
    return median(this.#samples.map((sample) => sample.latencyMs));
  }

  /** A new stream with a clock of its own begins. */
  reset(): void {
    this.#mapping = null;
    this.#samples.length = 0;
  }

  #forgetBefore(timeMs: number): void {
    while (this.#samples.length > 0 && this.#samples[0].displayedAtMs < timeMs) this.#samples.shift();
  }
}
