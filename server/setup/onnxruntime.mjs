import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { CommandError, Interrupted, run } from './command.mjs';
import { readJson, writeJson } from './files.mjs';
import { withLock } from './lock.mjs';
import { openUrl } from './open-url.mjs';
import { checkoutKey, platform, projectPath } from './paths.mjs';
import { say, step } from './progress.mjs';

const DOWNLOAD_TIMEOUT_MS = 900_000;
/** A host that could not be reached is not asked again at every start. */
const RETRY_AFTER_MS = 24 * 3_600_000;

const LIBRARIES = ['shared', 'cuda', 'tensorrt'].map((name) =>
  projectPath(`node_modules/onnxruntime-node/bin/napi-v6/linux/x64/libonnxruntime_providers_${name}.so`),
);
const FAILURE = projectPath('node_modules/.effigy-cuda.json');

/**
 * Has onnxruntime-node fetch its CUDA libraries, where there is an NVIDIA GPU to use them. Without them it computes on
 * the CPU (or through WebGPU): a failure is a line, and no more.
 * @param {string} node24
 */
export async function ensureOnnxruntime(node24) {
  if (platform !== 'linux-x64' || !hasNvidiaGpu() || LIBRARIES.every((path) => existsSync(path))) return;
  if (Date.now() - (readJson(FAILURE)?.at ?? 0) < RETRY_AFTER_MS) return;

  await withLock(`onnxruntime-${checkoutKey}`, async () => {
    if (LIBRARIES.every((path) => existsSync(path))) return;
    try {
      await step('fetching the CUDA libraries of onnxruntime (about 300 MB)', async (report) => {
        await reachFeed();
        await run(node24, [projectPath('node_modules/onnxruntime-node/script/install.js')], {
          cwd: projectPath('node_modules/onnxruntime-node'),
          env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'cuda12' },
          timeoutMs: DOWNLOAD_TIMEOUT_MS,
          onLine: (line) => report({ detail: line.split(' ')[0].toLowerCase() }),
        });
      });
    } catch (error) {
      if (error instanceof Interrupted) throw error;
      const reason =
        error instanceof CommandError
          ? (error.tail.findLast(Boolean) ?? error.message)
          : /** @type {Error} */ (error).message;
      writeJson(FAILURE, { at: Date.now(), reason });
      say(`there is an NVIDIA GPU, but onnxruntime's CUDA libraries cannot be had (${reason}); trying again tomorrow`);
    }
  });
}

/** The install script has no timeout of its own: a host that drops packets would hold everything up. */
async function reachFeed() {
  const require = createRequire(projectPath('package.json'));
  const metadata = 'onnxruntime-node/script/install-metadata.js';
  const { feeds } = require(metadata);
  const response = await openUrl(feeds.nuget.index);
  await response.body?.cancel();
}

function hasNvidiaGpu() {
  return existsSync('/proc/driver/nvidia/version') || existsSync('/dev/nvidiactl');
}
