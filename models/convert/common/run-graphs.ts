import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';

/**
 * Runs ONNX graphs for the converters’ `parity.py`, on the runtime that the server uses:
 *
 *     node run-graphs.ts <folder>
 *
 * The folder has a `jobs.json`, a list of graphs with the files of their inputs and outputs (little-endian float32).
 */
interface Job {
  /** Path of the ONNX file. */
  readonly graph: string;
  readonly inputs: Readonly<Record<string, { readonly file: string; readonly dims: readonly number[] }>>;
  /** Files to write, by the output's name. */
  readonly outputs: Readonly<Record<string, string>>;
}

const [folder] = process.argv.slice(2);
const jobs = JSON.parse(await readFile(join(folder, 'jobs.json'), 'utf8')) as Job[];
for (const { graph, inputs, outputs } of jobs) {
  const session = await InferenceSession.create(graph, { intraOpNumThreads: 1 });
  const feeds: Record<string, Tensor> = {};
  for (const [name, { file, dims }] of Object.entries(inputs)) {
    const bytes = await readFile(join(folder, file));
    const values = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
    feeds[name] = new Tensor('float32', values, dims);
  }
  const results = await session.run(feeds);
  for (const [name, file] of Object.entries(outputs)) {
    const { data } = results[name];
    if (!(data instanceof Float32Array)) throw new Error(`${graph}: ${name} is not float32`);
    await writeFile(join(folder, file), new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  await session.release();
}
