import { z } from 'zod';
import { graphSignatureSchema } from './graph-signature.ts';
import { PackError } from './pack-error.ts';

/** The file that makes a folder a pack. */
export const MANIFEST_FILE = 'pack.json';
/** Raised when a manifest of the old form can no longer be read. */
export const FORMAT_VERSION = 1;
/** Real manifests have about 5 kB; what is larger is not one. */
export const MAX_MANIFEST_BYTES = 1 << 20;
/** The largest public model of the kind has 0.5 GB; ONNX without external data ends at 2 GiB. */
export const MAX_FILE_BYTES = 4 * 2 ** 30;

export const packKinds = ['fomm', 'liveportrait'] as const;
export type PackKind = (typeof packKinds)[number];

/** The pack that needs no folder; no other may take its name. */
const BUILT_IN_NAMES = ['mesh'];

/** Text that is shown: nothing in it may move a terminal's cursor or turn the reading direction. */
const text = (what: string, max: number) =>
  z
    .string(`must be ${what}`)
    .trim()
    .min(1, `must be ${what}`)
    .max(max, `must be at most ${max} characters`)
    .regex(/^[^\p{Cc}\u202a-\u202e\u2066-\u2069]*$/u, 'must hold no line breaks or other control characters');
const webAddress = z.url({ protocol: /^https?$/, error: 'must be an http(s) address' }).max(2048);

/** A pack's name is its folder's name. */
export const packNameSchema = z
  .string('must be a name')
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/, 'must be 1 to 64 of a–z, 0–9 and hyphens, e.g. "fomm-256"')
  .refine((name) => !BUILT_IN_NAMES.includes(name), 'is the name of the built-in pack; choose another');

/** A file's plain name inside the pack's folder. */
export const fileNameSchema = z
  .string('must be a file name')
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/,
    'must be a plain file name of letters, digits, dots, hyphens and underscores (no folder, no leading dot)',
  )
  .refine((name) => name.toLowerCase() !== MANIFEST_FILE, `must not be ${MANIFEST_FILE} itself`);

const licenceSchema = z.strictObject({
  name: text('the licence’s name', 200),
  url: webAddress,
  nonCommercial: z.boolean('must be true where only non-commercial use is allowed, else false'),
  notice: text('one or two sentences that tell the user what may be done', 4000),
});

const sourceSchema = z.strictObject({
  url: webAddress,
  /** Who made the weights. */
  author: text('a name', 200).optional(),
  paper: webAddress.optional(),
});

const fileSchema = z.strictObject({
  name: fileNameSchema,
  bytes: z
    .int('must be the size in bytes, or null where it is not known before the first install')
    .min(1, 'must be at least 1')
    .max(MAX_FILE_BYTES, `must be at most ${MAX_FILE_BYTES}`)
    .nullable(),
  sha256: z
    .string('must be 64 hex digits, or null where it is not known before the first install')
    .regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hex digits')
    .nullable(),
});

const graphSchema = z.strictObject({ file: fileNameSchema, ...graphSignatureSchema.shape });

const pixels = z.int('must be a number of pixels').min(8).max(4096);
const count = z.int('must be a whole number').min(1).max(1024);
const yesOrNo = z.boolean('must be true or false');

/** How the files store weights and compute; inputs and outputs are float32 with all of them. */
const precisions = ['float32', 'float16-weights', 'float16'] as const;
const precision = z.enum(precisions, `must be one of ${precisions.join(', ')}`);

/** What the adapter of First Order Motion Model has to know besides the graphs. */
const fommOptionsSchema = z.strictObject({
  /** Side of the square picture that goes in and comes out. */
  imageSizePx: pixels,
  keypointCount: count,
  /** What `grid_sample` and `interpolate` were exported with; PyTorch changed its default in version 1.3. */
  alignCorners: yesOrNo,
  /** The official configuration, e.g. `vox-256`. */
  config: text('the configuration’s name', 64).optional(),
  precision: precision.optional(),
});

/** What the adapter of LivePortrait has to know besides the graphs. */
const livePortraitOptionsSchema = z.strictObject({
  /** Side of the square picture that goes in. */
  imageSizePx: pixels,
  /** Side of the square picture that comes out. */
  outputSizePx: pixels,
  /** Side of the square picture that the landmark graph takes. */
  landmarkSizePx: pixels.optional(),
  keypointCount: count,
  /** How the feature volume is sampled: `5d` needs a CPU or CUDA, `two-4d` runs on every provider. */
  volumeSampling: z.enum(['5d', 'two-4d'], 'must be "5d" or "two-4d"'),
  precision: precision.optional(),
});

/** Graphs that a pack of a kind must have; the others of its kind add controls. */
export const requiredGraphs = {
  fomm: ['keypoints', 'source', 'frame'],
  liveportrait: ['appearance', 'motion', 'warping'],
} as const satisfies Record<PackKind, readonly string[]>;

/** Graphs that a pack of a kind may have besides. */
export const optionalGraphs = {
  fomm: [],
  liveportrait: ['stitching', 'eyeRetargeting', 'lipRetargeting', 'landmarks'],
} as const satisfies Record<PackKind, readonly string[]>;

