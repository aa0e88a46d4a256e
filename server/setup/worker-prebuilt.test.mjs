import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { archiveName, downloadPrebuiltWorker, releasesOf } from './worker-prebuilt.mjs';

it("the archive has the name that mediasoup's own install script asks for", () => {
  expect(archiveName('3.27.1', 'linux-x64', '6.1.0-13-amd64')).toBe('mediasoup-worker-3.27.1-linux-x64-kernel6.tgz');
  expect(archiveName('3.27.1', 'darwin-arm64', '23.1.0')).toBe('mediasoup-worker-3.27.1-darwin-arm64.tgz');
});

it('releases are beside the repository', () => {
  expect(releasesOf('git+https://example.org/a/mediasoup.git')).toBe(
    'https://example.org/a/mediasoup/releases/download',
  );
});

describe('the download', () => {
  /** @type {string} */
  let folder;
  /** @type {import('node:http').Server | undefined} */
  let server;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'effigy-prebuilt-'));
  });
  afterEach(() => {
    server?.close();
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true, force: true });
  });

  const download = () => downloadPrebuiltWorker(join(folder, 'worker'));

  /** @param {import('node:http').RequestListener} listener */
  async function serve(listener) {
    const listening = createServer(listener);
    server = listening;
    await new Promise((resolve) => listening.listen(0, '127.0.0.1', () => resolve(undefined)));
    const { port } = /** @type {import('node:net').AddressInfo} */ (listening.address());
    vi.stubEnv('MEDIASOUP_WORKER_PREBUILT_DOWNLOAD_BASE_URL', `http://127.0.0.1:${port}`);
  }

  it('gives a binary that can be run', async () => {
    writeFileSync(join(folder, 'mediasoup-worker'), '#!/bin/sh\nexit 41\n');
    execFileSync('tar', ['-czf', 'archive.tgz', 'mediasoup-worker'], { cwd: folder });
    await serve((_request, response) => response.end(readFileSync(join(folder, 'archive.tgz'))));
    await download();
    expect(spawnSync(join(folder, 'worker')).status).toBe(41);
  });

  it('tells a damaged archive', async () => {
    await serve((_request, response) => response.end('no archive'));
    await expect(download()).rejects.toThrow('the archive is damaged');
  });

  it('tells a platform without a prebuilt', async () => {
    await serve((_request, response) => response.writeHead(404).end());
    await expect(download()).rejects.toThrow('its server has none');
  });

  it('tells an unreachable server', async () => {
    await serve(() => {});
    await new Promise((resolve) => server?.close(resolve));
    await expect(download()).rejects.toThrow('its server cannot be reached');
  });

  it('tells that it was not wished', async () => {
    vi.stubEnv('MEDIASOUP_SKIP_WORKER_PREBUILT_DOWNLOAD', '1');
    await expect(download()).rejects.toThrow('MEDIASOUP_SKIP_WORKER_PREBUILT_DOWNLOAD is set');
  });
});
