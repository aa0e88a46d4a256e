import { join } from 'node:path';
import { signatureProblems } from './graph-signature.ts';
import { type OnnxOutline, readOnnxOutline } from './onnx-outline.ts';
import { PackError } from './pack-error.ts';
import type { PackManifest } from './pack-manifest.ts';

/** Operators that files of the field carry and no onnxruntime knows, and what to take instead. */
const FOREIGN_OPERATORS: Readonly<Record<string, string>> = {
  GridSample3D: 'it needs a TensorRT plug-in; take the file without "-fix" in its name (warping_spade.onnx)',
};

/**
 * Compares every graph of a pack with what its manifest says of it.
 * @param pathOf where a file of the manifest lies; by default in `folder`
 * @throws PackError `wrong-signature`, `unsafe-file` or `missing-file`
 */
export async function checkGraphs(
  manifest: Pick<PackManifest, 'graphs' | 'files'>,
  folder: string,
  pathOf: (file: string) => string = (file) => join(folder, file),
): Promise<void> {
  const files = manifest.files.map(({ name }) => name);
  for (const [graph, expected] of Object.entries(manifest.graphs)) {
    const outline = await readOnnxOutline(pathOf(expected.file));
    checkOutline(outline, expected.file, files);
    const problems = signatureProblems(expected, outline.signature);
    if (problems.length === 0) continue;
    throw new PackError('wrong-signature', `${expected.file} is not the graph ${graph}: ${problems.join('; ')}`);
  }
}

/** @throws PackError where the file wants weights or operators that are not there */
export function checkOutline(
  { externalFiles, operators }: OnnxOutline,
  file: string,
  packFiles: readonly string[],
): void {
  const unlisted = externalFiles.filter((name) => !packFiles.includes(name));
  if (unlisted.length > 0) {
    throw new PackError(
      'unsafe-file',
      `${file} keeps weights in another file (${JSON.stringify(unlisted[0]).slice(0, 200)}) that is not among the ` +
        'pack’s files; add it there, or save the model as one file',
    );
  }
  for (const [operator, advice] of Object.entries(FOREIGN_OPERATORS)) {
    if (operators.has(operator)) {
      throw new PackError(
        'wrong-signature',
        `${file} uses the operator ${operator}, which no onnxruntime has: ${advice}`,
      );
    }
  }
}
