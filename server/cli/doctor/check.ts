/**
 * `ok`; `note`: something better could be had, or is not needed with these settings; `failed`: Effigy cannot run.
 */
export type CheckStatus = 'ok' | 'note' | 'failed';

/** What one look at the machine found. */
export interface CheckResult {
  readonly status: CheckStatus;
  /** What was found. */
  readonly found: string;
  /** What to do about it, where something can be done. */
  readonly advice?: string;
}

/** One thing that Effigy needs, or is faster with. */
export interface Check {
  readonly name: string;
  /** Looks; whatever it rejects with is a failure, too. */
  readonly look: () => Promise<CheckResult>;
}

export interface NamedResult extends CheckResult {
  readonly name: string;
}

export const ok = (found: string): CheckResult => ({ status: 'ok', found });
export const note = (found: string, advice?: string): CheckResult => ({ status: 'note', found, advice });
export const failed = (found: string, advice?: string): CheckResult => ({ status: 'failed', found, advice });

/** Looks at one thing after the other; none of them can end the examination. */
export async function examine(checks: readonly Check[], told: (result: NamedResult) => void): Promise<NamedResult[]> {
  const results: NamedResult[] = [];
  for (const { name, look } of checks) {
    const result = { name, ...(await look().catch((error: unknown) => failed(oneLine(error)))) };
    results.push(result);
    told(result);
  }
  return results;
}

/** `ok      Node        24.1.0`, and what to do on a line of its own. */
export function describeResult({ name, status, found, advice }: NamedResult): string {
  const line = `${status.padEnd(7)} ${name.padEnd(16)} ${found}`;
  return advice ? `${line}\n${' '.repeat(25)}→ ${advice}` : line;
}

export function oneLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.trim().replaceAll(/\s*\n\s*/g, ' ');
}
