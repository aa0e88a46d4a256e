import { createHash } from 'node:crypto';
import type { FloatTensors } from './graph-runner.ts';

interface Entry {
  readonly outputs: Promise<FloatTensors>;
  bytes: number;
}

/**
 * What graphs made of inputs that never change: the features of portraits. Several sessions with one portrait share
 * them, and a portrait that comes back is there at once. Bounded by bytes; the longest unused go first.
 */
export class ConstantResults {
  readonly #maxBytes: number;
  /** Oldest use first. */
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Whether a call with these inputs has the same result for ever. */
  static isConstant(inputs: FloatTensors): boolean {
    const tensors = Object.values(inputs);
    return tensors.length > 0 && tensors.every(({ isConstant }) => isConstant);
  }

  /** The result of the same graph and numbers if it is known or being made, else what `make` makes. */
  get(graph: string, inputs: FloatTensors, make: () => Promise<FloatTensors>): Promise<FloatTensors> {
    const key = keyOf(graph, inputs);
    const known = this.#entries.get(key);
    if (known) {
      this.#entries.delete(key);
      this.#entries.set(key, known);
      return known.outputs;
    }
    const outputs = make().then(constant);
    const entry: Entry = { outputs, bytes: 0 };
    this.#entries.set(key, entry);
    outputs.then(
      (tensors) => this.#account(key, entry, tensors),
      () => this.#forget(key, entry),
    );
    return outputs;
  }

  #account(key: string, entry: Entry, outputs: FloatTensors): void {
    if (this.#entries.get(key) !== entry) return;
    entry.bytes = Object.values(outputs).reduce((sum, { data }) => sum + data.byteLength, 0);
    this.#bytes += entry.bytes;
    for (const [oldKey, old] of this.#entries) {
      if (this.#bytes <= this.#maxBytes) break;
      if (old.bytes > 0) this.#forget(oldKey, old);
    }
  }

  #forget(key: string, entry: Entry): void {
    if (this.#entries.get(key) !== entry) return;
    this.#entries.delete(key);
    this.#bytes -= entry.bytes;
  }
}

function constant(outputs: FloatTensors): FloatTensors {
  return Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [name, { ...tensor, isConstant: true }]));
}

function keyOf(graph: string, inputs: FloatTensors): string {
  const hash = createHash('sha256').update(graph);
  for (const name of Object.keys(inputs).sort()) {
    const { data, dims } = inputs[name];
    hash.update(`\n${name}[${dims.join()}]\n`).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest('base64');
}
