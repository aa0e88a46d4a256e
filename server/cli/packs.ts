import { PackStore } from '../packs/store/pack-store.ts';
import { PACKS_HELP, parsePacksArguments } from './packs/arguments.ts';
import { importGiven } from './packs/import-given.ts';
import { installFromCatalogue } from './packs/install-from-catalogue.ts';
import { listPacks } from './packs/list-packs.ts';
import { settlePacksDir } from './packs/packs-dir.ts';
import { synthesisePack } from './packs/synthesise-pack.ts';
import { verifyPacks } from './packs/verify-packs.ts';
import { runCommand } from './run-command.ts';

/** `npm run packs`: model packs listed, installed, imported, verified, removed, and stand-ins made. */
await runCommand('packs', async (args) => {
  const request = parsePacksArguments(args);
  if (!request) {
    process.stdout.write(PACKS_HELP);
    return;
  }
  const store = new PackStore(settlePacksDir(request.packsDir));
  switch (request.action) {
    case 'list':
      return listPacks(store, request);
    case 'install':
      return installFromCatalogue(store, request);
    case 'import':
      return importGiven(store, request);
    case 'verify':
      return verifyPacks(store, request);
    case 'remove':
      await store.remove(request.name);
      process.stdout.write(`${request.name} is removed.\n`);
      return;
    case 'synth':
      return synthesisePack(store, request);
  }
});
