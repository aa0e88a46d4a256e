import { randomInt } from 'node:crypto';
import { EventEmitter } from 'node:events';
import type { types } from 'mediasoup';
import { errors } from 'mediasoup';
import type { ClockMapping } from '../../shared/protocol.ts';
import type { RtpStreamSpec } from '../studio/studio-protocol.ts';
import { BitrateGovernor, type BitrateLimits } from './bitrate-governor.ts';
import { clockMappingOf, type SenderReport } from './clock-mapping.ts';
import {
  asRtpCapabilities,
  asRtpParameters,
  cameraRtpParametersSchema,
  dtlsParametersSchema,
  pageRtpCapabilitiesSchema,
} from './rtp-parameters-schema.ts';
import { SfuError } from './sfu-error.ts';
import type { SfuWorker } from './sfu-worker.ts';
import {
  capabilitiesForPage,
  capabilitiesForStudio,
  codecParametersOf,
  VIDEO_CLOCK_RATE_HZ,
  videoCodecOf,
} from './video-codecs.ts';

export type Direction = 'send' | 'recv';

export interface SessionMediaOptions {
  readonly output: BitrateLimits;
  readonly cameraMaxBitrateBps: number;
  readonly iceConsentTimeoutS: number;
}

interface SessionMediaEvents {
  /** What the animated stream should take now, bits per second. */
  bitrate: [bitrateBps: number];
  /** A sender report of the camera. */
  clock: [mapping: ClockMapping];
  /** The worker died: nothing of this works any more. */
  gone: [];
}

/** What a studio needs to know to exchange RTP with the SFU. */
export interface StudioLink {
  readonly remote: { ip: string; port: number };
  readonly camera: RtpStreamSpec;
  readonly output: RtpStreamSpec & { cname: string };
}

const LOOPBACK = '127.0.0.1';
/** First of the dynamic payload types (RFC 3551 section 6) that browsers use for no static meaning. */
const OUTPUT_PAYLOAD_TYPE = 101;
/** Keyframes are large: a burst of requests gets one. */
const KEYFRAME_REQUEST_DELAY_MS = 200;

/**
 * The media of one session: the page's two transports, the loopback to its studio, and who consumes what.
 *
 * The camera's producer is consumed by the studio's loopback alone, and the page is given consumers of the studio's
 * output alone: there is no way to ask for the camera picture.
 */
