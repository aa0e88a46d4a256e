import { afterEach, describe, expect, test, vi } from 'vitest';
import { isAlive } from '../testing/child-processes.ts';
import { startTestHouse, type TestHouse } from '../testing/test-house.ts';
import { TestPage } from '../testing/test-page.ts';

let house: TestHouse;
let portraitIds: string[];
const pages: TestPage[] = [];

/** A house whose studios misbehave as `stub-studio.ts` knows to. */
async function startHouse(misbehaviour: string, ...flags: string[]): Promise<void> {
  vi.stubEnv('STUB_STUDIO', misbehaviour);
  house = await startTestHouse(['--stats-interval-ms', '100', '--seats-per-studio', '10', ...flags]);
  const answer = await fetch(`${house.url}/api/portraits`);
  portraitIds = ((await answer.json()) as { portraits: { id: string }[] }).portraits.map(({ id }) => id);
}

async function page(): Promise<TestPage> {
  const connected = await TestPage.connect(house.url);
  pages.push(connected);
  return connected;
}

function specs(): { sessionId: string }[] {
  return house
    .toldStudios()
    .flatMap(({ type, spec }) => (type === 'session.open' ? [spec as { sessionId: string }] : []));
}

afterEach(async () => {
  for (const open of pages.splice(0)) open.close();
  await house?.house.close();
  vi.unstubAllEnvs();
});

describe('when a studio dies', () => {
  test('its sessions go on in another, with portrait, settings and calibration, and the page consumes again', async () => {
    await startHouse('', '--studios', '2');
    await expect.poll(() => house.house.studioPids.length).toBe(2);
    const visitor = await page();
    const { opened, consumed } = await visitor.perform(portraitIds[0]);
    await visitor.request('settings.update', { smoothing: 0.9 });
    await visitor.request('portrait.select', { portraitId: portraitIds[1] });
    await visitor.request('calibrate');
    await expect.poll(() => visitor.stats?.droppedFrames).toBe(3);
    for (const pid of house.house.studioPids) process.kill(pid, 'SIGKILL');

    await expect.poll(() => visitor.replacedCount, { timeout: 10_000 }).toBe(1);
    expect(specs().at(-1)).toMatchObject({
      portrait: { id: portraitIds[1] },
      settings: { smoothing: 0.9 },
      reference: { points: '7' },
    });
    const again = await visitor.consume(opened);
    expect(again.producerId).not.toBe(consumed.producerId);
    // Three frames were dropped by each studio.
    await expect.poll(() => visitor.stats).toMatchObject({ state: 'live', droppedFrames: 6 });
    expect(visitor.ended).toEqual([]);
  });

  test('the page is told so at once, and its stream ends rather than show anything else', async () => {
    await startHouse('', '--studios', '1', '--studio-restart-min-ms', '2000');
    const visitor = await page();
    await visitor.perform(portraitIds[0]);
    await expect.poll(() => visitor.stats?.state).toBe('live');
    process.kill(house.house.studioPids[0], 'SIGKILL');
    await expect.poll(() => visitor.stats?.state).toBe('restarting');
    expect(visitor.stats?.fps).toBeNull();
  });

  test('a page that asks to consume meanwhile is answered by the new stream', async () => {
    await startHouse('', '--studios', '1');
    const visitor = await page();
    const { opened, consumed } = await visitor.perform(portraitIds[0]);
    process.kill(house.house.studioPids[0], 'SIGKILL');
    await expect.poll(() => visitor.stats?.state).toBe('restarting');
    expect((await visitor.consume(opened)).producerId).not.toBe(consumed.producerId);
  });

  test('before there was a camera, the session just moves', async () => {
    await startHouse('', '--studios', '1');
    const visitor = await page();
    await visitor.open(portraitIds[0]);
    process.kill(house.house.studioPids[0], 'SIGKILL');
    await expect.poll(() => specs().length, { timeout: 10_000 }).toBe(2);
    expect(visitor.replacedCount).toBe(0);
  });

  test('again and again under one session, that session is ended with the reason', async () => {
    await startHouse('', '--studios', '1', '--studio-restart-min-ms', '0', '--studio-restart-max-ms', '0');
    const visitor = await page();
    await visitor.open(portraitIds[0]);
    for (let deaths = 1; deaths <= 20 && visitor.ended.length === 0; deaths++) {
      await expect.poll(() => visitor.ended.length > 0 || specs().length >= deaths, { timeout: 10_000 }).toBe(true);
      for (const pid of house.house.studioPids) process.kill(pid, 'SIGKILL');
    }
    await expect.poll(() => visitor.ended).toMatchObject([{ code: 'internal' }]);
  });

  test('of every session it is asked to open, the session is refused rather than tried for ever', async () => {
    await startHouse('dies-opening', '--studios', '1', '--studio-restart-min-ms', '0', '--studio-restart-max-ms', '0');
    await expect((await page()).open(portraitIds[0])).rejects.toThrow('internal');
    expect(specs().length).toBe(4);
  });
});

