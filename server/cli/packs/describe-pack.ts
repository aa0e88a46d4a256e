import { formatBytes } from '../../packs/store/disk.ts';
import { optionalGraphs, type SettledManifest } from '../../packs/store/pack-manifest.ts';
import type { InstalledPack } from '../../packs/store/pack-store.ts';

/** What each graph that a pack may lack is for. */
const ADDS: Readonly<Record<string, string>> = {
  stitching: 'the seam between head and shoulders may move',
  eyeRetargeting: 'the eyes cannot be opened and closed by ratio',
  lipRetargeting: 'the lips cannot be opened and closed by ratio',
  landmarks: 'ratios of eyes and lips come from Effigy’s own landmarks',
};

/** Bytes of a pack's files. */
export function packBytes({ files }: SettledManifest): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** What is told after an install. */
export function describeInstalled({ name, folder, manifest }: InstalledPack): string {
  const lines = [`${name} is installed: ${manifest.title}, ${formatBytes(packBytes(manifest))}, in ${folder}`];
  if (manifest.weights === 'random') {
    lines.push('Its weights are random: it is for tests and measurements, and its pictures say so.');
  }
  for (const graph of optionalGraphs[manifest.kind]) {
    if (!Object.hasOwn(manifest.graphs, graph)) lines.push(`Without the graph ${graph}: ${ADDS[graph]}.`);
  }
  return `${lines.join('\n')}\n`;
}
