import { catalogue } from '../../packs/store/catalogue.ts';
import { formatBytes } from '../../packs/store/disk.ts';
import type { PackListing, PackStore } from '../../packs/store/pack-store.ts';
import type { ListRequest } from './arguments.ts';
import { packBytes } from './describe-pack.ts';

/** `packs -- list`: what is installed, and what can be had. */
export async function listPacks(store: PackStore, { json }: ListRequest): Promise<void> {
  const listings = await store.list();
  process.stdout.write(json ? asJson(store.root, listings) : asText(store.root, listings));
}

function asText(root: string, listings: readonly PackListing[]): string {
  const lines = [`Packs in ${root}:`, '  mesh: built in'];
  for (const { name, pack, problem } of listings) {
    if (problem) {
      lines.push(`  ${name}: CANNOT BE USED: ${problem.message}`);
      continue;
    }
    const { title, version, weights, licence } = pack.manifest;
    const remarks = [
      formatBytes(packBytes(pack.manifest)),
      `version ${version}`,
      `${licence.name}${licence.nonCommercial ? ', non-commercial use only' : ''}`,
      ...(weights === 'random' ? ['random weights'] : []),
    ];
    lines.push(`  ${name}: ${title} (${remarks.join('; ')})`);
  }
  const others = available(listings);
  if (others.length > 0) lines.push('', 'To be had:');
  for (const { name, title, files, licence, byHand } of others) {
    const bytes = files.reduce((sum, { approximateBytes }) => sum + approximateBytes, 0);
    const use = licence.nonCommercial ? ', non-commercial use only' : '';
    lines.push(`  ${name}: ${title}${bytes > 0 ? `, ${formatBytes(bytes)}` : ''} (${licence.name}${use})`);
    lines.push(...byHand.map((line) => `    ${line}`));
  }
  return `${lines.join('\n')}\n`;
}

function asJson(packsDir: string, listings: readonly PackListing[]): string {
  const packs = listings.map(({ name, pack, problem }) => {
    if (problem) return { name, problem: { fault: problem.fault, message: problem.message } };
    const { kind, title, version, weights, licence, source } = pack.manifest;
    const bytes = packBytes(pack.manifest);
    return { name, problem: null, kind, title, version, weights, bytes, licence, source, folder: pack.folder };
  });
  const toBeHad = available(listings).map(({ name, kind, title, version, licence, source, files, byHand }) => ({
    name,
    kind,
    title,
    version,
    licence,
    source,
    canBeDownloaded: files.length > 0,
    approximateBytes: files.reduce((sum, { approximateBytes }) => sum + approximateBytes, 0) || null,
    byHand,
  }));
  return `${JSON.stringify({ packsDir, packs, available: toBeHad }, null, 2)}\n`;
}

function available(listings: readonly PackListing[]) {
  return catalogue.filter(({ name }) => !listings.some((listing) => listing.name === name));
}
