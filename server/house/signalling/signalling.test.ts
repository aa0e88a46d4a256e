import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type ClientEventName, clientEvents, errorCodes, PROTOCOL_VERSION } from '../../../shared/protocol.ts';
import { DEFAULT_SETTINGS } from '../../../shared/settings.ts';
import { childPids } from '../testing/child-processes.ts';
import { startTestHouse, type TestHouse } from '../testing/test-house.ts';
import { TestPage } from '../testing/test-page.ts';

let house: TestHouse;
let portraitIds: string[];
const pages: TestPage[] = [];

async function startHouse(...flags: string[]): Promise<void> {
  house = await startTestHouse(['--studios', '1', '--seats-per-studio', '100', ...flags]);
  const answer = await fetch(`${house.url}/api/portraits`);
  portraitIds = ((await answer.json()) as { portraits: { id: string }[] }).portraits.map(({ id }) => id);
}

async function page(headers?: Record<string, string>): Promise<TestPage> {
  const connected = await TestPage.connect(house.url, headers);
  pages.push(connected);
  return connected;
}

afterEach(() => {
  for (const open of pages.splice(0)) open.close();
});

describe('a session', () => {
  beforeAll(() =>
    startHouse('--messages-per-second', '1000', '--message-burst', '10000', '--stats-interval-ms', '100'),
  );
  afterAll(() => house.house.close());

  test('goes from opening to the animated stream', async () => {
    const visitor = await page();
    const { opened, consumed } = await visitor.perform(portraitIds[0]);
    expect(opened).toMatchObject({
      resumed: false,
      settings: DEFAULT_SETTINGS,
      portrait: { id: portraitIds[0], source: 'gallery' },
      output: { width: 512, height: 512, maxFps: 30 },
      studio: { pack: 'stub', executionProvider: 'cpu' },
    });
    expect(consumed.kind).toBe('video');
    await expect.poll(() => visitor.stats).toMatchObject({ state: 'live', fps: 25, serverMs: 12, droppedFrames: 3 });
  });

  test('answers VP8 with VP8, and tells the studio where to send', async () => {
    const visitor = await page();
    await visitor.perform(portraitIds[0]);
    await expect
      .poll(() =>
        house
          .toldStudios()
          .filter(({ type }) => type === 'session.start')
          .at(-1),
      )
      .toMatchObject({
        remote: { ip: '127.0.0.1' },
        camera: { codec: 'VP8' },
        output: { codec: 'VP8', cname: 'effigy' },
      });
    await expect
      .poll(
        () =>
          house
            .toldStudios()
            .filter(({ type }) => type === 'session.bitrate')
            .at(-1)?.bitrateBps,
      )
      .toBe(house.config.outputStartBitrateBps);
  });

  test('changes its settings, one by one, and the studio follows', async () => {
    const visitor = await page();
    await visitor.perform(portraitIds[0]);
    const { settings } = await visitor.request('settings.update', { mirror: false, smoothing: 1 });
    expect(settings).toEqual({ ...DEFAULT_SETTINGS, mirror: false, smoothing: 1 });
    await expect
      .poll(
        () =>
          house
            .toldStudios()
            .filter(({ type }) => type === 'session.settings')
            .at(-1)?.settings,
      )
      .toEqual(settings);
  });

  test('changes its portrait', async () => {
    const visitor = await page();
    await visitor.perform(portraitIds[0]);
    const { portrait } = await visitor.request('portrait.select', { portraitId: portraitIds[1] });
    expect(portrait.id).toBe(portraitIds[1]);
    await expect
      .poll(
        () =>
          house
            .toldStudios()
            .filter(({ type }) => type === 'session.portrait')
            .at(-1)?.portrait,
      )
      .toMatchObject({ id: portraitIds[1] });
  });

  test('calibrates', async () => {
    const visitor = await page();
    await visitor.perform(portraitIds[0]);
    expect(await visitor.request('calibrate')).toEqual({ ok: true });
  });

  test('is resumed after a lost connection with its settings, portrait and calibration', async () => {
    const lost = await page();
    const { opened } = await lost.perform(portraitIds[0]);
    await lost.request('settings.update', { mode: 'absolute' });
    await lost.request('portrait.select', { portraitId: portraitIds[1] });
    await lost.request('calibrate');
    lost.close();
    const back = await page();
    const resumed = await back.perform(portraitIds[0], { resumeToken: opened.resumeToken });
    expect(resumed.opened).toMatchObject({
      resumed: true,
      resumeToken: opened.resumeToken,
      settings: { ...DEFAULT_SETTINGS, mode: 'absolute' },
      portrait: { id: portraitIds[1] },
    });
    const spec = house
      .toldStudios()
      .filter(({ type }) => type === 'session.open')
      .at(-1)?.spec;
    expect(spec).toMatchObject({ reference: { points: '7' }, portrait: { id: portraitIds[1] } });
  });

  test('is taken over by a page that comes back before its loss was noticed', async () => {
    const first = await page();
    const { resumeToken } = await first.open(portraitIds[0]);
    const second = await page();
    expect((await second.open(portraitIds[0], { resumeToken })).resumed).toBe(true);
    await expect.poll(() => first.ended).toHaveLength(1);
    await expect(first.request('calibrate')).rejects.toThrow('wrong-state');
  });

  test('is taken over by a page that is reloaded while it is still being resumed', async () => {
    const first = await page();
    const { resumeToken } = await first.open(portraitIds[0]);
    const [second, third] = [await page(), await page()];
    void second.open(portraitIds[0], { resumeToken }).catch(() => {});
    expect((await third.open(portraitIds[0], { resumeToken })).resumed).toBe(true);
    await third.request('settings.update', { smoothing: 0 });
    await expect(second.request('calibrate')).rejects.toThrow('wrong-state');
  });

  test('with a token that nobody knows is a new one', async () => {
    const visitor = await page();
    const opened = await visitor.open(portraitIds[0], {
      resumeToken: 'made-up',
      settings: { ...DEFAULT_SETTINGS, smoothing: 0 },
    });
    expect(opened).toMatchObject({ resumed: false, settings: { smoothing: 0 } });
    expect(opened.resumeToken).not.toBe('made-up');
  });

  test('that was closed is not resumed', async () => {
    const visitor = await page();
    const { resumeToken } = await visitor.open(portraitIds[0]);
    await visitor.request('session.close');
    expect((await visitor.open(portraitIds[0], { resumeToken })).resumed).toBe(false);
  });

  test('goes on with fresh media when the SFU worker dies: the page is sent back to the door', async () => {
    const visitor = await page();
    const { opened } = await visitor.perform(portraitIds[0]);
    killChild('mediasoup-worker');
    await visitor.disconnected();
    await expect.poll(async () => (await fetch(`${house.url}/api/health`)).status, { timeout: 5000 }).toBe(200);
    const back = await page();
    const again = await back.perform(portraitIds[0], { resumeToken: opened.resumeToken });
    expect(again.opened.resumed).toBe(true);
  });
});

