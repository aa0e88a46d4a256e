import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestHouse, type TestHouse } from './testing/test-house.ts';
import { TestPage } from './testing/test-page.ts';

let house: TestHouse;
let page: TestPage;

beforeAll(async () => {
  house = await startTestHouse(['--studios', '1'], 'real');
  page = await TestPage.connect(house.url);
});
afterAll(async () => {
  page?.close();
  await house?.house.close();
});

test('a session with the real studio, through the death of that studio', async () => {
  const { portraits } = (await (await fetch(`${house.url}/api/portraits`)).json()) as { portraits: { id: string }[] };
  const { opened, consumed } = await page.perform(portraits[0].id);
  expect(opened.studio.pack).toBe('mesh');
  await page.request('settings.update', { poseStrength: 1.2 });
  await expect.poll(() => page.stats?.state, { timeout: 5000 }).toBe('waiting');
  expect(await page.request('calibrate')).toEqual({ ok: false, reason: 'no-face' });

  process.kill(house.house.studioPids[0], 'SIGKILL');
  await expect.poll(() => page.replacedCount, { timeout: 15_000 }).toBe(1);
  expect((await page.consume(opened)).producerId).not.toBe(consumed.producerId);
  await expect.poll(() => page.stats?.state, { timeout: 5000 }).toBe('waiting');
}, 40_000);
