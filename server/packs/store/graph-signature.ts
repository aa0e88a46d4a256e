import { z } from 'zod';

/** Element types that a pack's graphs may take and give, by the names that this project uses for them. */
export const elementTypes = [
  'float32',
  'float16',
  'float64',
  'bfloat16',
  'int8',
  'uint8',
  'int16',
  'uint16',
  'int32',
  'uint32',
  'int64',
  'uint64',
  'bool',
] as const;
export type ElementType = (typeof elementTypes)[number];

/** One size of a tensor: a number, or `batch` where it is chosen at each run. */
export type Dimension = number | 'batch';

/** ONNX names of values are free text; these bounds only keep a hostile file from filling memory and logs. */
const MAX_NAME_LENGTH = 256;
const MAX_RANK = 8;
const MAX_DIMENSION = 1 << 20;
const MAX_VALUES = 64;

const dimensionSchema = z.union(
  [z.int().min(1).max(MAX_DIMENSION), z.literal('batch')],
  `must be a whole number from 1 to ${MAX_DIMENSION}, or "batch" where the size is chosen at each run`,
);

/** An input or output of a graph. */
export const graphValueSchema = z.strictObject({
  name: z.string('must be the value’s name in the ONNX file').min(1).max(MAX_NAME_LENGTH),
  type: z.enum(elementTypes, `must be one of ${elementTypes.join(', ')}`),
  dims: z.array(dimensionSchema, 'must be a list of sizes, e.g. ["batch", 3, 256, 256]').max(MAX_RANK),
});
export type GraphValue = Readonly<z.infer<typeof graphValueSchema>>;

const graphValuesSchema = z
  .array(graphValueSchema, 'must be a list of {name, type, dims}')
  .min(1, 'must name at least one value')
  .max(MAX_VALUES);

/** What a graph takes and gives, in the file's order. */
export const graphSignatureSchema = z.strictObject({ inputs: graphValuesSchema, outputs: graphValuesSchema });
export type GraphSignature = Readonly<z.infer<typeof graphSignatureSchema>>;

/** A value as a file declares it: a size that the file does not fix is null. */
export interface FoundValue {
  readonly name: string;
  /** null where the file declares no tensor, or an element type that no pack uses. */
  readonly type: ElementType | null;
  /** null where the file declares no shape at all. */
  readonly dims: readonly (number | null)[] | null;
}

/** What a file declares that its graph takes and gives. Constants that old files list among the inputs are not here. */
export interface FoundSignature {
  readonly inputs: readonly FoundValue[];
  readonly outputs: readonly FoundValue[];
}

/** `name: float32[batch, 3, 256, 256]`. */
export function describeValue({ name, type, dims }: FoundValue | GraphValue): string {
  return `${name}: ${type ?? 'unknown'}${dims === null ? '[…]' : `[${dims.map((size) => size ?? 'any').join(', ')}]`}`;
}

/**
 * What of a file differs from what is expected of it; nothing where they agree. Inputs must be exactly the expected
 * ones; a file may give more outputs than those. A number agrees with a size that the file leaves open, `batch` only
 * with one.
 */
export function signatureProblems(expected: GraphSignature, found: FoundSignature): string[] {
  const problems: string[] = [];
  for (const kind of ['inputs', 'outputs'] as const) {
    const singular = kind.slice(0, -1);
    for (const value of expected[kind]) {
      const other = found[kind].find(({ name }) => name === value.name);
      if (!other) problems.push(`there is no ${singular} ${value.name} (there is: ${list(found[kind])})`);
      else if (!agrees(value, other)) {
        problems.push(`${singular} ${describeValue(other)} should be ${describeValue(value)}`);
      }
    }
  }
  for (const { name } of found.inputs) {
    if (!expected.inputs.some((value) => value.name === name)) problems.push(`the input ${name} is not expected`);
  }
  return problems;
}

function agrees(expected: GraphValue, found: FoundValue): boolean {
  if (found.type !== expected.type || found.dims === null || found.dims.length !== expected.dims.length) return false;
  return expected.dims.every((size, axis) => found.dims?.[axis] === null || found.dims?.[axis] === size);
}

function list(values: readonly FoundValue[]): string {
  const shown = values.slice(0, 12).map(describeValue);
  return `${shown.join('; ') || 'none'}${values.length > shown.length ? '; …' : ''}`;
}
