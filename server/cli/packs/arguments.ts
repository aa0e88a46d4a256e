import { type PackKind, packKinds } from '../../packs/store/pack-manifest.ts';
import { usageError } from '../command-error.ts';
import { parseWords } from '../parse-flags.ts';
import { userPath } from '../user-path.ts';

const FLAGS = {
  'packs-dir': { type: 'string' },
  json: { type: 'boolean' },
  yes: { type: 'boolean', short: 'y' },
  'accept-changed': { type: 'boolean' },
  kind: { type: 'string' },
  config: { type: 'string' },
  precision: { type: 'string' },
  'align-corners': { type: 'boolean' },
  sampling: { type: 'string' },
  name: { type: 'string' },
  tiny: { type: 'boolean' },
  seed: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

type Flag = keyof typeof FLAGS;
type Values = ReturnType<typeof parseWords<typeof FLAGS>>['values'];

export interface ListRequest {
  readonly action: 'list';
  readonly json: boolean;
}

export interface InstallRequest {
  readonly action: 'install';
  readonly name: string;
  /** The licence was agreed to on the command line. */
  readonly yes: boolean;
  readonly acceptChanged: boolean;
}

export interface ImportRequest {
  readonly action: 'import';
  readonly name: string;
  /** Absolute. */
  readonly paths: readonly string[];
  /** Where the name does not say it. */
  readonly kind: PackKind | null;
  readonly yes: boolean;
  /** Options for the converter, as it takes them. */
  readonly converterFlags: readonly string[];
}

export interface VerifyRequest {
  readonly action: 'verify';
  /** null: all of them. */
  readonly name: string | null;
  readonly json: boolean;
}

export interface RemoveRequest {
  readonly action: 'remove';
  readonly name: string;
}

export interface SynthRequest {
  readonly action: 'synth';
  readonly kind: PackKind;
  readonly name: string;
  readonly isTiny: boolean;
  /** Options for the maker, as it takes them. */
  readonly makerFlags: readonly string[];
}

type Request = ListRequest | InstallRequest | ImportRequest | VerifyRequest | RemoveRequest | SynthRequest;

/** What `npm run packs` is asked to do. */
export type PacksRequest = Request & { readonly packsDir: string | undefined };

export const PACKS_HELP = `Model packs: what animates portraits besides the built-in mesh.

  npm run packs -- list [--json]              what is installed, and what can be
  npm run packs -- install <name> [--yes]     download a pack, check it, install it
  npm run packs -- import <name> <file…>      take files you have: ONNX files, a checkpoint, or a pack's folder
  npm run packs -- verify [<name>] [--json]   read every byte and compare it with the manifest
  npm run packs -- remove <name>              delete a pack
  npm run packs -- synth <kind> [--tiny]      make a stand-in with random weights, to test and to measure

  --packs-dir <folder>   where packs are (EFFIGY_PACKS_DIR; default: ~/.local/share/effigy/packs)
  --yes                  agree to the pack's licence, which is shown before anything is installed
  --json                 one JSON object on standard output
  --help                 this text

install:
  --accept-changed       take files that are not the published ones, or not those of the first install
import:
  --kind <kind>          ${packKinds.join(' or ')}, where the name does not say it
  --config <name>        configuration of a checkpoint: vox-256 or vox-adv-256 (default: by the file's name)
  --precision <p>        float32, float16-weights or float16 (default: the converter's)
  --align-corners        fomm: sample as PyTorch did before version 1.3
  --sampling <s>         liveportrait: slices runs on every GPU (default), volume on a CPU and with CUDA alone
synth:
  --tiny                 few channels and a small picture: made and run in seconds
  --seed <N>             of the random weights
  --name <name>          what to call it (default: <kind>-synth, or <kind>-tiny)

docs/packs.md tells what a pack is and how to make one.
`;

/** Which flags go with what, besides --packs-dir. */
const ACTIONS: Readonly<Record<Request['action'], readonly Flag[]>> = {
  list: ['json'],
  install: ['yes', 'accept-changed'],
  import: ['yes', 'kind', 'config', 'precision', 'align-corners', 'sampling'],
  verify: ['json'],
  remove: [],
  synth: ['tiny', 'seed', 'name', 'precision', 'align-corners', 'sampling'],
};

/** Parses the command line; null where help was asked for. @throws CommandError */
export function parsePacksArguments(args: string[]): PacksRequest | null {
  const { values, positionals } = parseWords(args, FLAGS);
  if (values.help) return null;
  const [action, ...words] = positionals;
  const known = Object.keys(ACTIONS).join(', ');
  if (action === undefined) throw usageError(`say what to do: ${known} (--help tells more)`);
  if (!Object.hasOwn(ACTIONS, action))
    throw usageError(`there is no "${action}"; there is ${known} (--help tells more)`);
  const allowed: readonly string[] = [...ACTIONS[action as Request['action']], 'packs-dir'];
  const stray = Object.keys(values).find((flag) => !allowed.includes(flag));
  if (stray) throw usageError(`--${stray} does not go with ${action} (--help tells more)`);
  return { ...parseAction(action as Request['action'], words, values), packsDir: values['packs-dir'] };
}

function parseAction(action: Request['action'], words: string[], values: Values): Request {
  const yes = values.yes ?? false;
  const json = values.json ?? false;
  switch (action) {
    case 'list':
      requireWords(words, 0, 0, 'list takes no name');
      return { action, json };
    case 'install':
      requireWords(words, 1, 1, 'name the pack to install: npm run packs -- install <name>');
      return { action, name: words[0], yes, acceptChanged: values['accept-changed'] ?? false };
    case 'import':
      requireWords(words, 2, Infinity, 'name the pack and its files: npm run packs -- import <name> <file…>');
      return {
        action,
        name: words[0],
        paths: words.slice(1).map(userPath),
        kind: values.kind === undefined ? null : requireKind(values.kind),
        yes,
        converterFlags: [...given('--config', values.config), ...makerFlags(values)],
      };
    case 'verify':
      requireWords(words, 0, 1, 'verify takes one name, or none for all packs');
      return { action, name: words[0] ?? null, json };
    case 'remove':
      requireWords(words, 1, 1, 'name the pack to remove: npm run packs -- remove <name>');
      return { action, name: words[0] };
    case 'synth': {
      requireWords(words, 1, 1, `name the kind: npm run packs -- synth <${packKinds.join('|')}>`);
      const kind = requireKind(words[0]);
      const isTiny = values.tiny ?? false;
      if (values.seed !== undefined && !/^\d{1,9}$/.test(values.seed)) throw usageError('--seed is a whole number');
      const name = values.name ?? `${kind}-${isTiny ? 'tiny' : 'synth'}`;
      return { action, kind, name, isTiny, makerFlags: [...given('--seed', values.seed), ...makerFlags(values)] };
    }
  }
}

function makerFlags(values: Values): string[] {
  return [
    ...given('--precision', values.precision),
    ...given('--sampling', values.sampling),
    ...(values['align-corners'] ? ['--align-corners'] : []),
  ];
}

function given(flag: string, value: string | undefined): string[] {
  return value === undefined ? [] : [`${flag}=${value}`];
}

function requireWords(words: readonly string[], min: number, max: number, message: string): void {
  if (words.length < min || words.length > max) throw usageError(`${message} (--help tells more)`);
}

function requireKind(kind: string): PackKind {
  const known = packKinds.find((candidate) => candidate === kind);
  if (!known) throw usageError(`there is no kind "${kind}"; there are ${packKinds.join(', ')}`);
  return known;
}
