import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { z } from 'zod';
import {
  type FaceModelName,
  type FaceModelSpec,
  faceModelNames,
  faceModelSpecs,
  humanVersion,
} from './face-model-specs.ts';
import { readTfjsGraph } from './tfjs-graph.ts';
import { convertToOnnx } from './tfjs-to-onnx.ts';

/** Paths of the converted ONNX files. */
export type FaceModelPaths = Readonly<Record<FaceModelName, string>>;

/** To be raised whenever the conversion gives other bytes, so that caches made by older code are rebuilt. */
const CONVERSION_REVISION = 2;

/** Written last: its presence says that the files beside it are whole. */
const stampSchema = z.object({
  revision: z.literal(CONVERSION_REVISION),
  models: z.record(z.enum(faceModelNames), z.object({ source: z.string(), output: z.string() })),
});

/** The source files are not those that this code was written for. */
export class SourceChecksumError extends Error {
  constructor(file: string, expected: string, actual: string) {
    super(
      `${file} of @vladmandic/human has SHA-256 ${actual}, expected ${expected}. ` +
        `Install version ${humanVersion} again (npm ci); if the version was changed on purpose, ` +
        'check the new models and update the checksums in models/convert/human/face-model-specs.ts.',
    );
    this.name = 'SourceChecksumError';
  }
}

/** Where to take the source files from; tests give a folder of their own. */
export interface ConvertOptions {
  readonly sourceDir?: string;
}

/**
 * Makes sure that the ONNX face models are in `cacheDir`, converting them where they are missing, damaged or made by
 * an older conversion. A later call only checks the files' hashes. Safe to run in several processes at once.
 * @throws SourceChecksumError if the installed package is not the pinned one
 */
export async function ensureFaceModels(
  cacheDir: string,
  onProgress: (message: string) => void = () => {},
  { sourceDir = installedModelsDir() }: ConvertOptions = {},
): Promise<FaceModelPaths> {
  const folder = path.join(cacheDir, `human-${humanVersion}`);
  const stampFile = path.join(folder, 'stamp.json');
  const paths = Object.fromEntries(
    faceModelNames.map((name) => [name, path.join(folder, `${name}.onnx`)]),
  ) as FaceModelPaths;
  if (await isComplete(stampFile, paths)) return paths;

  await mkdir(folder, { recursive: true });
  const models: z.infer<typeof stampSchema>['models'] = {} as never;
  for (const name of faceModelNames) {
    const spec = faceModelSpecs[name];
    const startedAt = performance.now();
    const model = await convertModel(spec, sourceDir);
    await writeAtomically(paths[name], model);
    models[name] = { source: sourceId(spec), output: sha256(model) };
    const megabytes = (model.length / 1e6).toFixed(1);
    onProgress(`face model ${name}: ${megabytes} MB ONNX in ${Math.round(performance.now() - startedAt)} ms`);
  }
  await writeAtomically(stampFile, Buffer.from(JSON.stringify({ revision: CONVERSION_REVISION, models }, null, 2)));
  return paths;
}

/** The bytes of one converted model. */
export async function convertModel(spec: FaceModelSpec, sourceDir = installedModelsDir()): Promise<Uint8Array> {
  const json = await readVerified(sourceDir, `${spec.name}.json`, spec.sha256.json);
  const bin = await readVerified(sourceDir, `${spec.name}.bin`, spec.sha256.bin);
  return convertToOnnx(readTfjsGraph(json.toString('utf8'), bin), spec);
}

/** The models folder of the installed `@vladmandic/human` package. */
export function installedModelsDir(): string {
  const entry = createRequire(import.meta.url).resolve('@vladmandic/human');
  return path.join(path.dirname(entry), '..', 'models');
}

async function readVerified(folder: string, file: string, expected: string): Promise<Buffer> {
  const bytes = await readFile(path.join(folder, file));
  const actual = sha256(bytes);
  if (actual !== expected) throw new SourceChecksumError(file, expected, actual);
  return bytes;
}

async function isComplete(stampFile: string, paths: FaceModelPaths): Promise<boolean> {
  try {
    const { models } = stampSchema.parse(JSON.parse(await readFile(stampFile, 'utf8')));
    for (const name of faceModelNames) {
      if (models[name].source !== sourceId(faceModelSpecs[name])) return false;
      if (models[name].output !== sha256(await readFile(paths[name]))) return false;
    }
    return true;
  } catch {
    // No stamp, not a stamp, or a file missing: all mean that the models have to be made.
    return false;
  }
}

async function writeAtomically(file: string, bytes: Uint8Array): Promise<void> {
  const partial = `${file}.${randomUUID()}.part`;
  try {
    await writeFile(partial, bytes);
    await rename(partial, file);
  } finally {
    await rm(partial, { force: true });
  }
}

function sourceId(spec: FaceModelSpec): string {
  return sha256(Buffer.from(spec.sha256.json + spec.sha256.bin));
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

if (import.meta.main) {
  const cacheDir = process.argv[2];
  if (!cacheDir) {
    console.error('usage: node models/convert/human/convert.ts <cacheDir>');
    process.exit(2);
  }
  const paths = await ensureFaceModels(cacheDir, console.log);
  console.log(`face models ready in ${path.dirname(paths.blazeface)}`);
}
