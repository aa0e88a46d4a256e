import { expect, it } from 'vitest';
import { CommandError, run } from './command.mjs';

const node = (/** @type {string} */ code, /** @type {object} */ options = {}) =>
  run(process.execPath, ['-e', code], options);

it('a command is read line by line', async () => {
  /** @type {string[]} */
  const lines = [];
  await node('console.log("out\\nof it"); console.error("err")', {
    onLine: (/** @type {string} */ l) => lines.push(l),
  });
  expect(lines.sort()).toEqual(['err', 'of it', 'out']);
});

it('a failure carries the last lines', async () => {
  const error = await node('for (let i = 0; i < 100; i++) console.log(i); process.exitCode = 3').catch((e) => e);
  expect(error).toBeInstanceOf(CommandError);
  expect(error.message).toMatch(/failed \(3\)$/);
  expect(error.tail.at(-1)).toBe('99');
  expect(error.tail).toHaveLength(30);
});

it('a command that hangs is ended, and one that does not exist is an error', async () => {
  await expect(node('setInterval(() => {}, 1000)', { timeoutMs: 100 })).rejects.toThrow('took longer than 100 ms');
  await expect(run('no-such-program', [])).rejects.toThrow(CommandError);
});
