import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandError, run } from './command.mjs';
import { withLock } from './lock.mjs';
import { platform, projectPath } from './paths.mjs';
import { say, step } from './progress.mjs';
import { aptPrefix } from './system-packages.mjs';

const PROBE = projectPath('server/inference/probe-webgpu.ts');
const PROBE_TIMEOUT_MS = 60_000;
const PACKAGES = ['mesa-vulkan-drivers', 'libvulkan1'];
const SOURCES = '/etc/apt/sources.list.d';
const BACKPORTS = join(SOURCES, 'effigy-backports.sources');

/**
 * Has continuous integration install a Vulkan driver in software, so that its tests run the WebGPU provider for real.
 * Nobody else's drivers are touched: there the tests say that they were skipped, and why.
 * @param {string} node24
 */
export async function ensureVulkan(node24) {
  if (process.env.CI !== 'true' || platform !== 'linux-x64' || isUsable(node24)) return;
  const asRoot = aptPrefix();
  if (!asRoot) {
    say('no Vulkan driver, and no right to install one: the WebGPU provider will not be tested');
    return;
  }
  await withLock('system-packages', async () => {
    try {
      await step('installing a Vulkan driver in software, for the tests of the WebGPU provider', async (report) => {
        const release = backportsRelease();
        if (release) await addBackports(asRoot, release);
        const apt = (/** @type {string[]} */ ...args) => {
          const [file, ...rest] = [...asRoot, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', ...args];
          return run(file, rest, { onLine: (line) => report({ detail: line.slice(0, 60) }) });
        };
        await apt('update');
        const from = release ? ['-t', release] : [];
        await apt('install', '-y', '--no-install-recommends', ...from, ...PACKAGES);
      });
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      say(`${error.tail.slice(-3).join('\n')}\nno Vulkan driver: the WebGPU provider will not be tested`);
    }
  });
}

/** @param {string} node24 */
function isUsable(node24) {
  return spawnSync(node24, [PROBE], { stdio: 'ignore', timeout: PROBE_TIMEOUT_MS }).status === 0;
}

/** Debian 12's own Mesa is too old for onnxruntime; later releases, and Ubuntu, have one that is not. */
function backportsRelease() {
  const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  return /^VERSION_CODENAME=bookworm$/m.test(release) ? 'bookworm-backports' : undefined;
}

/** @param {string[]} asRoot @param {string} release */
async function addBackports(asRoot, release) {
  const files = readdirSync(SOURCES).filter((name) => /\.(sources|list)$/.test(name));
  const texts = [...files.map((name) => join(SOURCES, name)), '/etc/apt/sources.list']
    .filter(existsSync)
    .map((path) => readFileSync(path, 'utf8'));
  if (texts.some((text) => text.includes(release))) return;
  const stanza = texts.map((text) => backportsStanza(text, release)).find((found) => found !== undefined);
  if (!stanza) return;
  await run(asRoot[0] ?? 'sh', [
    ...asRoot.slice(1),
    ...(asRoot.length > 0 ? ['sh'] : []),
    '-c',
    `cat > ${BACKPORTS} <<'END'\n${stanza}END\n`,
  ]);
}

/**
 * The mirror that the machine takes Debian 12 from, asked for the backports.
 * @param {string} text a file of apt's sources, of either form
 * @param {string} release e.g. `bookworm-backports`
 * @returns {string | undefined} a stanza in the form of `.sources` files; undefined where the file is of something else
 */
export function backportsStanza(text, release) {
  const suite = release.replace(/-backports$/, '');
  for (const stanza of text.split(/\n\s*\n/)) {
    const field = (/** @type {string} */ name) => stanza.match(new RegExp(`^${name}:\\s*(.+)$`, 'm'))?.[1].trim();
    if (!field('Suites')?.split(/\s+/).includes(suite)) continue;
    const signed = field('Signed-By');
    return sourcesStanza(field('URIs') ?? '', release, signed);
  }
  const line = text.match(new RegExp(`^deb\\s+(?:\\[([^\\]]*)\\]\\s+)?(\\S+)\\s+${suite}\\s`, 'm'));
  return line ? sourcesStanza(line[2], release, line[1]?.match(/signed-by=(\S+)/)?.[1]) : undefined;
}

/** @param {string} uris @param {string} release @param {string | undefined} signedBy */
function sourcesStanza(uris, release, signedBy) {
  const signature = signedBy ? `Signed-By: ${signedBy}\n` : '';
  return `Types: deb\nURIs: ${uris}\nSuites: ${release}\nComponents: main\n${signature}`;
}
