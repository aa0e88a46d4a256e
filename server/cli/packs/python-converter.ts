import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { PackError } from '../../packs/store/pack-error.ts';
import type { PackKind } from '../../packs/store/pack-manifest.ts';

const CONVERTERS = new URL('../../../models/convert/', import.meta.url);
const MODULES = ['torch', 'onnx', 'numpy'];
const PROBE_TIMEOUT_MS = 120_000;

/**
 * Runs `models/convert/<kind>/<script>` in Python, its output on standard error.
 * @throws PackError `conversion`: there is no such program, no Python for it, or it failed
 */
export async function runPython(kind: PackKind, script: string, args: readonly string[]): Promise<void> {
  const path = fileURLToPath(new URL(`${kind}/${script}`, CONVERTERS));
  if (!existsSync(path)) {
    throw new PackError('conversion', `this version of Effigy has no models/convert/${kind}/${script}`);
  }
  const python = await findPython();
  const { code, tail } = await run(python, [path, ...args], { isShown: true });
  if (code === 0) return;
  throw new PackError('conversion', `models/convert/${kind}/${script} failed (${code}): ${tail.at(-1) ?? ''}`);
}

/** A Python that has what the converters need: EFFIGY_PYTHON, else the system's. @throws PackError `conversion` */
export async function findPython(env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const candidates = env.EFFIGY_PYTHON ? [env.EFFIGY_PYTHON] : ['python3', '/usr/bin/python3', 'python'];
  const reasons: string[] = [];
  for (const candidate of candidates) {
    const { code, tail } = await run(candidate, ['-c', `import ${MODULES.join(', ')}`], { isShown: false });
    if (code === 0) return candidate;
    reasons.push(`${candidate}: ${tail.at(-1) ?? `ended with ${code}`}`);
  }
  throw new PackError(
    'conversion',
    `converting needs Python 3 with ${MODULES.join(', ')} (${reasons.join('; ')}). On Debian or Ubuntu: ` +
      '`sudo apt install python3-torch python3-onnx`. Elsewhere: `python3 -m venv ~/effigy-python && ' +
      '~/effigy-python/bin/pip install torch onnx numpy`, and then run this command again with ' +
      'EFFIGY_PYTHON=~/effigy-python/bin/python before it',
  );
}

interface Ended {
  /** The exit code, the signal's name, or what kept it from starting. */
  readonly code: number | string;
  readonly tail: readonly string[];
}

function run(file: string, args: readonly string[], { isShown }: { isShown: boolean }): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(isShown ? {} : { timeout: PROBE_TIMEOUT_MS }),
    });
    const end = () => child.kill();
    process.once('exit', end);
    let text = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (data: string) => {
        if (isShown) process.stderr.write(data);
        text = (text + data).slice(-10_000);
      });
    }
    const settle = (code: number | string) => {
      process.off('exit', end);
      resolve({ code, tail: text.split('\n').filter((line) => line.trim() !== '') });
    };
    child.once('error', (error: NodeJS.ErrnoException) => settle(error.code ?? error.message));
    child.once('close', (code, signal) => settle(code ?? signal ?? 'nothing'));
  });
}
