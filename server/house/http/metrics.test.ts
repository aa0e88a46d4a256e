import { afterEach, expect, test, vi } from 'vitest';
import { startTestHouse, type TestHouse } from '../testing/test-house.ts';
import { TestPage } from '../testing/test-page.ts';

let house: TestHouse;
const pages: TestPage[] = [];
afterEach(async () => {
  for (const page of pages.splice(0)) page.close();
  await house?.house.close();
  vi.unstubAllEnvs();
});

async function startHouse(misbehaviour: string, ...flags: string[]): Promise<void> {
  vi.stubEnv('STUB_STUDIO', misbehaviour);
  house = await startTestHouse(['--studios', '1', '--seats-per-studio', '10', ...flags]);
}

async function perform(): Promise<TestPage> {
  const { portraits } = (await (await fetch(`${house.url}/api/portraits`)).json()) as { portraits: { id: string }[] };
  const page = await TestPage.connect(house.url);
  pages.push(page);
  await page.perform(portraits[0].id);
  return page;
}

const metricsText = async () => (await fetch(`${house.url}/metrics`)).text();

/** The value of each series, as Prometheus would read it. Throws at lines that are none. */
async function metrics(): Promise<Record<string, number>> {
  const lines = (await metricsText()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return Object.fromEntries(
    lines.map((line) => {
      const [, series, value] = /^([a-z_]+(?:\{(?:[a-z]+="(?:[^"\\]|\\["\\n])*",?)+\})?) (\S+)$/.exec(line) ?? [];
      if (series === undefined || !Number.isFinite(Number(value))) throw new Error(`no sample: ${line}`);
      return [series, Number(value)];
    }),
  );
}

const metric = async (name: string) => (await metrics())[name];

test('sessions, studios, frames and their times', async () => {
  await startHouse('', '--max-sessions', '7');
  await expect.poll(() => metric('effigy_studios_ready')).toBe(1);
  const quiet = await metrics();
  expect(quiet).toMatchObject({
    effigy_sessions_open: 0,
    effigy_sessions_max: 7,
    effigy_studios: 1,
    effigy_frames_sent_total: 0,
    effigy_frames_dropped_total: 0,
    'effigy_execution_provider{pack="stub",provider="cpu"}': 1,
  });
  expect(Object.keys(quiet).filter((name) => /time_seconds|refused|scheduler/.test(name))).toEqual([]);

  await Promise.all([perform(), perform()]);
  await expect.poll(() => metric('effigy_frames_dropped_total')).toBe(6);
  expect(await metrics()).toMatchObject({
    effigy_sessions_open: 2,
    'effigy_server_time_seconds{sessions="median"}': 0.012,
    'effigy_server_time_seconds{sessions="slowest"}': 0.012,
    'effigy_stage_time_seconds{stage="receive",sessions="median"}': 0.003,
    'effigy_stage_time_seconds{stage="perform",sessions="slowest"}': 0.007,
    'effigy_stage_time_seconds{stage="send",sessions="median"}': 0.002,
  });
  // As many series, however many sessions there are.
  await perform();
  const before = Object.keys(await metrics());
  await perform();
  await expect.poll(() => metric('effigy_sessions_open')).toBe(4);
  expect(Object.keys(await metrics())).toEqual(before);
});

test('counters only go up, whoever leaves or dies, and are told while studios restart', async () => {
  await startHouse('', '--studio-restart-min-ms', '2000');
  const [leaving] = [await perform(), await perform()];
  await expect.poll(() => metric('effigy_frames_dropped_total')).toBe(6);
  await leaving.request('session.close');
  await expect.poll(() => metric('effigy_sessions_open')).toBe(1);
  const left = await metrics();
  expect(left.effigy_frames_dropped_total).toBe(6);

  process.kill(house.house.studioPids[0], 'SIGKILL');
  await expect.poll(() => metric('effigy_studios_ready')).toBe(0);
  const dead = await metrics();
  expect(dead).toMatchObject({ effigy_studios: 1, effigy_frames_dropped_total: 6 });
  expect(dead.effigy_frames_sent_total).toBeGreaterThanOrEqual(left.effigy_frames_sent_total);
  // The next studio counts from nothing.
  await expect.poll(() => metric('effigy_frames_dropped_total'), { timeout: 10_000 }).toBe(9);
  expect(await metric('effigy_frames_sent_total')).toBeGreaterThan(dead.effigy_frames_sent_total);
});

test('the scheduler of a pack, and nothing that is no count', async () => {
  await startHouse('lacks-gpu', '--studio-restart-min-ms', '2000');
  await expect.poll(() => metric('effigy_scheduler_calls_total')).toBeGreaterThan(8);
  const running = await metrics();
  expect(running).toMatchObject({
    effigy_scheduler_batches_total: running.effigy_scheduler_calls_total / 4,
    effigy_scheduler_superseded_total: 2,
    effigy_scheduler_split_batches_total: 1,
    effigy_scheduler_waiting: 3,
  });
  process.kill(house.house.studioPids[0], 'SIGKILL');
  await expect.poll(() => metric('effigy_scheduler_waiting')).toBe(0);
  expect((await metrics()).effigy_scheduler_superseded_total).toBe(2);
  await expect.poll(() => metric('effigy_scheduler_superseded_total'), { timeout: 10_000 }).toBe(4);
  expect(await metric('effigy_scheduler_calls_total')).toBeGreaterThan(running.effigy_scheduler_calls_total);
});

test('why better providers were refused, one reason each, that cannot pass for a metric', async () => {
  await startHouse('lacks-gpu');
  await expect.poll(() => metric('effigy_studios_ready')).toBe(1);
  const refused = (await metricsText()).split('\n').filter((line) => line.startsWith('effigy_execution_provider_'));
  expect(refused).toEqual([
    String.raw`effigy_execution_provider_refused{provider="tensorrt",reason="no \"libnvinfer\" in C:\\lib\n# TYPE evil counter\nevil 1  "} 1`,
    `effigy_execution_provider_refused{provider="cuda",reason="there is no NVIDIA GPU${'!'.repeat(277)}…"} 1`,
  ]);
  expect(await metrics()).not.toHaveProperty('evil');
});

test('is read, not written, and never kept', async () => {
  await startHouse('never-ready');
  const { status, headers } = await fetch(`${house.url}/metrics`);
  expect(status).toBe(200);
  expect(headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(headers.get('cache-control')).toBe('no-store');
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  for (const method of ['POST', 'PUT', 'DELETE']) {
    expect((await fetch(`${house.url}/metrics`, { method })).status).toBe(404);
  }
  expect(await metrics()).toMatchObject({ effigy_studios_ready: 0, effigy_studios: 1 });
});
