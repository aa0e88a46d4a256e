import { z } from 'zod';
import { createRgbaImage, type RgbaImage } from '../../imaging/rgba-image.ts';
import type { FloatTensors, GraphRunner } from '../../inference/graph-runner.ts';

/** Little-endian float32 in base64, as the converters' `reference.py` write them. */
export const storedFloats = z.base64().transform((text) => {
  const bytes = Buffer.from(text, 'base64');
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
});

/** A stored picture (planes of red, green and blue bytes, in base64) as a network takes it. */
export function planesOf(picture: string): Float32Array {
  return Float32Array.from(Buffer.from(picture, 'base64'), (byte) => byte / 255);
}

/** A stored picture as an image. */
export function imageOf(picture: string, sizePx: number): RgbaImage {
  const bytes = Buffer.from(picture, 'base64');
  const image = createRgbaImage(sizePx, sizePx);
  const plane = sizePx * sizePx;
  for (let i = 0; i < plane; i++) {
    for (let channel = 0; channel < 3; channel++) image.data[4 * i + channel] = bytes[channel * plane + i];
  }
  return image;
}

/** Of a picture of three planes, every so many rows and columns. */
export function everyNth(planes: Float32Array, sizePx: number, step: number): Float32Array {
  return planes.filter((_, i) => (i % sizePx) % step === 0 && (Math.floor(i / sizePx) % sizePx) % step === 0);
}

/** The largest difference of two lists of numbers. */
export function largestDifference(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) throw new RangeError(`${a.length} numbers and ${b.length}`);
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i])), 0);
}

/** Runs the graphs for real, and remembers what went in and out. */
export class WatchedRunner implements GraphRunner {
  readonly runs: { graph: string; inputs: FloatTensors; outputs: FloatTensors }[] = [];
  readonly #runner: GraphRunner;

  constructor(runner: GraphRunner) {
    this.#runner = runner;
  }

  get executionProvider() {
    return this.#runner.executionProvider;
  }

  async run(graph: string, inputs: FloatTensors): Promise<FloatTensors> {
    const kept = Object.entries(inputs).map(([name, { data, ...rest }]) => [name, { ...rest, data: data.slice() }]);
    const outputs = await this.#runner.run(graph, inputs);
    this.runs.push({ graph, inputs: Object.fromEntries(kept), outputs });
    return outputs;
  }

  close(): Promise<void> {
    return this.#runner.close();
  }

  /** Of the graph's last run. */
  last(graph: string) {
    const run = this.runs.findLast((run) => run.graph === graph);
    if (!run) throw new Error(`${graph} did not run`);
    return run;
  }
}

/** Runs the graphs for real; once `spoils`, one number of one output of one graph is none. */
export class SpoilingRunner implements GraphRunner {
  spoils = false;
  readonly #runner: GraphRunner;
  readonly #graph: string;
  readonly #output: string;

  constructor(runner: GraphRunner, graph: string, output: string) {
    this.#runner = runner;
    this.#graph = graph;
    this.#output = output;
  }

  get executionProvider() {
    return this.#runner.executionProvider;
  }

  async run(graph: string, inputs: FloatTensors): Promise<FloatTensors> {
    const outputs = await this.#runner.run(graph, inputs);
    if (this.spoils && graph === this.#graph) outputs[this.#output].data[3] = Number.NaN;
    return outputs;
  }

  close(): Promise<void> {
    return this.#runner.close();
  }
}
