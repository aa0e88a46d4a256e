/**
 * Runs the face models of `@vladmandic/human` with the TensorFlow.js that the same package ships (its plain
 * JavaScript backend), on made-up input, and writes some of the outputs to `reference.json`.
 *
 * Nothing of Effigy's conversion takes part. To be run again only when the pinned version of the package changes:
 * `node models/convert/human/make-reference.ts` (seconds).
 */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { installedModelsDir } from './convert.ts';
import { faceModelSpecs, humanVersion } from './face-model-specs.ts';
import { type Reference, referenceFile, syntheticInput } from './reference.ts';

const STORED_VALUES = 96;

/** The part of TensorFlow.js that is used here; the package has no types for it. */
interface Tfjs {
  version: { tfjs: string };
  setBackend(name: string): Promise<boolean>;
  ready(): Promise<void>;
  io: { fromMemory(artifacts: object): object };
  loadGraphModel(source: object): Promise<TfjsModel>;
  tensor(values: Float32Array, shape: readonly number[]): TfjsTensor;
}
interface TfjsTensor {
  data(): Promise<Float32Array>;
}
interface TfjsModel {
  execute(inputs: TfjsTensor, outputs: readonly string[]): TfjsTensor | TfjsTensor[];
}

const modelsDir = installedModelsDir();
const tfjsFile = path.join(modelsDir, '..', 'dist', 'tfjs.esm.js');
// The package's build is for browsers; as such it runs here too, its Node platform left out does not.
Object.assign(globalThis, { window: { document: {} } });
const tf: Tfjs = await import(pathToFileURL(tfjsFile).href);
await tf.setBackend('cpu');
await tf.ready();

const reference: Reference = { madeWith: '', models: {} as Reference['models'] };
for (const spec of Object.values(faceModelSpecs)) {
  const { values: picture, batch, sidePx } = syntheticInput(spec.name);
  const description = JSON.parse(await readFile(path.join(modelsDir, `${spec.name}.json`), 'utf8'));
  const weights = await readFile(path.join(modelsDir, `${spec.name}.bin`));
  const model = await tf.loadGraphModel(
    tf.io.fromMemory({
      modelTopology: description.modelTopology,
      weightSpecs: description.weightsManifest[0].weights,
      weightData: new Uint8Array(weights).buffer,
    }),
  );
  const image = tf.tensor(picture, [batch, sidePx, sidePx, 3]);
  const nodes = spec.outputs.map((output) => output.node);
  const results = [model.execute(image, nodes)].flat();
  const outputs: Reference['models']['iris']['outputs'] = {};
  for (const [index, { name }] of spec.outputs.entries()) {
    const values = await results[index].data();
    // An odd step, so that x, y and z of points all take part.
    const every = Math.max(1, Math.floor(values.length / STORED_VALUES)) | 1;
    const stored = [...values].filter((_, i) => i % every === 0).map((value) => Number(value.toPrecision(7)));
    const range = Number((Math.max(...values) - Math.min(...values)).toPrecision(7));
    outputs[name] = { length: values.length, range, every, values: stored };
    console.log(
      `${spec.name}.${name}: ${values.length} values, ${stored.length} stored, range ${range}, first ${stored[0]}, last ${stored.at(-1)}`,
    );
  }
  reference.models[spec.name] = { batch, outputs };
}
reference.madeWith = `@vladmandic/human ${humanVersion}, TensorFlow.js ${tf.version.tfjs}, cpu backend`;
await writeFile(referenceFile, `${JSON.stringify(reference, null, 1)}\n`);