describe('when a studio hangs', () => {
  test('while opening a session, it is replaced and the session is opened elsewhere or refused', async () => {
    await startHouse(
      'never-opens',
      '--studios',
      '1',
      '--studio-answer-timeout-ms',
      '500',
      '--studio-wait-timeout-ms',
      '2000',
    );
    const visitor = await page();
    const [pid] = house.house.studioPids;
    await expect(visitor.open(portraitIds[0])).rejects.toThrow('internal');
    expect(isAlive(pid)).toBe(false);
  });

  test('and reports nothing any more, it is replaced', async () => {
    await startHouse('falls-silent', '--studios', '1', '--studio-silence-timeout-ms', '1000');
    const visitor = await page();
    await visitor.perform(portraitIds[0]);
    const [pid] = house.house.studioPids;
    await expect.poll(() => visitor.replacedCount, { timeout: 10_000 }).toBeGreaterThan(0);
    expect(isAlive(pid)).toBe(false);
  });

  test('and never gets a frame of the camera that was promised, the seat is given to others', async () => {
    await startHouse('sees-no-camera', '--studios', '1', '--camera-timeout-ms', '5000');
    const visitor = await page();
    await visitor.perform(portraitIds[0]);
    await expect.poll(() => visitor.ended, { timeout: 10_000 }).toMatchObject([{ code: 'wrong-state' }]);
  });

  test('and never becomes ready, visitors are told within their patience', async () => {
    await startHouse('never-ready', '--studios', '1', '--studio-wait-timeout-ms', '1000');
    expect((await fetch(`${house.url}/api/health`)).status).toBe(503);
    await expect((await page()).open(portraitIds[0])).rejects.toThrow('internal');
  });

  test('and does not answer a calibration, the page is told', async () => {
    await startHouse('calibrates-nothing', '--studios', '1', '--studio-answer-timeout-ms', '500');
    const visitor = await page();
    await visitor.perform(portraitIds[0]);
    await expect(visitor.request('calibrate')).rejects.toThrow('internal');
  });
});

test('a session that the studio refuses is refused to its page; the studio lives on', async () => {
  await startHouse('refuses', '--studios', '1');
  const [pid] = house.house.studioPids;
  await expect((await page()).open(portraitIds[0])).rejects.toThrow('internal');
  expect(isAlive(pid)).toBe(true);
});

test('sessions are spread over the studios', async () => {
  await startHouse('', '--studios', '2');
  await expect
    .poll(async () => ((await (await fetch(`${house.url}/api/health`)).json()) as { studios: object }).studios)
    .toEqual({ ready: 2, total: 2 });
  for (let i = 0; i < 4; i++) await (await page()).open(portraitIds[0]);
  const told = house.logged
    .map((line) => JSON.parse(line))
    .filter(({ msg }) => msg.startsWith('studio: {"type":"session.open"'));
  const perStudio = house.house.studioPids.map((pid) => told.filter((line) => line.pid === pid).length);
  expect(perStudio).toEqual([2, 2]);
});

test('studios that cannot animate as the settings say are not started again, and the house is told once', async () => {
  await startHouse('cannot', '--studios', '2', '--studio-restart-min-ms', '0');
  await expect.poll(() => house.refusals).toEqual(['no studio can animate']);
  await expect.poll(() => house.house.studioPids).toEqual([]);
  await new Promise((done) => setTimeout(done, 300));
  expect(house.house.studioPids).toEqual([]);
  expect(house.refusals).toHaveLength(1);
});