describe('the door', () => {
  beforeAll(() =>
    startHouse('--messages-per-second', '1000', '--message-burst', '10000', '--max-message-bytes', '65536'),
  );
  afterAll(() => house.house.close());

  test.each([
    ['transport.create', { direction: 'send' }],
    ['transport.connect', { direction: 'send', dtlsParameters: {} }],
    ['transport.restartIce', { direction: 'send' }],
    ['produce', { kind: 'video', rtpParameters: {} }],
    ['consume', { rtpCapabilities: {} }],
    ['consumer.resume', {}],
    ['settings.update', {}],
    ['calibrate', {}],
    ['portrait.select', { portraitId: 'x' }],
    ['session.close', {}],
  ] as const)('%s needs an open session', async (name, payload) => {
    await expect((await page()).request(name, payload)).rejects.toThrow('wrong-state');
  });

  test.each([
    ['session.open', { version: PROTOCOL_VERSION }, 'bad-request'],
    ['session.open', { version: PROTOCOL_VERSION, portraitId: 'x', surprise: 1 }, 'bad-request'],
    ['session.open', { version: PROTOCOL_VERSION, portraitId: 'x'.repeat(65) }, 'bad-request'],
    ['session.open', { version: PROTOCOL_VERSION, portraitId: 'x', settings: { smoothing: 7 } }, 'bad-request'],
    ['session.open', { version: PROTOCOL_VERSION, portraitId: 'nobody' }, 'no-such-portrait'],
    ['session.open', { version: PROTOCOL_VERSION + 1, portraitId: 'x' }, 'version-mismatch'],
    ['session.open', null, 'bad-request'],
    ['transport.create', { direction: 'up' }, 'bad-request'],
    ['produce', { kind: 'audio', rtpParameters: {} }, 'bad-request'],
    ['settings.update', { smoothing: '1' }, 'bad-request'],
  ])('%s with %j is refused: %s', async (name, payload, code) => {
    expect(await (await page()).send(name, payload)).toMatchObject({ ok: false, error: { code } });
  });

  test('an open session refuses to be opened again, and to do things in the wrong order', async () => {
    const visitor = await page();
    await visitor.open(portraitIds[0]);
    await expect(visitor.open(portraitIds[0])).rejects.toThrow('wrong-state');
    await expect(visitor.request('consumer.resume')).rejects.toThrow('wrong-state');
    await expect(visitor.request('calibrate')).rejects.toThrow('wrong-state');
    await expect(visitor.request('produce', { kind: 'video', rtpParameters: {} })).rejects.toThrow('bad-request');
    await expect(visitor.request('portrait.select', { portraitId: 'nobody' })).rejects.toThrow('no-such-portrait');
  });

  test('anything at all, in any order, is answered in the protocol’s words', async () => {
    const visitor = await page();
    await visitor.open(portraitIds[0]);
    const name = fc.constantFrom(...(Object.keys(clientEvents) as ClientEventName[]));
    const json = fc.jsonValue({ maxDepth: 3 });
    const half = fc.record({
      direction: fc.oneof(fc.constant('send'), fc.constant('recv'), json),
      kind: fc.constant('video'),
      rtpParameters: json,
      rtpCapabilities: json,
      dtlsParameters: json,
      portraitId: fc.string(),
      version: fc.oneof(fc.constant(PROTOCOL_VERSION), json),
    });
    await fc.assert(
      fc.asyncProperty(name, fc.oneof(json, half, fc.constant({ direction: 'send' })), async (event, payload) => {
        const answer = await visitor.send(event, payload);
        if (!answer.ok) expect(errorCodes).toContain(answer.error.code);
      }),
      { numRuns: 300 },
    );
    expect(house.logged.join('')).not.toContain('could not be answered');
    expect((await (await page()).perform(portraitIds[0])).consumed.kind).toBe('video');
  });

  test('messages without an acknowledgement, with too many arguments, or of no known name do no harm', async () => {
    const visitor = await page();
    visitor.socket.emit('session.open');
    visitor.socket.emit('produce', 1, 2, 3);
    visitor.socket.emit('no.such.event', { deep: [] });
    visitor.socket.emit('session.close', new Uint8Array(100));
    expect(await visitor.open(portraitIds[0])).toMatchObject({ resumed: false });
  });

  test('a message that is too long ends the connection', async () => {
    const visitor = await page();
    visitor.socket.emit('settings.update', { text: 'x'.repeat(70_000) });
    await visitor.disconnected();
    expect((await fetch(`${house.url}/api/health`)).status).toBe(200);
  });

  test('other people’s pages are not let in; ours and programs are', async () => {
    await expect(page({ origin: 'https://evil.example' })).rejects.toThrow();
    await expect(page({ origin: 'null' })).rejects.toThrow();
    await expect(page({ origin: house.url })).resolves.toBeDefined();
  });
});

