import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface CliResult {
  /** 128 + n where signal n ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one of the commands as its own process, as npm does. `onStart` may watch and signal it. */
export function runCli(
  command: 'animate' | 'bench' | 'bench-quality' | 'doctor' | 'packs',
  args: readonly string[],
  onStart: (child: ChildProcess) => void = () => {},
  env: NodeJS.ProcessEnv = process.env,
): Promise<CliResult> {
  const module = fileURLToPath(new URL(`../${command}.ts`, import.meta.url));
  const child = spawn(process.execPath, [module, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (data) => {
    stdout += data;
  });
  child.stderr.on('data', (data) => {
    stderr += data;
  });
  onStart(child);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}
