import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { RgbaImage } from '../../imaging/rgba-image.ts';
import type { VideoCodecName } from '../studio-protocol.ts';
import { movingPicture, psnrDb } from '../testing/moving-picture.ts';
import { FrameConverter } from './frame-converter.ts';
import { VideoDecoder } from './video-decoder.ts';
import { VideoEncoder } from './video-encoder.ts';

const FRAME = { keyframe: false, intervalMs: 40 };

async function openEncoder(codec: VideoCodecName, size = 512, bitrateBps = 1_000_000): Promise<VideoEncoder> {
  const encoder = await VideoEncoder.open({ codec, width: size, height: size, bitrateBps });
  onTestFinished(() => encoder.close());
  return encoder;
}

async function openDecoder(codec: VideoCodecName): Promise<VideoDecoder> {
  const decoder = await VideoDecoder.open(codec);
  onTestFinished(() => decoder.close());
  return decoder;
}

/** The coded frames of a short clip; copies, for the encoder reuses its memory. */
async function encodedClip(codec: VideoCodecName, frames: number, size = 128): Promise<Buffer[]> {
  const encoder = await openEncoder(codec, size);
  return Array.from({ length: frames }, (_, step) =>
    Buffer.from(encoder.encode(movingPicture(size, size, step), FRAME).data),
  );
}

