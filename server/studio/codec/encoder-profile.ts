import type { FFVideoEncoder } from 'node-av/constants';
import { FF_ENCODER_LIBVPX_VP8, FF_ENCODER_LIBX264 } from 'node-av/constants';
import type { CodecContext } from 'node-av/lib';
import type { VideoCodecName } from '../studio-protocol.ts';
import { checkReturn } from './ffmpeg.ts';

/** What differs between the encoders: their options, and how their bitrate is changed while they run. */
export interface EncoderProfile {
  readonly encoderName: FFVideoEncoder;
  /** Sets a context up before it is opened. */
  configure(context: CodecContext, bitrateBps: number): void;
  /**
   * Makes the next frame follow `bitrateBps`, where frames come every `intervalTicks` (90 kHz).
   * Returns by how many ticks the encoder's own clock is to advance.
   */
  prepareFrame(context: CodecContext, bitrateBps: number, intervalTicks: number): number;
}

export function createEncoderProfile(codec: VideoCodecName): EncoderProfile {
  return codec === 'VP8' ? new LibvpxVp8Profile() : new X264Profile();
}

/** Keyframes are made on demand; this only bounds how long a viewer without a way to ask would wait. */
const KEYFRAME_INTERVAL_FRAMES = 3000;

/**
 * Blocks that differ by less from the frame before are not searched for motion. Measured on an animated portrait at
 * 300, 700 and 1500 kb/s: 0.03, 0.05 and 0.14 dB less for 0, 2 and 5 % fewer bits, at a fifth less time. From some
 * 500 on, quality falls faster than the bits do.
 */
const STATIC_THRESHOLD = 250;

/**
 * libvpx, real-time. FFmpeg does not pass a changed bitrate on to it, so the encoder runs at a nominal rate on a
 * clock of its own: told that twice the time passes between frames, it spends twice the bits on each.
 */
class LibvpxVp8Profile implements EncoderProfile {
  readonly encoderName = FF_ENCODER_LIBVPX_VP8;
  #nominalBps = 0;

  configure(context: CodecContext, bitrateBps: number): void {
    this.#nominalBps = bitrateBps;
    context.gopSize = KEYFRAME_INTERVAL_FRAMES;
    context.bitRate = BigInt(bitrateBps);
    // Equal minimum, maximum and mean select constant bitrate.
    context.rcMinRate = BigInt(bitrateBps);
    context.rcMaxRate = BigInt(bitrateBps);
    // One second: a first picture of some 20 kB at 1.2 Mb/s is clear, and still sent in 150 ms.
    context.rcBufferSize = bitrateBps;
    context.qMin = 2;
    context.qMax = 56;
    setOptions(context, {
      deadline: 'realtime',
      // Negative: a fixed speed; positive ones let the encoder vary it with the machine's load.
      'cpu-used': -12,
      'lag-in-frames': 0,
      'auto-alt-ref': 0,
      'error-resilient': 'default',
      'undershoot-pct': 100,
      'overshoot-pct': 15,
      'static-thresh': STATIC_THRESHOLD,
      'noise-sensitivity': 0,
    });
  }

  prepareFrame(_context: CodecContext, bitrateBps: number, intervalTicks: number): number {
    return Math.max(1, Math.round((intervalTicks * bitrateBps) / this.#nominalBps));
  }
}

/** Below this the rate control is left alone: each change makes it find its balance anew. */
const BITRATE_STEP = 0.05;
const NOMINAL_FPS = 25;
/** How far the rate may be overdrawn, seconds of it: no keyframe gets larger. */
const BUFFER_S = 0.35;

/** x264, zero latency, constrained baseline: what every WebRTC peer decodes. */
class X264Profile implements EncoderProfile {
  readonly encoderName = FF_ENCODER_LIBX264;
  #appliedBps = 0;

  configure(context: CodecContext, bitrateBps: number): void {
    context.gopSize = KEYFRAME_INTERVAL_FRAMES;
    this.#apply(context, bitrateBps, bitrateBps);
    setOptions(context, {
      preset: 'ultrafast',
      tune: 'zerolatency',
      profile: 'baseline',
      'forced-idr': 1,
      sc_threshold: 0,
    });
  }

  /** Zero latency makes x264 take all frames for equally long: the rate is scaled to the real frame rate. */
  prepareFrame(context: CodecContext, bitrateBps: number, intervalTicks: number): number {
    const realFps = 90_000 / intervalTicks;
    const scaledBps = (bitrateBps * NOMINAL_FPS) / realFps;
    if (Math.abs(scaledBps - this.#appliedBps) > this.#appliedBps * BITRATE_STEP) {
      this.#apply(context, scaledBps, bitrateBps);
    }
    return Math.round(90_000 / NOMINAL_FPS);
  }

  #apply(context: CodecContext, scaledBps: number, bitrateBps: number): void {
    this.#appliedBps = scaledBps;
    context.bitRate = BigInt(Math.round(scaledBps));
    context.rcMaxRate = BigInt(Math.round(scaledBps));
    context.rcBufferSize = Math.round(bitrateBps * BUFFER_S);
  }
}

function setOptions(context: CodecContext, options: Record<string, string | number>): void {
  for (const [name, value] of Object.entries(options)) {
    checkReturn(context.setOption(name, value), `option ${name}=${value}`);
  }
}
