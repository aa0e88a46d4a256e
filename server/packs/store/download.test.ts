import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type DownloadTimes, download, writeFully } from './download.ts';
import { PackError } from './pack-error.ts';
import { FileServer, type ServedFile } from './testing/file-server.ts';

const QUICK: DownloadTimes = {
  answerTimeoutMs: 300,
  stallTimeoutMs: 300,
  maxTries: 4,
  firstPauseMs: 5,
  longestPauseMs: 20,
};
const bytes = Uint8Array.from({ length: 200_000 }, (_, i) => (i * 31) ^ (i >> 8));
const otherBytes = bytes.map((byte) => byte ^ 0x55);
const sha256 = digest(bytes);

let server: FileServer;
let folder: string;
let path: string;
beforeEach(async () => {
  server = await FileServer.start();
  folder = mkdtempSync(join(tmpdir(), 'effigy-download-'));
  path = join(folder, 'model.onnx.part');
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

function digest(data: Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

type Given = Partial<Parameters<typeof download>[0]>;

/** Serves a file and downloads it. */
function fetchFile(file: ServedFile, given: Given = {}) {
  const url = server.serve('model.onnx', { part: path, ...file });
  return download({ url, path, bytes: null, sha256: null, times: QUICK, ...given });
}

async function faultOf(promise: Promise<unknown>): Promise<PackError> {
  const error = await promise.then(
    () => null,
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(PackError);
  return error;
}

describe('a download', () => {
  test('brings the file, tells its size and hash, and how far it is', async () => {
    const seen: [number, number | null][] = [];
    const file = await fetchFile(
      { bytes, pieceBytes: 50_000 },
      { onProgress: (done, total) => seen.push([done, total]) },
    );
    expect(file).toEqual({ bytes: bytes.length, sha256 });
    expect(digest(readFileSync(path))).toBe(sha256);
    expect(seen.at(-1)).toEqual([bytes.length, bytes.length]);
    expect(seen.map(([done]) => done)).toEqual(seen.map(([done]) => done).toSorted((a, b) => a - b));
  });

  test('goes on where the server cut the connection', async () => {
    const retries: string[] = [];
    const file = await fetchFile({ bytes, cutAfter: [70_000, 50_000] }, { onRetry: (reason) => retries.push(reason) });
    expect(file.sha256).toBe(sha256);
    expect(server.requests.map(({ range }) => range)).toEqual([undefined, 'bytes=70000-', 'bytes=120000-']);
    expect(server.requests[1].ifRange).toBe('"v1"');
    expect(retries).toHaveLength(2);
  });

  test('goes on in a later run with what an earlier one brought', async () => {
    await faultOf(fetchFile({ bytes, cutAfter: [90_000, 0, 0, 0, 0] }));
    const before = server.requests.length;
    expect((await fetchFile({ bytes })).sha256).toBe(sha256);
    expect(server.requests.slice(before).map(({ range }) => range)).toEqual(['bytes=90000-']);
  });

  test('asks for nothing where the part is already whole', async () => {
    await fetchFile({ bytes });
    const before = server.requests.length;
    expect((await fetchFile({ bytes })).sha256).toBe(sha256);
    expect(server.requests).toHaveLength(before);
  });

  test('begins again where the file changed on the server in between', async () => {
    await faultOf(fetchFile({ bytes, cutAfter: [90_000, 0, 0, 0, 0] }));
    const file = await fetchFile({ bytes: otherBytes, etag: '"v2"' });
    expect(file.sha256).toBe(digest(otherBytes));
    expect(digest(readFileSync(path))).toBe(digest(otherBytes));
  });

  test('begins again where a server does not know If-Range and goes on with the new version', async () => {
    await faultOf(fetchFile({ bytes, cutAfter: [90_000, 0, 0, 0, 0] }));
    const file = await fetchFile({ bytes: otherBytes, etag: '"v2"', ignoresIfRange: true });
    expect(file.sha256).toBe(digest(otherBytes));
  });

  test('takes the whole file again from a server that ignores ranges', async () => {
    const file = await fetchFile({ bytes, ignoresRanges: true, cutAfter: [70_000] });
    expect(file.sha256).toBe(sha256);
    expect(readFileSync(path)).toHaveLength(bytes.length);
  });

  test('gives a server up that ignores ranges and cuts every time', async () => {
    const cutAfter = Array.from({ length: 50 }, (_, i) => 10_000 + i * 1000);
    const error = await faultOf(fetchFile({ bytes, ignoresRanges: true, cutAfter }));
    expect(error.fault).toBe('network');
    expect(server.requests.length).toBeLessThan(10);
  });

  test('trusts no part of a file whose version nobody can tell, unless its hash is known', async () => {
    const cut = { bytes, etag: null, cutAfter: [90_000, 0, 0, 0, 0] };
    await faultOf(fetchFile({ ...cut, cutAfter: [...cut.cutAfter] }));
    await fetchFile({ bytes, etag: null });
    expect(server.requests.at(-1)?.range).toBeUndefined();

    rmSync(path);
    await faultOf(fetchFile({ ...cut, cutAfter: [...cut.cutAfter] }, { sha256 }));
    await fetchFile({ bytes, etag: null }, { sha256 });
    expect(server.requests.at(-1)?.range).toBe('bytes=90000-');
  });

  test('goes on by the date where there is no ETag', async () => {
    const lastModified = 'Sun, 01 Jan 2023 00:00:00 GMT';
    expect((await fetchFile({ bytes, etag: null, lastModified, cutAfter: [80_000] })).sha256).toBe(sha256);
    expect(server.requests[1]).toMatchObject({ range: 'bytes=80000-', ifRange: lastModified });
  });

  test('leaves a server that falls silent, and goes on', async () => {
    const file = await fetchFile({ bytes, hangAfter: [60_000] });
    expect(file.sha256).toBe(sha256);
    expect(server.requests.at(-1)?.range).toBe('bytes=60000-');
  });

  test('follows redirects and asks the new place to go on, too', async () => {
    const target = server.serve('there.onnx', { bytes, part: path, cutAfter: [40_000] });
    const file = await fetchFile({ bytes, redirectTo: target });
    expect(file.sha256).toBe(sha256);
    expect(server.asked('there.onnx').map(({ range }) => range)).toEqual([undefined, 'bytes=40000-']);
  });

  test('waits for a server that is busy, and not for one that lacks the file', async () => {
    expect((await fetchFile({ bytes, statuses: [503, 429] })).sha256).toBe(sha256);
    const before = server.requests.length;
    const url = `${server.baseUrl}gone.onnx`;
    const error = await faultOf(download({ url, path: `${path}2`, bytes: null, sha256: null, times: QUICK }));
    expect(error).toMatchObject({ fault: 'network', message: expect.stringMatching(/404.*no such file.*import/) });
    expect(server.requests).toHaveLength(before + 1);
  });

  test('says that a server cannot be reached', async () => {
    const url = `${server.baseUrl}x`;
    await server.close();
    const error = await faultOf(download({ url, path, bytes: null, sha256: null, times: QUICK }));
    expect(error.message).toMatch(/4 tries.*refuses connections.*later/);
    server = await FileServer.start();
  });

  test('without a length takes what comes, where the hash is right', async () => {
    expect((await fetchFile({ bytes, chunked: true }, { sha256 })).bytes).toBe(bytes.length);
  });
});

describe('a file that is not the expected one', () => {
  test('with a wrong hash is deleted', async () => {
    const error = await faultOf(fetchFile({ bytes: otherBytes }, { sha256 }));
    expect(error).toMatchObject({ fault: 'wrong-hash', message: expect.stringContaining(digest(otherBytes)) });
    expect(existsSync(path)).toBe(false);
    expect(existsSync(`${path}.json`)).toBe(false);
  });

  test('that is cut short by its publisher is refused before it is loaded', async () => {
    const error = await faultOf(fetchFile({ bytes: bytes.subarray(0, 1000) }, { bytes: bytes.length }));
    expect(error.fault).toBe('wrong-size');
    expect(readFileSync(path)).toHaveLength(0);
  });

  test('that does not end is left at the expected size', async () => {
    const error = await faultOf(fetchFile({ bytes, chunked: true, pieceBytes: 10_000 }, { bytes: 50_000 }));
    expect(error.fault).toBe('too-large');
    expect(readFileSync(path).length).toBeLessThanOrEqual(50_000);
  });

  test('of a part that others wrote into is found out by the hash', async () => {
    await faultOf(fetchFile({ bytes, cutAfter: [90_000, 0, 0, 0, 0] }, { sha256 }));
    writeFileSync(path, otherBytes.subarray(0, 90_000));
    expect((await faultOf(fetchFile({ bytes }, { sha256 }))).fault).toBe('wrong-hash');
    expect((await fetchFile({ bytes }, { sha256 })).sha256).toBe(sha256);
  });

  test('is not written through a link', async () => {
    const victim = join(folder, 'victim');
    writeFileSync(victim, 'precious');
    symlinkSync(victim, path);
    await expect(fetchFile({ bytes })).rejects.toThrow();
    expect(readFileSync(victim, 'utf8')).toBe('precious');
  });
});

test('a download that is called off leaves its part', async () => {
  const abort = new AbortController();
  const onProgress = (done: number) => done >= 50_000 && abort.abort();
  const url = server.serve('model.onnx', { bytes, pieceBytes: 10_000, pauseMs: 2 });
  await expect(
    download({ url, path, bytes: null, sha256: null, times: QUICK, signal: abort.signal, onProgress }),
  ).rejects.toThrow();
  expect(readFileSync(path).length).toBeGreaterThanOrEqual(50_000);
  expect((await fetchFile({ bytes })).sha256).toBe(sha256);
  expect(server.requests.at(-1)?.range).toMatch(/^bytes=\d+-$/);
});

test.runIf(process.platform === 'linux')('a full disk is told as such', async () => {
  const file = await open('/dev/full', 'r+');
  try {
    const error = await faultOf(writeFully(file, bytes, 0, '/somewhere/model.onnx'));
    expect(error).toMatchObject({ fault: 'disk-full', message: expect.stringMatching(/ENOSPC.*--packs-dir/) });
  } finally {
    await file.close();
  }
});
