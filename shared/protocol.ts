import { z } from 'zod';
import type { PortraitInfo } from './portraits.ts';
import type { SessionSettings } from './settings.ts';
import { sessionSettingsSchema, settingsPatchSchema } from './settings.ts';

/**
 * Signalling over Socket.IO (path `/socket.io`). Every client event carries one payload and an acknowledgement:
 * `(payload, (answer: Answer<T>) => void)`. Payloads are parsed by these schemas at the door.
 *
 * Life of a session: `session.open` → `transport.create` (send, recv) → `transport.connect` → `produce` →
 * `consume` → `consumer.resume`. When a studio dies the server sends `stream.replaced`; the page consumes again.
 */
export const PROTOCOL_VERSION = 2;

export const errorCodes = [
  'bad-request', // the payload is not of the schema
  'wrong-state', // e.g. produce before session.open
  'server-full', // all seats are taken
  'no-such-portrait',
  'rate-limited',
  'unsupported-codec',
  'version-mismatch',
  'internal',
] as const;
export type ErrorCode = (typeof errorCodes)[number];

export type Answer<T> = { ok: true; value: T } | { ok: false; error: { code: ErrorCode; message: string } };

const direction = z.enum(['send', 'recv']);
/** mediasoup objects: their inner shape is checked by mediasoup; here only that they are objects of sane size. */
const opaqueObject = z.record(z.string(), z.unknown()).refine((o) => JSON.stringify(o).length < 64_000, 'too large');

export const clientEvents = {
  /** Opens a session, or resumes the one that `resumeToken` names (its settings, portrait and calibration). */
  'session.open': z.strictObject({
    version: z.literal(PROTOCOL_VERSION),
    portraitId: z.string().max(64),
    settings: sessionSettingsSchema.optional(),
    resumeToken: z.string().max(128).optional(),
  }),
  'transport.create': z.strictObject({ direction }),
  'transport.connect': z.strictObject({ direction, dtlsParameters: opaqueObject }),
  'transport.restartIce': z.strictObject({ direction }),
  produce: z.strictObject({ kind: z.literal('video'), rtpParameters: opaqueObject }),
  consume: z.strictObject({ rtpCapabilities: opaqueObject }),
  'consumer.resume': z.strictObject({}),
  'settings.update': settingsPatchSchema,
  /** Takes the driver's present face as the neutral reference. */
  calibrate: z.strictObject({}),
  'portrait.select': z.strictObject({ portraitId: z.string().max(64) }),
  'session.close': z.strictObject({}),
} as const;
export type ClientEventName = keyof typeof clientEvents;
export type ClientPayload<N extends ClientEventName> = z.input<(typeof clientEvents)[N]>;

/** What each client event is answered with. mediasoup's own parameter objects are passed as they are. */
export interface ClientAnswers {
  'session.open': {
    resumeToken: string;
    resumed: boolean;
    settings: SessionSettings;
    portrait: PortraitInfo;
    routerRtpCapabilities: unknown;
    iceServers: IceServer[];
    output: { width: number; height: number; maxFps: number };
    studio: StudioInfo;
  };
  'transport.create': { id: string; iceParameters: unknown; iceCandidates: unknown; dtlsParameters: unknown };
  'transport.connect': Record<string, never>;
  'transport.restartIce': { iceParameters: unknown };
  produce: { id: string };
  consume: { id: string; producerId: string; kind: 'video'; rtpParameters: unknown };
  'consumer.resume': Record<string, never>;
  'settings.update': { settings: SessionSettings };
  calibrate: { ok: boolean; reason?: 'no-face' };
  'portrait.select': { portrait: PortraitInfo };
  'session.close': Record<string, never>;
}

export interface IceServer {
  urls: string | string[];
  username?: string;
  credential?: string;
}

/** What a user should know of a model pack that was installed. */
export interface PackAbout {
  title: string;
  /** Name of its licence. */
  licence: string;
  isNonCommercial: boolean;
  /** Made for measurements: its weights are random. */
  isStandIn: boolean;
  /** Whether the strengths of head, mouth, brows and eyes do anything. */
  hasStrengths: boolean;
}

/** What animates this session. */
export interface StudioInfo {
  pack: string;
  /** Absent for what is built in. */
  packAbout?: PackAbout;
  executionProvider: string;
  /** Better providers that could not be used, each with why and what to do. Absent where none was wanted. */
  refusedProviders?: readonly { readonly executionProvider: string; readonly reason: string }[];
}

/**
 * Server's view of a session, sent about twice a second, volatile: the newest one counts.
 * A number that is not known is null, never invented.
 */
export interface SessionStats {
  state: PerformanceState;
  /** Frames sent in the last second. */
  fps: number | null;
  /** Median time from a decoded frame to its last packet sent, ms. */
  serverMs: number | null;
  /** Driving frames dropped since the session began (latest frame wins), all stages together. */
  droppedFrames: number;
  studio: StudioInfo;
}

/**
 * `waiting`: no camera frame yet. `live`: following the face. `holding`: face lost, last animated frame holds.
 * `still`: faded to the still portrait. `restarting`: the studio died, another takes over.
 */
export type PerformanceState = 'waiting' | 'live' | 'holding' | 'still' | 'restarting';

/**
 * Reliable: sender-report mapping of the camera's own clock. RTP time `rtpTimestamp` (90 kHz, that of the stream the
 * page receives back) was captured at `ntpMs` (ms since the Unix epoch on the page's own clock).
 */
export interface ClockMapping {
  ntpMs: number;
  rtpTimestamp: number;
}

export interface ServerToClientEvents {
  stats: (stats: SessionStats) => void;
  clock: (mapping: ClockMapping) => void;
  /** Where the driver's face is, ≤ 10 Hz, volatile: contours in 0..1 of the camera picture, null when no face. */
  tracking: (tracking: { contours: [number, number][][] | null }) => void;
  /** The animated stream has a new producer: call `consume` again. */
  'stream.replaced': () => void;
  /** The session ended on the server's side, with the reason in plain words. */
  'session.ended': (reason: { code: ErrorCode; message: string }) => void;
}
