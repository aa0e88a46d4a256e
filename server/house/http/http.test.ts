import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { healthSchema, pageConfigSchema } from '../../../shared/page-config.ts';
import {
  type HttpErrorBody,
  type PortraitInfo,
  portraitInfoSchema,
  uploadAnswerSchema,
} from '../../../shared/portraits.ts';
import { facePicture } from '../../portraits/testing/gallery-pictures.ts';
import { pngBomb } from '../../portraits/testing/odd-pictures.ts';
import { startTestHouse, type TestHouse } from '../testing/test-house.ts';
import { TestPage } from '../testing/test-page.ts';

let house: TestHouse;

beforeAll(async () => {
  const clientDir = mkdtempSync(join(tmpdir(), 'effigy-client-'));
  mkdirSync(join(clientDir, 'assets'));
  writeFileSync(join(clientDir, 'index.html'), '<!doctype html><title>Effigy</title>');
  writeFileSync(join(clientDir, 'assets', 'main-abc123.js'), 'export {};');
  house = await startTestHouse([
    ...['--studios', '1', '--client-dir', clientDir, '--uploads-per-minute', '1000'],
    ...['--upload-max-bytes', '2000000', '--allowed-origins', 'https://friend.example'],
  ]);
});
afterAll(() => house?.house.close());

