import { isAbsolute, resolve } from 'node:path';
import { z } from 'zod';

/** Facts about the machine that defaults are derived from. */
export interface Machine {
  readonly coreCount: number;
  /** IPv4 addresses that other machines can reach, the likeliest first. */
  readonly lanAddresses: readonly string[];
  /** Where programs keep what can be made again, e.g. `~/.cache`. */
  readonly cacheHome: string;
  /** Where programs keep what belongs to the user, e.g. `~/.local/share`. */
  readonly dataHome: string;
  readonly projectRoot: string;
}

/** Where in the help and in the printed settings a tunable belongs. */
export const sections = [
  'http',
  'rtc',
  'bitrates',
  'packs',
  'studios',
  'sessions',
  'signalling',
  'uploads',
  'files',
] as const;
export type Section = (typeof sections)[number];

/** One value that can be tuned: what it is, what it may be, and what it is when nobody says anything. */
export interface Tunable<T> {
  readonly section: Section;
  /** What a value of the configuration file must be. */
  readonly schema: z.ZodType<T>;
  /** Turns the text of a flag or an environment variable into what `schema` judges. */
  readonly fromText: (text: string) => unknown;
  /** How the help shows its value: `N`, `PATH`, … ; empty for a switch. */
  readonly placeholder: string;
  /** One sentence for the help: what it does, and why the default is what it is. */
  readonly help: string;
  /** The default, or how it follows from the machine and from the tunables declared before it. */
  readonly default: T | ((machine: Machine, earlier: Readonly<Record<string, unknown>>) => T);
  /** How the help words a default that is derived. */
  readonly defaultText?: string;
  /** Never printed. */
  readonly secret?: boolean;
  /** A file or folder: relative ones are resolved against the folder of whoever wrote them. */
  readonly isPath?: boolean;
}

type Declared<T> = Omit<Tunable<T>, 'schema' | 'fromText' | 'placeholder' | 'isPath'>;

/** A whole number in a range. */
export function integer(range: { min: number; max: number }, declared: Declared<number>): Tunable<number> {
  const reason = `must be a whole number from ${range.min} to ${range.max}`;
  return {
    ...declared,
    schema: z.int({ error: reason }).min(range.min, { error: reason }).max(range.max, { error: reason }),
    fromText: (text) => (/^-?\d+$/.test(text.trim()) ? Number(text) : text),
    placeholder: 'N',
  };
}

/** On or off. As a flag, its name alone means on. */
export function toggle(declared: Declared<boolean>): Tunable<boolean> {
  return {
    ...declared,
    schema: z.boolean({ error: 'must be true or false' }),
    fromText: (text) =>
      ({ true: true, '1': true, yes: true, '': true, false: false, '0': false, no: false })[text] ?? text,
    placeholder: '',
  };
}

/** Text that matches a pattern. */
export function text(rule: { pattern: RegExp; reason: string }, declared: Declared<string>): Tunable<string> {
  return {
    ...declared,
    schema: z.string({ error: rule.reason }).regex(rule.pattern, { error: rule.reason }),
    fromText: (given) => given.trim(),
    placeholder: 'TEXT',
  };
}

/** Several texts; as a flag or variable, separated by commas. */
export function textList(rule: { pattern: RegExp; reason: string }, declared: Declared<string[]>): Tunable<string[]> {
  return {
    ...declared,
    schema: z.array(z.string().regex(rule.pattern, { error: rule.reason }), { error: 'must be a list of texts' }),
    fromText: (given) =>
      given
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== ''),
    placeholder: 'A,B',
  };
}

/** One of a few words. */
export function choice<const W extends string>(words: readonly W[], declared: Declared<W>): Tunable<W> {
  return {
    ...declared,
    schema: z.enum(words, { error: `must be one of ${words.join(', ')}` }),
    fromText: (given) => given.trim(),
    placeholder: words.join('|'),
  };
}

/** A file or folder; empty means none. */
export function path(declared: Declared<string>): Tunable<string> {
  return {
    ...declared,
    schema: z.string({ error: 'must be a path' }).max(4096),
    fromText: (given) => given.trim(),
    placeholder: 'PATH',
    isPath: true,
  };
}

/** Structured values; as a flag or variable, JSON. */
export function json<T>(schema: z.ZodType<T>, declared: Declared<T>): Tunable<T> {
  return {
    ...declared,
    schema,
    fromText: (given) => {
      try {
        return JSON.parse(given);
      } catch {
        return given;
      }
    },
    placeholder: 'JSON',
  };
}

/** Resolves a path value against the folder of whoever wrote it; the empty path stays empty. */
export function resolvePath(value: string, folder: string): string {
  return value === '' || isAbsolute(value) ? value : resolve(folder, value);
}
