import { createSocket, type Socket } from 'node:dgram';
import type { AddressInfo } from 'node:net';
import type { HouseToStudio, StudioToHouse } from '../../studio/studio-protocol.ts';

/**
 * Speaks the studio protocol without any media, and misbehaves as `STUB_STUDIO` says. What it is told it writes to
 * its output, a line of JSON per message, for tests to read in the log.
 */
const misbehaviour = process.env.STUB_STUDIO ?? '';
/** Reasons come from drivers and may hold anything. */
const REFUSED = [
  { executionProvider: 'tensorrt', reason: `no "libnvinfer" in C:\\lib\n# TYPE evil counter\nevil 1\r\0` },
  { executionProvider: 'cuda', reason: `there is no NVIDIA GPU${'!'.repeat(5000)}` },
  { executionProvider: 'cuda', reason: 'the same, worded otherwise' },
];
const sockets = new Map<string, Socket>();
const send = (message: StudioToHouse) => process.send?.(message);

process.on('disconnect', () => process.exit(0));
process.on('SIGINT', () => {});
process.on('message', (given) => {
  const message = given as HouseToStudio;
  console.log(JSON.stringify(withoutPixels(message)));
  const { type } = message;
  const sessionId = type === 'session.open' ? message.spec.sessionId : message.sessionId;
  if (type === 'session.open') open(sessionId);
  if (type === 'session.start') start(sessionId);
  if (type === 'session.close') sockets.get(sessionId)?.close();
  if (type === 'session.calibrate' && misbehaviour !== 'calibrates-nothing') {
    const reference = { points: new Float32Array(478 * 3).fill(7), confidence: 1 };
    send({ type: 'session.calibrated', sessionId, reference });
  }
});

if (misbehaviour === 'cannot') {
  send({ type: 'studio.refused', reason: 'no studio can animate' });
  setTimeout(() => process.exit(1), 20);
} else if (misbehaviour === 'lacks-gpu') {
  send({ type: 'studio.ready', info: { pack: 'stub', executionProvider: 'cpu', refusedProviders: REFUSED } });
  let calls = 0;
  setInterval(() => {
    calls += 4;
    const scheduler = { calls, batches: calls / 4, superseded: 2, splitBatches: 1, waiting: 3 };
    send({ type: 'studio.stats', scheduler });
    for (const nonsense of [{ waiting: -1 }, { calls: 1e300 }, { calls: 'many' }, { batches: 0.5 }]) {
      process.send?.({ type: 'studio.stats', scheduler: { ...scheduler, ...nonsense } });
    }
    process.send?.({ type: 'studio.stats' });
  }, 20);
} else if (misbehaviour !== 'never-ready')
  send({ type: 'studio.ready', info: { pack: 'stub', executionProvider: 'cpu' } });

function open(sessionId: string): void {
  if (misbehaviour === 'refuses') return void send({ type: 'session.failed', sessionId, message: 'not this one' });
  if (misbehaviour === 'never-opens') return;
  if (misbehaviour === 'dies-opening') process.exit(1);
  const socket = createSocket('udp4');
  sockets.set(sessionId, socket);
  socket.bind(0, '127.0.0.1', () => {
    send({ type: 'session.opened', sessionId, port: (socket.address() as AddressInfo).port });
  });
}

function start(sessionId: string): void {
  if (misbehaviour === 'falls-silent') return;
  const state = misbehaviour === 'sees-no-camera' ? 'waiting' : 'live';
  const stages = { receiveMs: 3, performMs: 7, sendMs: 2 };
  const report = { type: 'session.stats', sessionId, state, fps: 25, serverMs: 12, stages } as const;
  let sentFrames = 0;
  setInterval(() => {
    send({ ...report, sentFrames: ++sentFrames, droppedFrames: 3 });
    send({ type: 'session.tracking', sessionId, contours: [[[0.5, 0.5]]] });
  }, 20);
}

function withoutPixels(message: HouseToStudio): unknown {
  return JSON.parse(
    JSON.stringify(message, (key, value) => {
      if (key === 'still') return undefined;
      return ArrayBuffer.isView(value) ? `${(value as Float32Array)[0]}` : value;
    }),
  );
}
