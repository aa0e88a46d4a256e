import { formatBytes } from '../../packs/store/disk.ts';
import { PackError } from '../../packs/store/pack-error.ts';
import type { PackReport, PackStore } from '../../packs/store/pack-store.ts';
import { CommandError } from '../command-error.ts';
import type { VerifyRequest } from './arguments.ts';

/** `packs -- verify`: every byte is read. @throws CommandError where a pack is not sound */
export async function verifyPacks(store: PackStore, { name, json }: VerifyRequest): Promise<void> {
  const names = name === null ? (await store.list()).map((listing) => listing.name) : [name];
  const reports: PackReport[] = [];
  for (const each of names) reports.push(await verifyOne(store, each, name !== null));
  if (json) process.stdout.write(`${JSON.stringify({ packsDir: store.root, packs: reports }, null, 2)}\n`);
  else process.stdout.write(reports.map(asText).join('') || `There are no packs in ${store.root}.\n`);
  const broken = reports.filter(({ isSound }) => !isSound).map((report) => report.name);
  if (broken.length > 0) throw new CommandError(`${broken.join(', ')} cannot be used; install or import again`);
}

async function verifyOne(store: PackStore, name: string, isNamed: boolean): Promise<PackReport> {
  try {
    return await store.verify(name);
  } catch (error) {
    // A name that there is not is the user's slip; a pack without a manifest is a finding.
    if (!(error instanceof PackError) || (isNamed && error.fault === 'unknown-pack')) throw error;
    return { name, isSound: false, files: [], problems: [error.message] };
  }
}

function asText({ name, isSound, files, problems }: PackReport): string {
  const lines = [`${name}: ${isSound ? 'sound' : 'NOT SOUND'}`];
  for (const file of files) lines.push(`  ${file.name}: ${file.problem ?? `${formatBytes(file.bytes)}, as recorded`}`);
  return `${[...lines, ...problems.map((problem) => `  ${problem}`)].join('\n')}\n`;
}
