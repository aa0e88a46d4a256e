import { createInterface } from 'node:readline/promises';
import type { Licence } from '../../packs/store/pack-manifest.ts';
import { CommandError } from '../command-error.ts';

/**
 * Shows a pack's licence and has the user agree to it.
 * @param yes already agreed to on the command line
 * @throws CommandError where the user does not agree, or nobody can be asked
 */
export async function requireConsent(title: string, licence: Licence, yes: boolean): Promise<void> {
  const use = licence.nonCommercial ? 'FOR NON-COMMERCIAL USE ONLY' : 'also for commercial use';
  process.stderr.write(`${title}\nLicence: ${licence.name} (${use})\n  ${licence.notice}\n  ${licence.url}\n\n`);
  if (yes) return;
  if (!process.stdin.isTTY) throw new CommandError('add --yes to agree to this licence');
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await prompt.question('Install under this licence? [y/N] ');
    if (!/^\s*y(es)?\s*$/i.test(answer)) throw new CommandError('nothing was installed');
  } finally {
    prompt.close();
  }
}
