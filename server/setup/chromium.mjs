import { ensureSystemPackages, findCommand } from './system-packages.mjs';

const PROGRAMS = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** @returns {string | undefined} the browser for the end-to-end tests */
export function findChromium() {
  for (const program of PROGRAMS) {
    const path = findCommand(program);
    if (path) return path;
  }
  return undefined;
}

/**
 * Finds or installs the browser for the end-to-end tests.
 * @returns {Promise<string | undefined>}
 * @throws {import('./setup-error.mjs').SetupError} that says what to install, where that may not be done from here
 */
export async function ensureChromium() {
  const packages = { apt: 'chromium', dnf: 'chromium', pacman: 'chromium', brew: '--cask chromium' };
  await ensureSystemPackages('the browser tests', [
    { name: 'chromium', isPresent: () => findChromium() !== undefined, packages },
  ]);
  return findChromium();
}
