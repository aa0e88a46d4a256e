import type { types } from 'mediasoup-client';
import { Device, detectDeviceAsync } from 'mediasoup-client';
import type { ClientAnswers, ClientPayload } from '../../shared/protocol.ts';
import { camera as cameraTunables } from '../config.ts';
import { ProblemError } from '../words/problem.ts';
import { sessionProblem } from '../words/session-problems.ts';
import type { VideoCodec } from './codec-choice.ts';
import { IceRecovery, worstState } from './ice-recovery.ts';
import type { MediaLink, MediaLinkEvents } from './media-link.ts';
import type { SignalingChannel } from './signaling-channel.ts';
import { handlerOfEngine } from './webrtc-handler.ts';

type Direction = 'send' | 'recv';
type OpaqueObject = ClientPayload<'transport.connect'>['dtlsParameters'];

/** mediasoup over the signalling channel: a device, one transport each way, a producer and a consumer. */
export class MediaSession implements MediaLink {
  readonly #channel: SignalingChannel;
  readonly #device: Device;
  readonly #events: MediaLinkEvents;
  readonly #recovery: IceRecovery;
  readonly #iceServers: RTCIceServer[];
  #send: types.Transport | null = null;
  #recv: types.Transport | null = null;
  #producer: types.Producer | null = null;
  #consumer: types.Consumer | null = null;
  #consuming: Promise<void> = Promise.resolve();
  #closed = false;

  /**
   * Builds both paths; resolves when the portrait's stream has been asked for (its first frame comes later).
   *
   * @throws {SignalingError} what the house refuses
   * @throws {ProblemError} `no-webrtc`, `no-common-codec`
   */
  static async open(
    channel: SignalingChannel,
    opened: ClientAnswers['session.open'],
    track: MediaStreamTrack,
    codec: VideoCodec,
    events: MediaLinkEvents,
  ): Promise<MediaSession> {
    const device = await createDevice();
    await device.load({ routerRtpCapabilities: opened.routerRtpCapabilities as types.RtpCapabilities });
    if (!device.canProduce('video')) throw new ProblemError(sessionProblem('no-common-codec'));
    const session = new MediaSession(channel, device, opened.iceServers, events);
    try {
      await session.#openSend(track, codec);
      await session.#openRecv();
      return session;
    } catch (error) {
      session.close();
      throw error;
    }
  }

  private constructor(channel: SignalingChannel, device: Device, iceServers: RTCIceServer[], events: MediaLinkEvents) {
    this.#channel = channel;
    this.#device = device;
    this.#iceServers = iceServers;
    this.#events = events;
    this.#recovery = new IceRecovery(
      () => this.#restartIce(),
      (everConnected) => this.#events.onLost(everConnected),
    );
  }

  async replaceTrack(track: MediaStreamTrack): Promise<void> {
    await this.#producer?.replaceTrack({ track });
  }

  consumeAgain(): Promise<void> {
    // One after the other: a studio may die again while its stream is being replaced.
    this.#consuming = this.#consuming.catch(() => {}).then(() => this.#consume());
    return this.#consuming;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#recovery.close();
    this.#send?.close();
    this.#recv?.close();
  }

  async #openSend(track: MediaStreamTrack, codec: VideoCodec): Promise<void> {
    const transport = this.#wire('send', this.#device.createSendTransport(await this.#createTransport('send')));
    this.#send = transport;
    transport.on('produce', ({ rtpParameters }, callback, errback) => {
      const payload = { kind: 'video' as const, rtpParameters: rtpParameters as unknown as OpaqueObject };
      this.#channel.request('produce', payload).then(callback, errback);
    });
    const codecs = this.#device.sendRtpCapabilities.codecs ?? [];
    this.#producer = await transport.produce({
      track,
      // A codec that the two have not in common is left to mediasoup's own choice.
      codec: codecs.find(({ mimeType }) => mimeType.toLowerCase() === `video/${codec.toLowerCase()}`),
      encodings: [{ maxBitrate: cameraTunables.maxBitrateBps, maxFramerate: cameraTunables.frameRateHz }],
      codecOptions: { videoGoogleStartBitrate: cameraTunables.startBitrateKbps },
      // The camera belongs to the session's owner and outlives this connection.
      stopTracks: false,
    });
  }

  async #openRecv(): Promise<void> {
    this.#recv = this.#wire('recv', this.#device.createRecvTransport(await this.#createTransport('recv')));
    await this.consumeAgain();
  }

  async #consume(): Promise<void> {
    if (this.#closed || !this.#recv) return;
    const rtpCapabilities = this.#device.recvRtpCapabilities as unknown as OpaqueObject;
    const options = await this.#channel.request('consume', { rtpCapabilities });
    if (this.#closed) return;
    const former = this.#consumer;
    this.#consumer = await this.#recv.consume(options as types.ConsumerOptions);
    playWithoutDelay(this.#consumer.rtpReceiver);
    this.#events.onOutput(new MediaStream([this.#consumer.track]));
    // Only now: a track that ends turns its video black, and the last frame is to stay until the next one.
    former?.close();
    await this.#channel.request('consumer.resume', {});
  }

  async #createTransport(direction: Direction): Promise<types.TransportOptions> {
    const created = await this.#channel.request('transport.create', { direction });
    return { ...(created as types.TransportOptions), iceServers: this.#iceServers };
  }

  #wire(direction: Direction, transport: types.Transport): types.Transport {
    transport.on('connect', ({ dtlsParameters }, callback, errback) => {
      const payload = { direction, dtlsParameters: dtlsParameters as unknown as OpaqueObject };
      this.#channel.request('transport.connect', payload).then(() => callback(), errback);
    });
    transport.on('connectionstatechange', () => {
      if (this.#closed) return;
      const states = [this.#send, this.#recv].map((each) => each?.connectionState ?? 'new');
      this.#recovery.update(worstState(states));
    });
    return transport;
  }

  async #restartIce(): Promise<void> {
    for (const [direction, transport] of [
      ['send', this.#send],
      ['recv', this.#recv],
    ] as const) {
      if (!transport) continue;
      const { iceParameters } = await this.#channel.request('transport.restartIce', { direction });
      await transport.restartIce({ iceParameters: iceParameters as types.IceParameters });
    }
  }
}

async function createDevice(): Promise<Device> {
  try {
    if (typeof RTCPeerConnection === 'undefined') throw new Error('no RTCPeerConnection');
    const known = await detectDeviceAsync();
    return await Device.factory({ handlerName: known ?? handlerOfEngine(navigator.userAgent) ?? undefined });
  } catch (error) {
    throw new ProblemError(sessionProblem('no-webrtc'), { cause: error });
  }
}

/** Asks the browser for its smallest jitter buffer: a late frame is worth less here than a lost one. */
function playWithoutDelay(receiver: RTCRtpReceiver | undefined): void {
  if (!receiver) return;
  if ('jitterBufferTarget' in receiver) receiver.jitterBufferTarget = 0;
  else if ('playoutDelayHint' in receiver) (receiver as { playoutDelayHint: number }).playoutDelayHint = 0;
}
