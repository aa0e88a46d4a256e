import { readdirSync, readFileSync } from 'node:fs';

/** Process ids of a process's children whose command line contains `part` (Linux). */
export function childPids(part: string, parentPid: number = process.pid): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => parentOf(pid) === parentPid && commandLineOf(pid).includes(part));
}

export function isAlive(pid: number): boolean {
  return parentOf(pid) !== null;
}

/** Null for a process that is not there, or only waits to be buried. */
function parentOf(pid: number): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' ? null : Number(parent);
  } catch {
    return null;
  }
}

function commandLineOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}