const commonShape = {
  formatVersion: z.literal(FORMAT_VERSION, `must be ${FORMAT_VERSION}; another version needs another Effigy`),
  name: packNameSchema,
  version: text('the version as text, e.g. "1.0"', 64),
  title: text('a title for people', 120),
  licence: licenceSchema,
  source: sourceSchema,
  /** `random`: a stand-in of the true architecture for tests; pictures made with it must say so. */
  weights: z.enum(['trained', 'random'], 'must be "trained", or "random" for an architecture stand-in'),
  files: z.array(fileSchema, 'must be a list of {name, bytes, sha256}').min(1, 'must name at least one file').max(64),
  graphs: z.record(
    z.string().regex(/^[a-z][A-Za-z0-9]{0,63}$/),
    graphSchema,
    'must be an object of graphs by name: {"frame": {"file", "inputs", "outputs"}}',
  ),
};

const packSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({ ...commonShape, kind: z.literal('fomm'), options: fommOptionsSchema }),
    z.strictObject({ ...commonShape, kind: z.literal('liveportrait'), options: livePortraitOptionsSchema }),
  ])
  .superRefine((manifest, context) => {
    const refuse = (path: (string | number)[], message: string) =>
      context.addIssue({ code: 'custom', path, message, input: undefined });
    const seen = new Set<string>();
    manifest.files.forEach(({ name }, index) => {
      // Folders of some systems do not tell upper from lower case.
      if (seen.has(name.toLowerCase())) refuse(['files', index, 'name'], `names ${name} a second time`);
      seen.add(name.toLowerCase());
    });
    const names = new Set(manifest.files.map(({ name }) => name));
    for (const [graph, { file }] of Object.entries(manifest.graphs)) {
      if (!names.has(file)) refuse(['graphs', graph, 'file'], `names ${file}, which is not among files; add it there`);
    }
    const required: readonly string[] = requiredGraphs[manifest.kind];
    const known = [...required, ...optionalGraphs[manifest.kind]];
    for (const graph of required) {
      if (!Object.hasOwn(manifest.graphs, graph)) {
        refuse(['graphs', graph], `is missing; a pack of kind ${manifest.kind} needs ${required.join(', ')}`);
      }
    }
    for (const graph of Object.keys(manifest.graphs)) {
      if (!known.includes(graph)) {
        refuse(['graphs', graph], `is not a graph of kind ${manifest.kind}; there are ${known.join(', ')}`);
      }
    }
  });

/** What `pack.json` says. */
export type PackManifest = z.infer<typeof packSchema>;
export type FommManifest = Extract<PackManifest, { kind: 'fomm' }>;
export type LivePortraitManifest = Extract<PackManifest, { kind: 'liveportrait' }>;
export type PackFile = PackManifest['files'][number];
export type PackGraph = PackManifest['graphs'][string];
export type Licence = PackManifest['licence'];

/** A file of an installed pack. */
export interface SettledFile {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}

type Settled<M extends PackManifest> = M extends PackManifest ? Omit<M, 'files'> & { files: SettledFile[] } : never;

/** A manifest whose files are all known: what an installed pack has. */
export type SettledManifest = Settled<PackManifest>;

/** More problems than these help nobody. */
const SHOWN_PROBLEMS = 8;

/**
 * Checks a manifest that was read from `where` (a path or an address, for the message).
 * @throws PackError (`bad-manifest`) naming every wrong field and what it should be
 */
export function parseManifest(json: string, where: string): PackManifest {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new PackError('bad-manifest', `${where} is not valid JSON: ${(error as Error).message}`);
  }
  return checkManifest(value, where);
}

/** As {@link parseManifest}, for a value that is already parsed. */
export function checkManifest(value: unknown, where: string): PackManifest {
  const result = packSchema.safeParse(value, { reportInput: true, error: plainMessage });
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `${fieldName(issue.path)} ${messageOf(issue)}`);
  const shown = problems.slice(0, SHOWN_PROBLEMS).join('; ');
  const more = problems.length > SHOWN_PROBLEMS ? `; and ${problems.length - SHOWN_PROBLEMS} more` : '';
  throw new PackError('bad-manifest', `${where} is not a pack manifest: ${shown}${more}`);
}

/** Whether every file's size and hash are known. */
export function isSettled(manifest: PackManifest): manifest is SettledManifest {
  return manifest.files.every(({ bytes, sha256 }) => bytes !== null && sha256 !== null);
}

/** The text of a `pack.json`. */
export function formatManifest(manifest: PackManifest): string {
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/** `files[2].sha256`; the whole manifest is called so. */
function fieldName(path: readonly PropertyKey[]): string {
  const name = path.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : text === '' ? String(key) : `${text}.${String(key)}`),
    '',
  );
  return name || 'the manifest';
}

/** What fields without a message of their own say. */
const plainMessage: z.core.$ZodErrorMap = (issue) =>
  issue.code === 'invalid_type' ? `must be a JSON ${issue.expected}` : undefined;

function messageOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') return `has a field that is not known: ${issue.keys.join(', ')}; remove it`;
  if (issue.code === 'invalid_union' && issue.path.at(-1) === 'kind') return `must be one of ${packKinds.join(', ')}`;
  if (issue.code === 'invalid_type' && issue.input === undefined) return `is missing; it ${issue.message}`;
  return issue.message;
}