export class SessionMedia extends EventEmitter<SessionMediaEvents> {
  readonly #worker: SfuWorker;
  readonly #options: SessionMediaOptions;
  readonly #governor: BitrateGovernor;
  readonly #transports: Record<Direction, types.WebRtcTransport | null> = { send: null, recv: null };
  /** Transports that were connected, or tried to be: mediasoup allows it once. */
  readonly #connected = new WeakSet<types.WebRtcTransport>();
  #camera: types.Producer | null = null;
  #loopback: types.PlainTransport | null = null;
  #cameraTap: types.Consumer | null = null;
  #output: types.Producer | null = null;
  #viewer: types.Consumer | null = null;
  #closed = false;
  readonly #onDied = () => {
    this.close();
    this.emit('gone');
  };

  constructor(worker: SfuWorker, options: SessionMediaOptions) {
    super();
    this.#worker = worker;
    this.#options = options;
    this.#governor = new BitrateGovernor(options.output);
    worker.hold();
    worker.once('died', this.#onDied);
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** What the page loads its device with. */
  get routerRtpCapabilities(): types.RtpCapabilities {
    return capabilitiesForPage(this.#worker.router.rtpCapabilities);
  }

  get targetBitrateBps(): number {
    return this.#governor.targetBps;
  }

  /** The camera is being received. */
  get hasCamera(): boolean {
    return this.#camera !== null && !this.#camera.closed;
  }

  /** A transport for the page; an earlier one of this direction is closed, with what went over it. */
  async createTransport(
    direction: Direction,
  ): Promise<Record<'id' | 'iceParameters' | 'iceCandidates' | 'dtlsParameters', unknown>> {
    this.#throwIfClosed();
    this.#transports[direction]?.close();
    const transport = await this.#worker.router.createWebRtcTransport({
      webRtcServer: this.#worker.webRtcServer,
      enableUdp: true,
      enableTcp: true,
      preferUdp: true,
      iceConsentTimeout: this.#options.iceConsentTimeoutS,
      initialAvailableOutgoingBitrate: this.#options.output.startBps,
    });
    if (this.#closed) transport.close();
    this.#throwIfClosed();
    this.#transports[direction] = transport;
    if (direction === 'send') await transport.setMaxIncomingBitrate(this.#options.cameraMaxBitrateBps);
    else await this.#followBandwidth(transport);
    const { id, iceParameters, iceCandidates, dtlsParameters } = transport;
    return { id, iceParameters, iceCandidates, dtlsParameters };
  }

  /** @throws SfuError `bad-parameters`, `wrong-state`. */
  async connectTransport(direction: Direction, given: unknown): Promise<void> {
    const dtlsParameters = parse(dtlsParametersSchema, given, 'DTLS parameters');
    const transport = this.#transport(direction);
    if (this.#connected.has(transport)) throw new SfuError('wrong-state', `The ${direction} transport is connected.`);
    this.#connected.add(transport);
    await guarded(() => transport.connect({ dtlsParameters }));
  }

  /** New ICE credentials after a change of network. */
  async restartIce(direction: Direction): Promise<types.IceParameters> {
    return this.#transport(direction).restartIce();
  }

  /** Receives the page's camera. @throws SfuError `bad-parameters`, `unsupported-codec`, `wrong-state`. */
  async produceCamera(given: unknown): Promise<{ id: string }> {
    const rtpParameters = asRtpParameters(parse(cameraRtpParametersSchema, given, 'RTP parameters'));
    const transport = this.#transport('send');
    if (this.hasCamera) throw new SfuError('wrong-state', 'This session has a camera already.');
    if (videoCodecOf(rtpParameters) === null) {
      throw new SfuError('unsupported-codec', 'Only VP8 and H264 video can be received.');
    }
    const camera = await guarded(() =>
      transport.produce({ kind: 'video', rtpParameters, keyFrameRequestDelay: KEYFRAME_REQUEST_DELAY_MS }),
    );
    this.#camera = camera;
    camera.on('trace', ({ type, info }) => {
      if (type === 'sr') this.emit('clock', clockMappingOf(info as unknown as SenderReport));
    });
    await guarded(() => camera.enableTraceEvent(['sr']));
    return { id: camera.id };
  }

  /**
   * Connects the camera to a studio's UDP port, and the studio's answer to a new output. An earlier link is closed.
   * The camera flows after `startCamera`.
   */
  async linkStudio(studioPort: number): Promise<StudioLink> {
    const camera = this.#camera;
    if (camera === null || camera.closed) throw new SfuError('wrong-state', 'There is no camera yet.');
    this.unlinkStudio();
    const { router } = this.#worker;
    const loopback = await router.createPlainTransport({
      listenInfo: { protocol: 'udp', ip: LOOPBACK },
      rtcpMux: true,
      comedia: false,
    });
    this.#loopback = loopback;
    await loopback.connect({ ip: LOOPBACK, port: studioPort });
    const rtpCapabilities = capabilitiesForStudio(router.rtpCapabilities);
    const tap = await loopback.consume({ producerId: camera.id, rtpCapabilities, paused: true, enableRtx: false });
    const output = outputStreamFor(camera);
    const producer = await loopback.produce({
      kind: 'video',
      keyFrameRequestDelay: KEYFRAME_REQUEST_DELAY_MS,
      rtpParameters: outputRtpParameters(output),
    });
    if (this.#loopback !== loopback) throw new SfuError('gone', 'The link to the studio was closed meanwhile.');
    this.#cameraTap = tap;
    this.#output = producer;
    const { localPort } = loopback.tuple;
    const { payloadType } = tap.rtpParameters.codecs[0];
    const ssrc = tap.rtpParameters.encodings?.[0]?.ssrc ?? 0;
    return { remote: { ip: LOOPBACK, port: localPort }, camera: { codec: output.codec, payloadType, ssrc }, output };
  }

  /** Lets the camera flow to the studio; it begins with a keyframe. */
  async startCamera(): Promise<void> {
    await this.#cameraTap?.resume();
  }

  /** Asks the camera for a keyframe. */
  async requestCameraKeyframe(): Promise<void> {
    const tap = this.#cameraTap;
    if (tap && !tap.closed) await tap.requestKeyFrame();
  }

  /** Stops the camera from flowing to a studio, at once: its port may soon be somebody else's. Idempotent. */
  unlinkStudio(): void {
    this.#loopback?.close();
    this.#loopback = null;
    this.#cameraTap = null;
    this.#output = null;
    this.#viewer = null;
  }

  /** The animated stream for the page, paused until `resumeViewer`. @throws SfuError. */
  async consumeOutput(given: unknown): Promise<{ id: string; producerId: string; rtpParameters: types.RtpParameters }> {
    const rtpCapabilities = asRtpCapabilities(parse(pageRtpCapabilitiesSchema, given, 'RTP capabilities'));
    const transport = this.#transport('recv');
    const output = this.#output;
    if (output === null) throw new SfuError('wrong-state', 'There is no animated stream yet: produce first.');
    const canConsume = await guarded(async () =>
      this.#worker.router.canConsume({ producerId: output.id, rtpCapabilities }),
    );
    if (!canConsume) {
      throw new SfuError('unsupported-codec', 'This browser cannot receive the codec that its camera is sent with.');
    }
    this.#viewer?.close();
    const viewer = await guarded(() => transport.consume({ producerId: output.id, rtpCapabilities, paused: true }));
    this.#viewer = viewer;
    return { id: viewer.id, producerId: output.id, rtpParameters: viewer.rtpParameters };
  }

  /** Lets the animated stream flow to the page. @throws SfuError `wrong-state`. */
  async resumeViewer(): Promise<void> {
    const viewer = this.#viewer;
    if (viewer === null || viewer.closed)
      throw new SfuError('wrong-state', 'There is nothing to resume: consume first.');
    await viewer.resume();
  }

  /** Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#worker.off('died', this.#onDied);
    this.#worker.release();
    this.unlinkStudio();
    for (const transport of Object.values(this.#transports)) transport?.close();
  }

  async #followBandwidth(transport: types.WebRtcTransport): Promise<void> {
    transport.on('trace', ({ type, info }) => {
      if (type !== 'bwe') return;
      const { availableBitrate, maxBitrate } = info as { availableBitrate: number; maxBitrate: number };
      const target = this.#governor.update(transport.id, { availableBps: availableBitrate, capBps: maxBitrate });
      if (target !== null) this.emit('bitrate', target);
    });
    transport.observer.once('close', () => this.#governor.forget(transport.id));
    await transport.enableTraceEvent(['bwe']);
  }

  #transport(direction: Direction): types.WebRtcTransport {
    this.#throwIfClosed();
    const transport = this.#transports[direction];
    if (transport === null || transport.closed) {
      throw new SfuError('wrong-state', `There is no ${direction} transport: create it first.`);
    }
    return transport;
  }

  #throwIfClosed(): void {
    if (this.#closed) throw new SfuError('gone', 'The media of this session are closed.');
  }
}

/** The studio answers in the camera's codec: the browser that sends it can be expected to receive it. */
function outputStreamFor(camera: types.Producer): StudioLink['output'] {
  const codec = videoCodecOf(camera.rtpParameters);
  if (codec === null) throw new SfuError('unsupported-codec', 'Only VP8 and H264 video can be answered.');
  return { codec, payloadType: OUTPUT_PAYLOAD_TYPE, ssrc: randomInt(1, 0xffffffff), cname: 'effigy' };
}

function outputRtpParameters(output: StudioLink['output']): types.RtpParameters {
  return {
    codecs: [
      {
        mimeType: `video/${output.codec}`,
        payloadType: output.payloadType,
        clockRate: VIDEO_CLOCK_RATE_HZ,
        parameters: codecParametersOf(output.codec),
        // No NACK: the studio keeps no packets, and on loopback none are lost.
        rtcpFeedback: [
          { type: 'nack', parameter: 'pli' },
          { type: 'ccm', parameter: 'fir' },
        ],
      },
    ],
    encodings: [{ ssrc: output.ssrc }],
    rtcp: { cname: output.cname, reducedSize: true },
  };
}

function parse<T>(
  schema: { safeParse(value: unknown): { success: boolean; data?: T; error?: Error } },
  given: unknown,
  what: string,
): T {
  const parsed = schema.safeParse(given);
  if (!parsed.success) throw new SfuError('bad-parameters', `The ${what} are not usable.`, { cause: parsed.error });
  return parsed.data as T;
}

/** Words mediasoup's refusals as ours; everything else passes. */
async function guarded<T>(operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    if (error instanceof SfuError) throw error;
    if (error instanceof errors.UnsupportedError) {
      throw new SfuError('unsupported-codec', 'The codec is not supported.', { cause: error });
    }
    if (error instanceof errors.WorkerClosedError || error instanceof errors.NotFoundError) {
      throw new SfuError('gone', 'The media server is restarting.', { cause: error });
    }
    if (error instanceof TypeError) {
      throw new SfuError('bad-parameters', 'The media parameters are not usable.', { cause: error });
    }
    throw error;
  }
}