describe.each(['VP8', 'H264'] as const)('%s', (codec) => {
  it('gives one picture for each frame at once, like the one that was encoded', async () => {
    const encoder = await openEncoder(codec);
    const decoder = await openDecoder(codec);
    const converter = new FrameConverter();
    let image: RgbaImage | null = null;
    for (let step = 0; step < 12; step += 1) {
      const picture = movingPicture(512, 512, step);
      const frame = encoder.encode(picture, FRAME);
      expect(frame.keyframe).toBe(step === 0);
      const result = decoder.decode(frame.data, 0xffff_0000 + step);
      if (!result.ok) throw new Error(result.message);
      expect(result.picture.timestamp).toBe(0xffff_0000 + step);
      image = converter.toRgba(result.picture, image);
      expect(psnrDb(image, picture)).toBeGreaterThan(30);
    }
    converter.close();
  });

  it('makes a keyframe when asked, and only then; a new decoder can begin with it', async () => {
    const encoder = await openEncoder(codec, 256);
    const keyframes: number[] = [];
    let resumed = false;
    for (let step = 0; step < 40; step += 1) {
      const keyframe = step === 11 || step === 25;
      const frame = encoder.encode(movingPicture(256, 256, step), { keyframe, intervalMs: 40 });
      if (frame.keyframe) keyframes.push(step);
      if (step === 25) resumed = (await openDecoder(codec)).decode(Buffer.from(frame.data), 0).ok;
    }
    expect(keyframes).toEqual([0, 11, 25]);
    expect(resumed).toBe(true);
  });

  it('follows the bitrate up and down without a keyframe', async () => {
    const encoder = await openEncoder(codec, 256, 400_000);
    const pictures = Array.from({ length: 30 }, (_, step) => movingPicture(256, 256, step * 3));
    let step = 0;
    let keyframes = 0;
    const bitsPerSecond = (bitrateBps: number): number => {
      encoder.setBitrate(bitrateBps);
      let bytes = 0;
      for (let i = 0; i < 75; i += 1) {
        const frame = encoder.encode(pictures[step % 30]!, FRAME);
        step += 1;
        if (frame.keyframe) keyframes += 1;
        if (i >= 25) bytes += frame.data.length;
      }
      return (bytes * 8) / 2;
    };
    for (const target of [400_000, 120_000, 500_000, 150_000]) {
      const reached = bitsPerSecond(target) / target;
      expect(reached).toBeGreaterThan(0.6);
      expect(reached).toBeLessThan(1.4);
    }
    expect(keyframes).toBe(1);
  });

  it('spends the same bits a second at half the frame rate', async () => {
    const encoder = await openEncoder(codec, 256, 200_000);
    let bytes = 0;
    for (let step = 0; step < 80; step += 1) {
      const { data } = encoder.encode(movingPicture(256, 256, step * 5), { keyframe: false, intervalMs: 80 });
      if (step >= 30) bytes += data.length;
    }
    const bps = (bytes * 8) / (50 * 0.08);
    expect(bps / 200_000).toBeGreaterThan(0.6);
    expect(bps / 200_000).toBeLessThan(1.4);
  });

  it('encodes any even size and refuses all others, and pictures of another size', async () => {
    const encoder = await VideoEncoder.open({ codec, width: 322, height: 178, bitrateBps: 300_000 });
    const decoder = await openDecoder(codec);
    const result = decoder.decode(Buffer.from(encoder.encode(movingPicture(322, 178, 0), FRAME).data), 0);
    expect(result.ok && [result.picture.width, result.picture.height]).toEqual([322, 178]);
    expect(() => encoder.encode(movingPicture(320, 178, 0), FRAME)).toThrow(
      expect.objectContaining({ reason: 'picture' }),
    );
    expect(() => encoder.encode({ width: 322, height: 178, data: new Uint8Array(100) }, FRAME)).toThrow();
    encoder.close();
    for (const [width, height] of [
      [321, 178],
      [322, 177],
      [0, 0],
      [4000, 200],
    ] as const) {
      await expect(VideoEncoder.open({ codec, width, height, bitrateBps: 300_000 })).rejects.toMatchObject({
        reason: 'picture',
      });
    }
  });

  it('decodes on when the camera changes its size in mid-stream', async () => {
    const decoder = await openDecoder(codec);
    for (const size of [128, 320, 64]) {
      for (const frame of await encodedClip(codec, 3, size)) {
        const result = decoder.decode(frame, 0);
        expect(result.ok && result.picture.width).toBe(size);
      }
    }
  });

  it('takes damaged frames as errors or wrong pictures, never as a crash, and recovers at a keyframe', async () => {
    const clip = await encodedClip(codec, 6);
    const decoder = await openDecoder(codec);
    const damage = fc.array(fc.tuple(fc.nat(5), fc.nat(), fc.nat(255), fc.double({ min: 0, max: 1, noNaN: true })), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(damage, (damages) => {
        for (const [index, at, value, share] of damages) {
          const frame = Buffer.from(clip[index]!);
          frame[at % frame.length] = value;
          decoder.decode(frame.subarray(0, Math.ceil(frame.length * share)), 0);
        }
        decoder.decode(clip[0]!, 0);
        expect(decoder.decode(clip[0]!, 0).ok).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  it('takes bytes that are no video at all as errors', async () => {
    const decoder = await openDecoder(codec);
    expect(decoder.decode(Buffer.alloc(0), 0).ok).toBe(false);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        decoder.decode(Buffer.from(bytes), 0);
      }),
      { numRuns: 500 },
    );
    expect(decoder.decode((await encodedClip(codec, 1))[0]!, 0).ok).toBe(true);
  });

  it('closes twice, and then says so', async () => {
    const encoder = await VideoEncoder.open({ codec, width: 64, height: 64, bitrateBps: 100_000 });
    const decoder = await VideoDecoder.open(codec);
    const frame = Buffer.from(encoder.encode(movingPicture(64, 64, 0), FRAME).data);
    for (const each of [encoder, decoder, encoder, decoder]) each.close();
    expect(() => encoder.encode(movingPicture(64, 64, 0), FRAME)).toThrow(
      expect.objectContaining({ reason: 'closed' }),
    );
    expect(() => decoder.decode(frame, 0)).toThrow(expect.objectContaining({ reason: 'closed' }));
  });
});

describe('size limit', () => {
  it('refuses a VP8 keyframe that claims 16383×16383', async () => {
    const [keyframe] = await encodedClip('VP8', 1);
    keyframe!.writeUInt16LE(16_383, 6);
    keyframe!.writeUInt16LE(16_383, 8);
    expect((await openDecoder('VP8')).decode(keyframe!, 0).ok).toBe(false);
  });

  it('refuses a picture with one side too long', async () => {
    const [keyframe] = await encodedClip('VP8', 1);
    keyframe!.writeUInt16LE(4000, 6);
    keyframe!.writeUInt16LE(64, 8);
    expect((await openDecoder('VP8')).decode(keyframe!, 0).ok).toBe(false);
  });
});
