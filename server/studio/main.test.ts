import type { ChildProcess } from 'node:child_process';
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../shared/settings.ts';
import type { FaceLandmarks } from '../face/face-landmarks.ts';
import { LANDMARK_COUNT } from '../face/face-landmarks.ts';
import { CANONICAL_FACE } from '../motion/canonical-face.ts';
import type { HouseToStudio, PreparedPortrait, StudioToHouse } from './studio-protocol.ts';
import { CameraAndViewer } from './testing/camera-and-viewer.ts';
import { movingPicture, psnrDb } from './testing/moving-picture.ts';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
const PACKS = fileURLToPath(new URL('../packs/fomm/testing', import.meta.url));
const SIZE = 256;
const FACE_UNIT_PX = SIZE / 6;

let child: ChildProcess;
afterEach(() => {
  child.kill('SIGKILL');
});

/** A real studio process, as the house starts it. */
function startStudio(env: Record<string, string> = {}): {
  send(message: HouseToStudio): void;
  told(type: StudioToHouse['type']): Promise<StudioToHouse>;
} {
  child = fork(MAIN, [], {
    serialization: 'advanced',
    execArgv: [],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    env: { ...process.env, ...env },
  });
  const received: StudioToHouse[] = [];
  child.on('message', (message) => received.push(message as StudioToHouse));
  return {
    send: (message) => void child.send(message),
    told: async (type) => {
      for (;;) {
        const found = received.find((message) => message.type === type);
        if (found) return found;
        await once(child, 'message');
      }
    },
  };
}

/** A picture with the canonical face marked in its middle: all that a pack wants of a portrait. */
function portrait(): PreparedPortrait {
  const points = new Float32Array(LANDMARK_COUNT * 3);
  CANONICAL_FACE.forEach((value, i) => {
    points[i] = value * FACE_UNIT_PX + (i % 3 === 2 ? 0 : SIZE / 2);
  });
  const landmarks: FaceLandmarks = { points, confidence: 1 };
  return { id: 'canonical', still: movingPicture(SIZE, SIZE, 0), landmarks };
}

it('animates with the real models, and shows the still portrait where the camera sees no face', async () => {
  const studio = startStudio();
  expect(await studio.told('studio.ready')).toMatchObject({ info: { pack: 'mesh', executionProvider: 'cpu' } });
  const nonsense = { type: 'session.start', sessionId: 'a', remote: { ip: 'elsewhere' } };
  child.send(nonsense);

  const { still, ...rest } = portrait();
  const spec = {
    sessionId: 'a',
    portrait: { still, ...rest },
    settings: DEFAULT_SETTINGS,
    maxFps: 30,
    reference: null,
  };
  studio.send({ type: 'session.open', spec });
  const opened = await studio.told('session.opened');
  const peer = await CameraAndViewer.create('VP8');
  if (opened.type === 'session.opened') peer.connect(opened.port);
  studio.send(peer.startMessage('a'));
  await studio.told('session.keyframeNeeded');
  await peer.sendFrames(20);
  const frame = await peer.frame(({ timestamp }) => peer.sentTimestamps.includes(timestamp));
  expect(psnrDb(frame.image!, still)).toBeGreaterThan(20);
  expect(await studio.told('session.stats')).toMatchObject({ sessionId: 'a' });
  peer.close();
});

it('tells what its scheduler does, where sessions share one', async () => {
  const cache = await mkdtemp(join(tmpdir(), 'effigy-studio-'));
  const studio = startStudio({
    EFFIGY_PACK: 'fomm-tiny',
    EFFIGY_PACKS_DIR: PACKS,
    EFFIGY_CACHE: cache,
    EFFIGY_EXECUTION_PROVIDERS: 'cpu',
  });
  expect(await studio.told('studio.stats')).toEqual({
    type: 'studio.stats',
    scheduler: { calls: 0, batches: 0, superseded: 0, splitBatches: 0, waiting: 0 },
  });
  await rm(cache, { recursive: true });
});

it('ends when the house’s channel closes, with sessions open too', async () => {
  const studio = startStudio();
  await studio.told('studio.ready');
  const spec = { sessionId: 'a', portrait: portrait(), settings: DEFAULT_SETTINGS, maxFps: 30, reference: null };
  studio.send({ type: 'session.open', spec });
  await studio.told('session.opened');
  const exited = once(child, 'exit');
  child.disconnect();
  expect(await exited).toEqual([0, null]);
});

it('ends when the channel closes while it still loads', async () => {
  startStudio();
  const exited = once(child, 'exit');
  child.disconnect();
  expect(await exited).toEqual([0, null]);
});

it('does not run without a house', async () => {
  child = spawn(process.execPath, [MAIN], { stdio: 'ignore' });
  expect(await once(child, 'exit')).toEqual([2, null]);
});
