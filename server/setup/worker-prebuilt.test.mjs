import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { archiveName, downloadPrebuiltWorker, releasesOf } from './worker-prebuilt.mjs';

afterEach(() => vi.unstubAllEnvs());

it("the archive has the name that mediasoup's own install script asks for", () => {
  expect(archiveName('3.27.1', 'linux-x64', '6.1.0-13-amd64')).toBe('mediasoup-worker-3.27.1-linux-x64-kernel6.tgz');
  expect(archiveName('3.27.1', 'darwin-arm64', '23.1.0')).toBe('mediasoup-worker-3.27.1-darwin-arm64.tgz');
});

it('releases are beside the repository', () => {
  expect(releasesOf('git+https://example.org/a/mediasoup.git')).toBe(
    'https://example.org/a/mediasoup/releases/download',
  );
});

it('a platform without a prebuilt, a wish to build, and an unreachable server are told apart', async () => {
  const server = createServer((_request, response) => response.writeHead(404).end());
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const download = () => downloadPrebuiltWorker(join(tmpdir(), 'effigy-test-worker'));

  vi.stubEnv('MEDIASOUP_WORKER_PREBUILT_DOWNLOAD_BASE_URL', `http://127.0.0.1:${port}`);
  await expect(download()).rejects.toThrow(/none is published for/);

  await new Promise((resolve) => server.close(resolve));
  await expect(download()).rejects.toThrow('its server cannot be reached');

  vi.stubEnv('MEDIASOUP_SKIP_WORKER_PREBUILT_DOWNLOAD', '1');
  await expect(download()).rejects.toThrow('MEDIASOUP_SKIP_WORKER_PREBUILT_DOWNLOAD is set');
});