function upload(body: Uint8Array | undefined, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${house.url}/api/portraits`, { method: 'POST', body: body as never, headers });
}

async function errorOf(response: Response): Promise<HttpErrorBody['error'] & { status: number }> {
  const { error } = (await response.json()) as HttpErrorBody;
  return { ...error, status: response.status };
}

describe('the page', () => {
  test('is asked for anew each time, its hashed files never again', async () => {
    const page = await fetch(house.url);
    expect(page.headers.get('content-type')).toMatch('text/html');
    expect(page.headers.get('cache-control')).toBe('no-cache');
    const script = await fetch(`${house.url}/assets/main-abc123.js`);
    expect(script.headers.get('content-type')).toMatch('javascript');
    expect(script.headers.get('cache-control')).toMatch('immutable');
  });

  test('runs nothing but its own files, and may use the camera', async () => {
    for (const path of ['/', '/assets/main-abc123.js', '/api/portraits', '/nothing']) {
      const { headers } = await fetch(house.url + path);
      expect(headers.get('content-security-policy')).toContain("default-src 'self'");
      expect(headers.get('permissions-policy')).toContain('camera=(self)');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
    }
  });

  test('shares no other file', async () => {
    for (const path of [
      '/../package.json',
      '/%2e%2e/package.json',
      '/..%2fpackage.json',
      '/assets/../../main.ts',
      '/.env',
    ]) {
      expect(await rawStatus(path)).toBeGreaterThanOrEqual(400);
    }
  });

  test('at an address where there is nothing, says so', async () => {
    expect(await errorOf(await fetch(`${house.url}/nothing`))).toMatchObject({ status: 404, code: 'not-found' });
  });
});

describe('what the server says of itself', () => {
  test('health', async () => {
    await expect.poll(async () => (await fetch(`${house.url}/api/health`)).status).toBe(200);
    const health = healthSchema.parse(await (await fetch(`${house.url}/api/health`)).json());
    expect(health).toMatchObject({ status: 'ready', studios: { ready: 1, total: 1 }, gallery: 'ready' });
  });

  test('what the page has to know', async () => {
    const config = pageConfigSchema.parse(await (await fetch(`${house.url}/api/config`)).json());
    expect(config.upload.maxBytes).toBe(2_000_000);
  });
});

describe('portraits', () => {
  test('of the gallery are listed with stills that can be fetched', async () => {
    const { portraits } = (await (await fetch(`${house.url}/api/portraits`)).json()) as { portraits: unknown[] };
    const [first] = portraits.map((portrait) => portraitInfoSchema.parse(portrait));
    const still = await fetch(house.url + first.imageUrl);
    expect(still.headers.get('content-type')).toBe('image/jpeg');
    expect(await sharp(Buffer.from(await still.arrayBuffer())).metadata()).toMatchObject({ width: 512, height: 512 });
  });

  test('are uploaded, looked at, chosen and performed with', async () => {
    const answer = uploadAnswerSchema.parse(await (await upload(facePicture())).json());
    expect(answer.portrait?.source).toBe('upload');
    const preview = await fetch(house.url + answer.previewUrl);
    expect(preview.headers.get('cache-control')).toBe('private, no-store');
    expect(preview.headers.get('content-type')).toBe('image/jpeg');
    expect((await fetch(house.url + answer.portrait?.imageUrl)).status).toBe(200);

    const chosen = await fetch(`${house.url}/api/portraits/${answer.uploadId}/faces/0`, { method: 'POST' });
    expect(((await chosen.json()) as { portrait: unknown }).portrait).toEqual(answer.portrait);
    const page = await TestPage.connect(house.url);
    expect((await page.open(answer.portrait!.id)).portrait).toEqual(answer.portrait);
    page.close();
  });

  test('of others are not listed', async () => {
    const { uploadId } = uploadAnswerSchema.parse(await (await upload(facePicture())).json());
    expect(await (await fetch(`${house.url}/api/portraits`)).text()).not.toContain(uploadId);
  });

  test('are forgotten when their owner wishes; those of the gallery stay', async () => {
    const { portrait } = uploadAnswerSchema.parse(await (await upload(facePicture())).json());
    expect((await fetch(`${house.url}/api/portraits/${portrait!.id}`, { method: 'DELETE' })).status).toBe(204);
    expect((await fetch(house.url + portrait!.imageUrl)).status).toBe(404);
    const { portraits } = (await (await fetch(`${house.url}/api/portraits`)).json()) as { portraits: PortraitInfo[] };
    await fetch(`${house.url}/api/portraits/${portraits[0].id}`, { method: 'DELETE' });
    expect((await fetch(house.url + portraits[0].imageUrl)).status).toBe(200);
  });

  test('that are gone, or never were, are not found', async () => {
    for (const id of ['nobody', '0'.repeat(32), `${'0'.repeat(32)}-0`, 'UPPER', '%00', 'x'.repeat(100)]) {
      for (const kind of ['still', 'preview']) {
        expect((await fetch(`${house.url}/api/portraits/${id}/${kind}.jpg`)).status).toBe(404);
      }
    }
    const gone = await fetch(`${house.url}/api/portraits/${'0'.repeat(32)}/faces/0`, { method: 'POST' });
    expect(await errorOf(gone)).toMatchObject({ status: 410, code: 'expired' });
    const odd = await fetch(`${house.url}/api/portraits/nobody/faces/x`, { method: 'POST' });
    expect(odd.status).toBe(404);
  });
});

describe('uploads that are refused', () => {
  test('say why, in a sentence', async () => {
    const cases: [Uint8Array | undefined, string, number][] = [
      [undefined, 'not-an-image', 422],
      [Buffer.alloc(0), 'not-an-image', 422],
      [Buffer.from('hello'), 'not-an-image', 422],
      [facePicture().subarray(0, 5000), 'not-an-image', 422],
      [pngBomb(20_000, 20_000), 'too-many-pixels', 413],
      [
        await sharp({ create: { width: 300, height: 300, channels: 3, background: '#248' } })
          .png()
          .toBuffer(),
        'no-face',
        422,
      ],
      [Buffer.from('GIF89a'), 'unsupported-type', 415],
    ];
    for (const [body, code, status] of cases) {
      const error = await errorOf(await upload(body));
      expect(error).toMatchObject({ code, status });
      expect(error.message).toMatch(/\.$/);
    }
  });

  test('whatever type they say they have', async () => {
    for (const type of ['application/json', 'text/html', 'multipart/form-data; boundary=x', 'image/png']) {
      expect(await errorOf(await upload(Buffer.from('{"a":1}'), { 'content-type': type }))).toMatchObject({
        code: 'not-an-image',
      });
    }
  });

  test('larger than allowed', async () => {
    const error = await upload(Buffer.alloc(3_000_000)).then(errorOf, () => ({ code: 'too-large', status: 413 }));
    expect(error).toMatchObject({ code: 'too-large', status: 413 });
  });

  test('from other people’s pages', async () => {
    expect(await errorOf(await upload(facePicture(), { origin: 'https://evil.example' }))).toMatchObject({
      code: 'bad-request',
    });
    expect((await upload(facePicture(), { origin: house.url })).status).toBe(200);
    expect((await upload(facePicture(), { origin: 'https://friend.example' })).status).toBe(200);
  });
});

test('too many uploads from one address are refused for a while', async () => {
  const strict = await startTestHouse(['--studios', '1', '--uploads-per-minute', '1']);
  try {
    const statuses: number[] = [];
    for (let i = 0; i < 5; i++) {
      statuses.push((await fetch(`${strict.url}/api/portraits`, { method: 'POST', body: 'x' })).status);
    }
    expect(statuses).toEqual([422, 422, 422, 429, 429]);
  } finally {
    await strict.house.close();
  }
});

test('without a built page, the address says what to do', async () => {
  const bare = await startTestHouse(['--studios', '1', '--client-dir', '/nonexistent']);
  try {
    const answer = await fetch(bare.url);
    expect(answer.status).toBe(503);
    expect(await answer.text()).toContain('npm start');
  } finally {
    await bare.house.close();
  }
});

/** Asks for a path as it is: `fetch` would tidy it up first. */
function rawStatus(path: string): Promise<number> {
  return new Promise((done, failed) => {
    const socket = connect(house.config.port, '127.0.0.1', () => {
      socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
    });
    let answer = '';
    socket.on('data', (data) => {
      answer += data;
    });
    socket.on('error', failed);
    socket.on('close', () => done(Number(answer.split(' ')[1])));
  });
}
