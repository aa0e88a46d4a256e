import type { types } from 'mediasoup';
import { z } from 'zod';

const uint32 = z.int().min(0).max(0xffffffff);
const shortText = z.string().max(256);
/** Codec parameters (RFC 8866 `fmtp`). */
const parameters = z
  .record(z.string().max(64), z.union([shortText, z.number(), z.null()]))
  .refine((record) => Object.keys(record).length <= 32, 'too many codec parameters');
const rtcpFeedback = z.array(z.object({ type: z.string().max(32), parameter: z.string().max(32).optional() })).max(16);

const codec = z.object({
  mimeType: z.string().regex(/^video\/[a-zA-Z0-9.-]{1,32}$/),
  payloadType: z.int().min(0).max(127),
  clockRate: z.int().min(1).max(1_000_000),
  parameters: parameters.optional(),
  rtcpFeedback: rtcpFeedback.optional(),
});

const encoding = z.object({
  ssrc: uint32.optional(),
  rtx: z.object({ ssrc: uint32 }).optional(),
  codecPayloadType: z.int().min(0).max(127).optional(),
  dtx: z.boolean().optional(),
  /** One spatial layer only: with several, mediasoup would rewrite timestamps, and the tracker gains nothing. */
  scalabilityMode: z
    .string()
    .regex(/^[LS]1T[1-3](_KEY)?$/)
    .optional(),
  maxBitrate: z.int().min(0).max(1_000_000_000).optional(),
});

/** RTP parameters of the one video stream that a camera sends. Unknown keys are dropped. */
export const cameraRtpParametersSchema = z.object({
  mid: z.string().max(32).optional(),
  codecs: z.array(codec).min(1).max(16),
  headerExtensions: z
    .array(z.object({ uri: shortText, id: z.int().min(1).max(255), encrypt: z.boolean().optional() }))
    .max(32)
    .optional(),
  encodings: z.array(encoding).length(1),
  rtcp: z
    .object({ cname: shortText.optional(), reducedSize: z.boolean().optional(), mux: z.boolean().optional() })
    .optional(),
  msid: shortText.optional(),
});

/** What a page can receive. Unknown keys are dropped. */
export const pageRtpCapabilitiesSchema = z.object({
  codecs: z
    .array(
      z.object({
        kind: z.enum(['audio', 'video']),
        mimeType: z.string().regex(/^(audio|video)\/[a-zA-Z0-9.-]{1,32}$/),
        preferredPayloadType: z.int().min(0).max(127),
        clockRate: z.int().min(1).max(1_000_000),
        channels: z.int().min(1).max(8).optional(),
        parameters: parameters.optional(),
        rtcpFeedback: rtcpFeedback.optional(),
      }),
    )
    .max(64),
  headerExtensions: z
    .array(
      z.object({
        kind: z.enum(['audio', 'video']),
        uri: shortText,
        preferredId: z.int().min(1).max(255),
        preferredEncrypt: z.boolean().optional(),
        direction: z.enum(['sendrecv', 'sendonly', 'recvonly', 'inactive']).optional(),
      }),
    )
    .max(64)
    .optional(),
});

/** The page's end of DTLS (RFC 8122). */
export const dtlsParametersSchema = z.object({
  role: z.enum(['auto', 'client', 'server']).optional(),
  fingerprints: z
    .array(
      z.object({
        algorithm: z.enum(['sha-1', 'sha-224', 'sha-256', 'sha-384', 'sha-512']),
        value: z.string().regex(/^([0-9A-Fa-f]{2}:){19,63}[0-9A-Fa-f]{2}$/),
      }),
    )
    .min(1)
    .max(8),
});

/** The schemas above promise mediasoup's own types; these functions say so to the compiler. */
export function asRtpParameters(parsed: z.infer<typeof cameraRtpParametersSchema>): types.RtpParameters {
  return parsed as types.RtpParameters; // differs only in `uri` being any text, which mediasoup checks
}

export function asRtpCapabilities(parsed: z.infer<typeof pageRtpCapabilitiesSchema>): types.RtpCapabilities {
  return parsed as types.RtpCapabilities; // differs only in `uri` and `mimeType` being any text
}
