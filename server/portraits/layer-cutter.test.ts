import { beforeEach, expect, test, vi } from 'vitest';
import { LANDMARK_COUNT } from '../face/face-landmarks.ts';
import { createRgbaImage } from '../imaging/rgba-image.ts';
import type { PortraitCut } from '../matting/cut-portrait.ts';
import type { UncutFace } from './darkroom-protocol.ts';
import type { Gallery } from './gallery.ts';
import { LayerCutter } from './layer-cutter.ts';
import { PictureError } from './picture-error.ts';
import { PortraitLibrary, type ReadyPortrait } from './portrait-library.ts';
import { UploadStore } from './upload-store.ts';

const layers = { person: createRgbaImage(8, 8), background: createRgbaImage(8, 8) };
const log = { info: vi.fn(), warn: vi.fn() };
const cut = vi.fn<(face: UncutFace) => Promise<PortraitCut>>();
let cutter: LayerCutter;

beforeEach(() => {
  vi.clearAllMocks();
  cut.mockReset().mockResolvedValue({ layers, refusal: null });
  cutter = new LayerCutter({ cut }, log);
});

function portrait(id = 'ann'): ReadyPortrait {
  const landmarks = { points: new Float32Array(3 * LANDMARK_COUNT), confidence: 1 };
  return {
    info: { id, title: 'Ann', alt: '', source: 'gallery', imageUrl: '/x', contours: [] },
    prepared: { id, still: createRgbaImage(8, 8), landmarks },
    others: [landmarks],
    jpeg: new Uint8Array(1),
  };
}

function libraryOf(...portraits: ReadyPortrait[]): PortraitLibrary {
  const gallery = {
    list: async () => portraits.map(({ info }) => info),
    find: async (id: string) => portraits.find(({ info }) => info.id === id) ?? null,
    async *[Symbol.asyncIterator]() {
      yield* portraits;
    },
  } as unknown as Gallery;
  return new PortraitLibrary(gallery, new UploadStore({ ttlMs: 1, maxBytes: 1 }), cutter);
}

test('a portrait is cut once, with the other faces it shows', async () => {
  const ann = portrait();
  expect(await Promise.all([cutter.layersOf(ann), cutter.layersOf(ann)])).toEqual([layers, layers]);
  expect(cut).toHaveBeenCalledTimes(1);
  expect(cut.mock.calls[0][0].others).toBe(ann.others);
});

test('a portrait that cannot be cut stays one layer, and the log says why', async () => {
  cut.mockResolvedValue({ layers: null, refusal: 'all is grey' });
  const ann = portrait();
  expect(await cutter.layersOf(ann)).toBeNull();
  expect(await cutter.layersOf(ann)).toBeNull();
  expect(cut).toHaveBeenCalledTimes(1);
  expect(log.info).toHaveBeenCalledWith(expect.stringContaining('all is grey'));
});

test('a darkroom in trouble leaves one layer for now, and is asked again another time', async () => {
  const ann = portrait();
  cut.mockRejectedValueOnce(new PictureError('busy', 'later'));
  expect(await cutter.layersOf(ann)).toBeNull();
  expect(log.warn).toHaveBeenCalledWith(expect.stringContaining('later'));
  expect(await cutter.layersOf(ann)).toBe(layers);
});

test('a performance gets its portrait with layers, those of the gallery ahead of it', async () => {
  const [ann, bob] = [portrait('ann'), portrait('bob')];
  const library = libraryOf(ann, bob);
  await library.cutGallery();
  expect(cut).toHaveBeenCalledTimes(2);
  expect((await library.findForStage('bob'))?.prepared).toEqual({ ...bob.prepared, layers });
  expect(cut).toHaveBeenCalledTimes(2);
  expect(await library.findForStage('nobody')).toBeNull();
});

test('a performance does not wait for ever: it begins on one layer', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  cut.mockReturnValue(new Promise(() => {}));
  const found = libraryOf(portrait()).findForStage('ann');
  await vi.advanceTimersByTimeAsync(60_000);
  vi.useRealTimers();
  expect((await found)?.prepared.layers).toBeNull();
});
