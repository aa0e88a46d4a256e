import type { Tunable } from './tunable.ts';
import { tunables } from './tunables.ts';

/** `rtcBasePort` → `--rtc-base-port`. */
export function flagNameOf(name: string): string {
  return `--${separated(name, '-').toLowerCase()}`;
}

/** `rtcBasePort` → `EFFIGY_RTC_BASE_PORT`. */
export function envNameOf(name: string): string {
  return `EFFIGY_${separated(name, '_').toUpperCase()}`;
}

function separated(name: string, separator: string): string {
  return name.replace(/[A-Z]/g, (letter) => separator + letter);
}

/** Flags as they were given, by the tunables' names. */
export interface ReadFlags {
  readonly values: Readonly<Record<string, string>>;
  readonly configFile?: string;
}

/**
 * Reads `--name value` and `--name=value`; a switch needs no value and can be turned off by `--no-name`.
 * What it does not understand it adds to `problems`.
 */
export function readFlags(args: readonly string[], problems: string[]): ReadFlags {
  const byFlag = new Map(
    Object.entries<Tunable<unknown>>(tunables).map(([name, t]) => [flagNameOf(name), { name, t }]),
  );
  const values: Record<string, string> = {};
  let configFile: string | undefined;
  for (let i = 0; i < args.length; i++) {
    const [flag, attached] = splitOnce(args[i], '=');
    const isSwitch = byFlag.get(flag)?.t.placeholder === '';
    const takeNext = () => {
      const next = args[i + 1];
      if (next === undefined || next.startsWith('--')) problems.push(`${flag}: a value is missing.`);
      else i++;
      return next ?? '';
    };
    if (flag === '--config') configFile = attached ?? takeNext();
    else if (byFlag.has(flag)) values[byFlag.get(flag)!.name] = attached ?? (isSwitch ? 'true' : takeNext());
    else if (flag.startsWith('--no-') && byFlag.get(`--${flag.slice(5)}`)?.t.placeholder === '') {
      values[byFlag.get(`--${flag.slice(5)}`)!.name] = 'false';
    } else problems.push(`${flag} is not an option${closest(flag, [...byFlag.keys()])}. --help lists them all.`);
  }
  return { values, configFile };
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

/** `; did you mean X?` where one of the candidates is near, else nothing. */
export function closest(given: string, candidates: readonly string[]): string {
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: editDistance(given.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best && best.distance <= Math.max(2, given.length / 4) ? ` (did you mean ${best.candidate}?)` : '';
}

/** Levenshtein distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length];
}
