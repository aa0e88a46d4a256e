import { run } from './command.mjs';

/**
 * Runs npm in a folder, install scripts off: what the packages need is done by this folder's own steps.
 * @param {string} folder
 * @param {string[]} args
 * @param {(line: string) => void} [onLine]
 * @returns {Promise<string[]>} the last lines it printed
 * @throws {import('./command.mjs').CommandError}
 */
export function npm(folder, args, onLine) {
  const env = { ...process.env };
  // npm tells its scripts where their project is; a second npm started from one must look for itself.
  delete env.npm_config_local_prefix;
  // The npm that started us, where one did: a PATH may lead to another.
  const cli = process.env.npm_execpath;
  const [file, first] = cli && /\.c?js$/.test(cli) ? [process.execPath, [cli]] : ['npm', []];
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel', 'http'];
  return run(file, [...first, ...args, ...options], { cwd: folder, env, onLine });
}

/** One line of npm's `http` log for each package archive it got. @param {string} line @returns {boolean} */
export function isArchiveLine(line) {
  return /^npm http .*\.tgz(\s|$)/.test(line);
}

/**
 * npm's own account of a failure, without its other noise.
 * @param {string[]} tail
 * @returns {string}
 */
export function npmErrors(tail) {
  const errors = tail.filter((line) => /^npm (error|ERR!)/.test(line));
  return (errors.length > 0 ? errors : tail).slice(-12).join('\n');
}