describe('limits', () => {
  afterEach(() => house.house.close());

  test('further visitors are told that the server is full, until a seat is free', async () => {
    await startHouse('--max-sessions', '1');
    const first = await page();
    await first.open(portraitIds[0]);
    const second = await page();
    expect(await second.send('session.open', { version: PROTOCOL_VERSION, portraitId: portraitIds[0] })).toMatchObject({
      ok: false,
      error: { code: 'server-full', message: expect.stringContaining('taken right now') },
    });
    await first.request('session.close');
    await expect(second.open(portraitIds[0])).resolves.toBeDefined();
  });

  test('a seat is held for a page that lost its connection', async () => {
    await startHouse('--max-sessions', '1');
    const lost = await page();
    const { resumeToken } = await lost.open(portraitIds[0]);
    lost.close();
    const stranger = await page();
    await expect(stranger.open(portraitIds[0])).rejects.toThrow('server-full');
    await expect((await page()).open(portraitIds[0], { resumeToken })).resolves.toMatchObject({ resumed: true });
  });

  test('but not for a page that left before it learnt of its seat: nobody could come back to it', async () => {
    await startHouse('--max-sessions', '1', '--seat-hold-ms', '60000');
    const [first, second] = [await page(), await page()];
    void first.open(portraitIds[0]).catch(() => {});
    first.close();
    await expect.poll(() => second.open(portraitIds[0]).then(() => 'open', String), { timeout: 5000 }).toBe('open');
  });

  test('but not for ever', async () => {
    await startHouse('--max-sessions', '1', '--seat-hold-ms', '0', '--resume-window-ms', '0');
    const lost = await page();
    const { resumeToken } = await lost.open(portraitIds[0]);
    lost.close();
    const stranger = await page();
    await expect
      .poll(() => stranger.open(portraitIds[0]).catch((error) => error.message))
      .toMatchObject({ resumed: false });
    await expect((await page()).open(portraitIds[0], { resumeToken })).rejects.toThrow('server-full');
  });

  test('a session without a camera gives its seat back', async () => {
    await startHouse('--camera-timeout-ms', '5000', '--max-sessions', '1', '--seat-hold-ms', '0');
    const idle = await page();
    await idle.open(portraitIds[0]);
    await expect.poll(() => idle.ended, { timeout: 10_000 }).toMatchObject([{ code: 'wrong-state' }]);
    await expect((await page()).open(portraitIds[0])).resolves.toBeDefined();
  });

  test('too many messages are refused, and after a pause are welcome again', async () => {
    await startHouse('--messages-per-second', '20', '--message-burst', '5');
    const visitor = await page();
    const answers = await Promise.all(Array.from({ length: 12 }, () => visitor.send('calibrate', {})));
    const codes = answers.map((answer) => (answer.ok ? 'ok' : answer.error.code));
    expect(codes.slice(0, 5)).toEqual(Array(5).fill('wrong-state'));
    expect(codes).toContain('rate-limited');
    await expect
      .poll(async () => (await visitor.send('calibrate', {})) as object)
      .toMatchObject({ error: { code: 'wrong-state' } });
  });

  test('one address has only so many connections', async () => {
    await startHouse('--connections-per-address', '2');
    const [first] = [await page(), await page()];
    await expect(page()).rejects.toThrow();
    first.close();
    await expect
      .poll(() =>
        page().then(
          () => 'in',
          () => 'out',
        ),
      )
      .toBe('in');
  });
});

function killChild(part: string): void {
  const pid = childPids(part)[0];
  expect(pid).toBeDefined();
  process.kill(pid, 'SIGKILL');
}
