import {
  describeValue,
  type ElementType,
  type FoundSignature,
  type FoundValue,
  type GraphSignature,
  type GraphValue,
} from './graph-signature.ts';

/** What is known beforehand of a value of a file that others publish. */
export interface ExpectedValue {
  /** Its name, or where names are not known, its place in the file's list (from 0). */
  readonly name: string | number;
  readonly type: ElementType;
  /** Sizes for a batch of one; a file that leaves the first open can be run in batches. */
  readonly dims: readonly number[];
}

export interface ExpectedGraph {
  /** The name that the publisher gave the file. */
  readonly file: string;
  readonly inputs: readonly ExpectedValue[];
  readonly outputs: readonly ExpectedValue[];
}

/** Float32, which all public graphs have at their edges. */
export function floats(name: string | number, ...dims: number[]): ExpectedValue {
  return { name, type: 'float32', dims };
}

/**
 * Settles what was expected with what a file declares: names are filled in, and the first size becomes `batch` where
 * the file leaves it open.
 * @returns the signature for the manifest, or the reasons why this is another graph
 */
export function settleSignature(
  expected: ExpectedGraph,
  found: FoundSignature,
): { readonly signature: GraphSignature } | { readonly problems: string[] } {
  const problems: string[] = [];
  const settle = (kind: 'inputs' | 'outputs'): GraphValue[] =>
    expected[kind].flatMap((value) => {
      const other = find(found[kind], value.name);
      if (other && agrees(value, other)) return [settled(value, other)];
      const wanted = describeValue({ ...value, name: nameOf(value) });
      problems.push(`the ${kind.slice(0, -1)} ${wanted} ${other ? `is ${describeValue(other)}` : 'is missing'}`);
      return [];
    });
  const signature = { inputs: settle('inputs'), outputs: settle('outputs') };
  if (found.inputs.length > expected.inputs.length) {
    const names = found.inputs.map(({ name }) => name).join(', ');
    problems.push(
      `it takes ${found.inputs.length} inputs (${names.slice(0, 200)}) instead of ${expected.inputs.length}`,
    );
  }
  return problems.length > 0 ? { problems } : { signature };
}

function find(values: readonly FoundValue[], name: string | number): FoundValue | undefined {
  return typeof name === 'number' ? values[name] : values.find((value) => value.name === name);
}

function agrees({ type, dims }: ExpectedValue, found: FoundValue): boolean {
  if (found.type !== type || found.dims?.length !== dims.length) return false;
  return dims.every((size, axis) => found.dims?.[axis] === null || found.dims?.[axis] === size);
}

function settled({ type, dims }: ExpectedValue, found: FoundValue): GraphValue {
  return {
    name: found.name,
    type,
    dims: dims.map((size, axis) => (axis === 0 && found.dims?.[0] === null ? 'batch' : size)),
  };
}

function nameOf({ name }: ExpectedValue): string {
  return typeof name === 'number' ? `number ${name + 1}` : name;
}
