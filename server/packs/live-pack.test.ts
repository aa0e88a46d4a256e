import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { frameMs, openLivePack } from './live-pack.ts';
import { type InstalledPack, PackStore } from './store/pack-store.ts';

const PACKS = join(import.meta.dirname, 'fomm/testing');
const NO_GPU = { hasGpu: false, hasNvidiaGpu: false };
const COMMON = { hardware: NO_GPU, batchSizes: [1] };

let pack: InstalledPack;
beforeAll(async () => {
  pack = await new PackStore(PACKS).open('fomm-tiny');
});

describe('openLivePack', () => {
  test('says where it runs, how fast, and why not elsewhere', async () => {
    const live = await openLivePack(pack, { ...COMMON, executionProviders: ['cuda', 'cpu'] });
    expect(live).toMatchObject({ name: 'fomm-tiny', executionProvider: 'cpu' });
    expect(live.refusedProviders).toMatchObject([{ executionProvider: 'cuda' }]);
    expect(live.framesPerSecond).toBeCloseTo(1000 / frameMs(live.runner, ['source']), 5);
    expect(live.createModel()).toMatchObject({ name: 'fomm-tiny', executionProvider: 'cpu', drivingSizePx: 64 });
    await live.close();
  });

  test('counts every graph of a frame, and none that runs once per portrait', () => {
    const runTimes = {
      keypoints: [[1, 10]],
      source: [[1, 1000]],
      frame: [
        [1, 30],
        [2, 50],
      ],
    } as const;
    expect(frameMs({ runTimes }, ['source'])).toBe(40);
  });

  test('refuses what is too slow, and offers the mesh', async () => {
    const open = openLivePack(pack, { ...COMMON, executionProviders: ['cuda', 'cpu'], minFps: 1e6 });
    await expect(open).rejects.toThrow(
      /^The pack fomm-tiny makes \d+\.\d frames a second on cpu here, and live sessions need .* Start with --pack mesh, .*npm run animate -- --pack fomm-tiny takes its time\. Faster .*: cuda: there is no NVIDIA GPU/,
    );
  });

  test('refuses the CPU where a GPU is required, with the reasons', async () => {
    const open = openLivePack(pack, { ...COMMON, executionProviders: ['webgpu', 'cpu'], requireGpu: true });
    await expect(open).rejects.toThrow(/^A GPU is required, and none can be used \(webgpu: there is no GPU/);
  });
});
