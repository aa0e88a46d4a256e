import { catalogueEntry } from '../../packs/store/catalogue.ts';
import { installPack } from '../../packs/store/install-pack.ts';
import type { PackStore } from '../../packs/store/pack-store.ts';
import { CommandError, usageError } from '../command-error.ts';
import type { InstallRequest } from './arguments.ts';
import { ByteProgress } from './byte-progress.ts';
import { describeInstalled } from './describe-pack.ts';
import { requireConsent } from './licence-consent.ts';

/** `packs -- install`: a pack of the catalogue is downloaded. @throws PackError, CommandError */
export async function installFromCatalogue(
  store: PackStore,
  { name, yes, acceptChanged }: InstallRequest,
): Promise<void> {
  const entry = catalogueEntry(name);
  if (entry.files.length === 0) {
    const { notice, name: licence, url } = entry.licence;
    process.stderr.write(
      `${entry.title}\nLicence: ${licence}\n  ${notice}\n  ${url}\n\n${entry.byHand.join('\n')}\n\n`,
    );
    throw new CommandError(`${name} cannot be downloaded; the steps above get it`);
  }
  await requireConsent(entry.title, entry.licence, yes);
  let progress: ByteProgress | null = null;
  try {
    const pack = await installPack(store, entry, {
      acceptChanged,
      mirror: mirrorOf(process.env),
      progress: {
        onFile(file, index, count) {
          progress?.end();
          progress = new ByteProgress(`${index + 1}/${count} ${file.name}`);
        },
        onBytes: (done, total) => progress?.update(done, total),
        onRetry: (reason, pauseMs) => progress?.note(`${reason}; going on in ${Math.ceil(pauseMs / 1000)} s`),
        onCheck() {
          progress?.end();
          progress = null;
          process.stderr.write('checking…\n');
        },
      },
    });
    process.stdout.write(describeInstalled(pack));
  } finally {
    (progress as ByteProgress | null)?.end();
  }
}

/**
 * The mirror of Hugging Face that HF_ENDPOINT names, as its own programs take it. What comes from there must have the
 * same hashes.
 * @throws CommandError where it is no address
 */
function mirrorOf({ HF_ENDPOINT: endpoint }: NodeJS.ProcessEnv): (url: string) => string {
  if (!endpoint) return (url) => url;
  if (!/^https?:\/\//.test(endpoint) || !URL.canParse(endpoint)) {
    throw usageError(`HF_ENDPOINT must be an http(s) address, not "${endpoint}"`);
  }
  return (url) => url.replace(/^https:\/\/huggingface\.co(?=\/)/, endpoint.replace(/\/+$/, ''));
}
