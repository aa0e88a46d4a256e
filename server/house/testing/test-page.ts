import { once } from 'node:events';
import type { types } from 'mediasoup';
import { io, type Socket } from 'socket.io-client';
import type { Answer, ClientAnswers, ClientEventName, SessionStats } from '../../../shared/protocol.ts';
import { PROTOCOL_VERSION } from '../../../shared/protocol.ts';
import { BROWSER_DTLS, browserCapabilities, cameraParameters } from '../../sfu/testing/browser-parameters.ts';

/** A page without a browser: speaks the signalling protocol, sends no media. */
export class TestPage {
  readonly socket: Socket;
  /** Newest statistics. */
  stats: SessionStats | null = null;
  readonly ended: { code: string; message: string }[] = [];
  replacedCount = 0;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('stats', (stats) => {
      this.stats = stats;
    });
    socket.on('stream.replaced', () => this.replacedCount++);
    socket.on('session.ended', (reason) => this.ended.push(reason));
  }

  /** @throws where the door does not open */
  static async connect(url: string, headers: Record<string, string> = {}): Promise<TestPage> {
    const socket = io(url, { transports: ['websocket'], reconnection: false, forceNew: true, extraHeaders: headers });
    const page = new TestPage(socket);
    await new Promise<void>((connected, failed) => {
      socket.once('connect', connected);
      socket.once('connect_error', failed);
    });
    return page;
  }

  /** Sends anything, and gives what comes back. */
  send(name: string, payload: unknown): Promise<Answer<unknown>> {
    return this.socket.timeout(15_000).emitWithAck(name, payload);
  }

  /** @throws with the refusal's code as its message */
  async request<N extends ClientEventName>(name: N, payload: unknown = {}): Promise<ClientAnswers[N]> {
    const answer = (await this.send(name, payload)) as Answer<ClientAnswers[N]>;
    if (!answer.ok) throw new Error(answer.error.code);
    return answer.value;
  }

  open(portraitId: string, more: Record<string, unknown> = {}): Promise<ClientAnswers['session.open']> {
    return this.request('session.open', { version: PROTOCOL_VERSION, portraitId, ...more });
  }

  /** Everything from opening to the animated stream. */
  async perform(portraitId: string, more: Record<string, unknown> = {}) {
    const opened = await this.open(portraitId, more);
    for (const direction of ['send', 'recv']) {
      await this.request('transport.create', { direction });
      await this.request('transport.connect', { direction, dtlsParameters: BROWSER_DTLS });
    }
    await this.request('produce', { kind: 'video', rtpParameters: cameraParameters() });
    const consumed = await this.consume(opened);
    return { opened, consumed };
  }

  async consume(opened: ClientAnswers['session.open']): Promise<ClientAnswers['consume']> {
    const rtpCapabilities = browserCapabilities(opened.routerRtpCapabilities as types.RtpCapabilities);
    const consumed = await this.request('consume', { rtpCapabilities });
    await this.request('consumer.resume');
    return consumed;
  }

  async disconnected(): Promise<void> {
    if (this.socket.connected) await once(this.socket as never, 'disconnect');
  }

  close(): void {
    this.socket.disconnect();
  }
}
