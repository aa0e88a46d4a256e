import type { Socket } from 'node:dgram';
import { createSocket } from 'node:dgram';
import { isRtcpDatagram } from '../rtp/rtp-packet.ts';
import { sessionTunables } from './session-tunables.ts';

const LOOPBACK = '127.0.0.1';

export interface RtpSocketHandlers {
  onRtp(datagram: Buffer): void;
  onRtcp(datagram: Buffer): void;
  /** The socket is of no use any more. */
  onError(error: Error): void;
}

/** The UDP socket of one session on loopback, RTP and RTCP on one port; hears only the remote it was told of. */
export class RtpSocket {
  readonly #socket: Socket;
  readonly #handlers: RtpSocketHandlers;
  #remote: { ip: string; port: number } | null = null;
  #closed = false;

  private constructor(socket: Socket, handlers: RtpSocketHandlers) {
    this.#socket = socket;
    this.#handlers = handlers;
    socket.on('message', (datagram, { address, port }) => {
      const fromRemote = address === this.#remote?.ip && port === this.#remote.port;
      if (!fromRemote || this.#closed) return;
      if (isRtcpDatagram(datagram)) handlers.onRtcp(datagram);
      else handlers.onRtp(datagram);
    });
    socket.on('error', (error) => this.#fail(error));
  }

  /** Binds a free port. */
  static async bind(handlers: RtpSocketHandlers): Promise<RtpSocket> {
    const socket = createSocket({ type: 'udp4' });
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(0, LOOPBACK, () => {
        socket.off('error', reject);
        resolve();
      });
    });
    widenBuffers(socket);
    return new RtpSocket(socket, handlers);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  /** From now on packets go there, and only packets from there are heard. */
  setRemote(remote: { ip: string; port: number }): void {
    this.#remote = remote;
  }

  /** Without a remote yet nothing is sent. */
  send(datagram: Buffer): void {
    if (this.#closed || !this.#remote) return;
    this.#socket.send(datagram, this.#remote.port, this.#remote.ip, ignoreSendError);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#socket.close();
  }

  #fail(error: Error): void {
    if (!this.#closed) this.#handlers.onError(error);
  }
}

/** Some kernels give less than asked for, others refuse: then the buffers stay as they are. */
function widenBuffers(socket: Socket): void {
  try {
    socket.setRecvBufferSize(sessionTunables.socketBufferBytes);
    socket.setSendBufferSize(sessionTunables.socketBufferBytes);
  } catch {}
}

/** Datagrams get lost; whoever misses one asks for a keyframe. */
function ignoreSendError(): void {}
