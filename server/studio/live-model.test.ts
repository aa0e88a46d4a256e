import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LANDMARK_COUNT } from '../face/face-landmarks.ts';
import { createRgbaImage } from '../imaging/rgba-image.ts';
import { referenceImage, referencePlanes, SIZE_PX } from '../packs/fomm/testing/reference.ts';
import { loadPackModel } from '../packs/load-pack-model.ts';
import { type AnimationModel, type DrivingFrame, isPictureModel } from '../packs/motion-model.ts';
import { PackStore } from '../packs/store/pack-store.ts';
import { openLiveModel, refusalOf } from './live-model.ts';

const PACKS = join(import.meta.dirname, '../packs/fomm/testing');
const FACE = {
  points: Float32Array.from({ length: LANDMARK_COUNT * 3 }, (_, i) => 32 + 20 * Math.sin(i * i)),
  confidence: 1,
};
const onLost = () => {};

let cache: string;
beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), 'effigy-live-'));
});
afterAll(() => rm(cache, { recursive: true }));

/** The first reference picture, moved by the third. */
async function drawn(model: AnimationModel): Promise<Uint8ClampedArray | Uint8Array> {
  if (!isPictureModel(model)) throw new Error('a model for pictures was expected');
  const portrait = await model.prepare(referenceImage(0), FACE);
  const out = createRgbaImage(SIZE_PX, SIZE_PX);
  for (const index of [1, 2] as const) {
    const frame: DrivingFrame = {
      picture: referencePlanes(index),
      sizePx: SIZE_PX,
      landmarks: FACE,
      timeMs: index * 40,
      mode: 'relative',
      smoothing: 0,
      reference: index === 1 ? 'this' : 'keep',
    };
    await model.animate(portrait, frame, out);
  }
  return out.data;
}

describe('openLiveModel', () => {
  test('is the mesh when nobody says otherwise', async () => {
    const live = await openLiveModel({ onLost }, {});
    expect(live.info).toEqual({ pack: 'mesh', executionProvider: 'cpu' });
    expect(live.schedulerStats).toBeUndefined();
    await live.close();
  });

  test('animates sessions with an installed pack, as the pack alone would', async () => {
    const live = await openLiveModel(
      { onLost },
      { EFFIGY_PACK: 'fomm-tiny', EFFIGY_PACKS_DIR: PACKS, EFFIGY_CACHE: cache, EFFIGY_EXECUTION_PROVIDERS: 'cpu' },
    );
    expect(live.info).toMatchObject({ pack: 'fomm-tiny', executionProvider: 'cpu', refusedProviders: [] });
    expect(await readdir(join(cache, 'optimised-graphs'))).toHaveLength(3);

    const alone = await loadPackModel(await new PackStore(PACKS).open('fomm-tiny'), { executionProviders: ['cpu'] });
    const expected = await drawn(alone.model);
    await alone.close();
    const pictures = await Promise.all([1, 2, 3].map(() => drawn(live.createModel())));
    expect(live.schedulerStats?.()).toMatchObject({ calls: expect.any(Number), splitBatches: 0, waiting: 0 });
    expect(live.schedulerStats?.().calls).toBeGreaterThan(6);
    for (const picture of pictures) {
      expect(picture.every((byte, i) => Math.abs(byte - expected[i]) <= 1)).toBe(true);
    }
    await live.close();
  });

  test('says for good what another start would not mend', async () => {
    const open = openLiveModel({ onLost }, { EFFIGY_PACK: 'wax', EFFIGY_PACKS_DIR: PACKS });
    const error = await open.catch((reason: unknown) => reason);
    expect(refusalOf(error)).toMatch(/no pack "wax" is installed/);
    expect(refusalOf(new Error('the disk hiccuped'))).toBeNull();
  });
});
