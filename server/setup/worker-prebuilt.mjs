import { chmodSync, createWriteStream, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CommandError, run } from './command.mjs';
import { openUrl } from './open-url.mjs';
import { installedPackage, platform } from './paths.mjs';
import { step } from './progress.mjs';

const DOWNLOAD_TIMEOUT_MS = 120_000;

/**
 * Downloads the binary that mediasoup publishes for its own install script, from where that script would.
 * @param {string} destination
 * @throws {Error} whose message says why not, in a few words
 */
export async function downloadPrebuiltWorker(destination) {
  if (process.env.MEDIASOUP_SKIP_WORKER_PREBUILT_DOWNLOAD) {
    throw new Error('MEDIASOUP_SKIP_WORKER_PREBUILT_DOWNLOAD is set');
  }
  const { version, repository } = installedPackage('mediasoup');
  const base = process.env.MEDIASOUP_WORKER_PREBUILT_DOWNLOAD_BASE_URL || releasesOf(repository?.url ?? '');
  const scratch = mkdtempSync(`${destination}.`);
  try {
    const archive = join(scratch, 'worker.tgz');
    await step("downloading mediasoup's worker", (report) =>
      download(`${base}/${version}/${archiveName(version, platform, release())}`, archive, report),
    );
    await run('tar', ['-xzf', archive, '-C', scratch]);
    const binary = join(scratch, 'mediasoup-worker');
    chmodSync(binary, 0o755);
    renameSync(binary, destination);
  } catch (error) {
    if (error instanceof CommandError) throw new Error('the archive is damaged', { cause: error });
    throw error;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/**
 * @param {string} version of mediasoup
 * @param {string} hostPlatform
 * @param {string} kernel on Linux, the kernel's release
 * @returns {string}
 */
export function archiveName(version, hostPlatform, kernel) {
  const suffix = hostPlatform.startsWith('linux-') ? `-kernel${Number(kernel.split('.')[0])}` : '';
  return `mediasoup-worker-${version}-${hostPlatform}${suffix}.tgz`;
}

/** @param {string} repository the URL in mediasoup's package.json @returns {string} where its releases are */
export function releasesOf(repository) {
  return `${repository.replace(/^git\+/, '').replace(/\.git$/, '')}/releases/download`;
}

/**
 * @param {string} url
 * @param {string} path
 * @param {(progress: import('./progress.mjs').Progress) => void} report
 */
async function download(url, path, report) {
  const abort = new AbortController();
  const { body } = await openUrl(url, abort);
  const timer = setTimeout(() => abort.abort(), DOWNLOAD_TIMEOUT_MS);
  let bytes = 0;
  const count = new Transform({
    transform(chunk, _encoding, done) {
      bytes += chunk.length;
      report({ detail: `${(bytes / 1e6).toFixed(1)} MB` });
      done(null, chunk);
    },
  });
  try {
    await pipeline(Readable.fromWeb(/** @type {any} */ (body)), count, createWriteStream(path));
  } catch (cause) {
    throw new Error('its download broke off', { cause });
  } finally {
    clearTimeout(timer);
  }
}
