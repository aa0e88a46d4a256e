import { z } from 'zod';
import { sessionSettingsSchema } from '../../shared/settings.ts';
import type { FaceLandmarks } from '../face/face-landmarks.ts';
import { LANDMARK_COUNT } from '../face/face-landmarks.ts';
import type { PortraitLayers } from '../imaging/portrait-layers.ts';
import type { RgbaImage } from '../imaging/rgba-image.ts';
import type { HouseToStudio, PreparedPortrait } from './studio-protocol.ts';

/** Checks of what comes over the house's channel: native code behind it trusts sizes. */

const uint32 = z.int().min(0).max(0xffffffff);
const port = z.int().min(1).max(65_535);
const sessionId = z.string().min(1).max(128);

const stillSideLimitPx = 1920;

/**
 * Bytes in memory of their own. The channel gives a part of the whole message, that may begin anywhere, as a `Buffer`,
 * whose `slice` copies nothing.
 */
const bytes = z.instanceof(Uint8Array).transform((data) => new Uint8Array(data));

const image: z.ZodType<RgbaImage> = z
  .object({
    width: z.int().min(2).max(stillSideLimitPx),
    height: z.int().min(2).max(stillSideLimitPx),
    data: bytes,
  })
  .refine(({ width, height, data }) => data.length === width * height * 4, 'data is not width × height × 4 bytes')
  .refine(({ width, height }) => width % 2 === 0 && height % 2 === 0, 'sides are not even');

const landmarks: z.ZodType<FaceLandmarks> = z.object({
  points: z.instanceof(Float32Array).refine((points) => points.length === LANDMARK_COUNT * 3, 'not all landmarks'),
  confidence: z.number(),
});

const layers: z.ZodType<PortraitLayers> = z.object({ person: image, background: image });

/** Strict: a part of a portrait that is not known here must not be lost without a word. */
const portrait = z
  .strictObject({ id: z.string(), still: image, landmarks, layers: layers.nullish() })
  .refine(
    ({ still, layers }) => !layers || [layers.person, layers.background].every((layer) => isOfSize(layer, still)),
    'the layers are not of the still’s size',
  ) satisfies z.ZodType<PreparedPortrait>;

const stream = z.object({
  codec: z.enum(['VP8', 'H264']),
  payloadType: z.int().min(0).max(127),
  ssrc: uint32,
});

const houseToStudioSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('session.open'),
    spec: z.object({
      sessionId,
      portrait,
      settings: sessionSettingsSchema,
      maxFps: z.number().min(1).max(120),
      reference: landmarks.nullable(),
    }),
  }),
  z.object({
    type: z.literal('session.start'),
    sessionId,
    remote: z.object({ ip: z.ipv4(), port }),
    camera: stream,
    output: stream.extend({ cname: z.string().min(1).max(255) }),
  }),
  z.object({ type: z.literal('session.settings'), sessionId, settings: sessionSettingsSchema }),
  z.object({ type: z.literal('session.portrait'), sessionId, portrait }),
  z.object({ type: z.literal('session.calibrate'), sessionId }),
  z.object({ type: z.literal('session.bitrate'), sessionId, bitrateBps: z.number().min(10_000).max(100_000_000) }),
  z.object({ type: z.literal('session.keyframe'), sessionId }),
  z.object({ type: z.literal('session.close'), sessionId }),
]) satisfies z.ZodType<HouseToStudio>;

function isOfSize({ width, height }: RgbaImage, of: RgbaImage): boolean {
  return width === of.width && height === of.height;
}

/** The message, checked; throws an Error that says what is wrong with it. */
export function parseHouseMessage(message: unknown): HouseToStudio {
  const parsed = houseToStudioSchema.safeParse(message);
  if (!parsed.success) throw new Error(`not a message to a studio: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
