import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { DEFAULT_SETTINGS } from '../../shared/settings.ts';
import { connectSignaling, unwrap } from './signaling-channel.ts';
import { SignalingError } from './signaling-error.ts';

let close: (() => Promise<unknown>) | undefined;

/** A real Socket.IO server on loopback, whose address the channel takes for the page's own. */
async function startServer(): Promise<Server> {
  const http = createServer();
  const server = new Server(http);
  await new Promise<void>((done) => http.listen(0, '127.0.0.1', done));
  vi.stubGlobal('location', { protocol: 'http:', host: `127.0.0.1:${(http.address() as AddressInfo).port}` });
  close = () => server.close();
  return server;
}

afterEach(async () => {
  await close?.();
  close = undefined;
  vi.unstubAllGlobals();
});

describe('unwrapping an answer', () => {
  it('gives the value of a good one', () => {
    expect(unwrap({ ok: true, value: { id: 'x' } })).toEqual({ id: 'x' });
  });

  it('throws the code of a bad one', () => {
    const refuse = () => unwrap({ ok: false, error: { code: 'server-full', message: 'no seat' } });
    expect(refuse).toThrow(SignalingError);
    expect(refuse).toThrow('no seat');
  });

  it('throws "malformed" for what is no answer', () => {
    for (const answer of [undefined, null, 7, {}, { ok: false }, { ok: false, error: { code: 'surprise' } }]) {
      expect(() => unwrap(answer as never)).toThrow('malformed');
    }
  });
});

describe('signaling channel', () => {
  it('carries requests and their answers', async () => {
    const server = await startServer();
    server.on('connection', (socket) => {
      socket.on('settings.update', (patch, answer) =>
        answer({ ok: true, value: { settings: { ...DEFAULT_SETTINGS, ...patch } } }),
      );
    });
    const channel = await connectSignaling();
    const { settings } = await channel.request('settings.update', { mirror: false });
    expect(settings.mirror).toBe(false);
    channel.close();
  });

  it('throws the code that the server refuses with', async () => {
    const server = await startServer();
    server.on('connection', (socket) => {
      socket.on('calibrate', (_, answer) => answer({ ok: false, error: { code: 'wrong-state', message: 'not yet' } }));
    });
    const channel = await connectSignaling();
    await expect(channel.request('calibrate', {})).rejects.toMatchObject({ code: 'wrong-state' });
    channel.close();
  });

  it('tells that the connection was lost, and fails the request under way', async () => {
    const server = await startServer();
    server.on('connection', (socket) => {
      socket.on('calibrate', () => socket.disconnect(true));
    });
    const channel = await connectSignaling();
    const lost = new Promise<void>((done) => channel.onLost(done));
    await expect(channel.request('calibrate', {})).rejects.toMatchObject({ code: 'disconnected' });
    await lost;
    await expect(channel.request('calibrate', {})).rejects.toMatchObject({ code: 'disconnected' });
  });

  it('says nothing of its own closing', async () => {
    await startServer();
    const channel = await connectSignaling();
    const onLost = vi.fn();
    channel.onLost(onLost);
    channel.close();
    channel.close();
    expect(onLost).not.toHaveBeenCalled();
  });

  it('is "unreachable" where nobody listens', async () => {
    const server = await startServer();
    await server.close();
    await expect(connectSignaling()).rejects.toMatchObject({ code: 'unreachable' });
  });
});
