// The lines that tell what the bootstrap is doing. They go to stderr: stdout belongs to the task.

const PREFIX = 'effigy: ';
const TERMINAL_INTERVAL_MS = 125;
/** Where nothing can be redrawn (a CI log), a line now and then shows that it is alive. */
const LOG_INTERVAL_MS = 15_000;
const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/** @typedef {{ done?: number, total?: number, detail?: string }} Progress */

/** @param {string} line */
export function say(line) {
  process.stderr.write(`${PREFIX}${line}\n`);
}

/** @param {number} ms @returns {string} `0:07`, `12:40` */
export function clock(ms) {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** @param {Progress} progress @returns {string} */
export function describeProgress({ done, total, detail }) {
  const count = done === undefined ? '' : total === undefined ? `${done}` : `[${done}/${total}]`;
  return [count, detail].filter(Boolean).join(' ');
}

/**
 * Runs one slow piece of work under a title, with a live line on a terminal and a line every 15 s elsewhere.
 * @template T
 * @param {string} title
 * @param {(report: (progress: Progress) => void) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(title, work) {
  const startedAt = Date.now();
  const terminal = process.stderr.isTTY === true;
  /** @type {Progress} */
  let latest = {};
  let frame = 0;

  const line = () =>
    `${title} … ${[describeProgress(latest), clock(Date.now() - startedAt)].filter(Boolean).join(' ')}`;
  const draw = () => {
    if (!terminal) {
      say(line());
      return;
    }
    frame = (frame + 1) % SPINNER.length;
    const width = Math.max(20, (process.stderr.columns || 80) - 1);
    process.stderr.write(`\r\x1b[2K${`${PREFIX}${SPINNER[frame]} ${line()}`.slice(0, width)}`);
  };

  if (!terminal) say(`${title} …`);
  const timer = setInterval(draw, terminal ? TERMINAL_INTERVAL_MS : LOG_INTERVAL_MS);
  const finish = (/** @type {string} */ mark) => {
    clearInterval(timer);
    if (terminal) process.stderr.write('\r\x1b[2K');
    say(`${title} … ${mark} (${clock(Date.now() - startedAt)})`);
  };

  try {
    const result = await work((progress) => {
      latest = progress;
    });
    finish('done');
    return result;
  } catch (error) {
    finish('failed');
    throw error;
  }
}
