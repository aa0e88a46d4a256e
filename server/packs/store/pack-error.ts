/** Why a pack cannot be had, in words that code can switch on. */
export type PackFault =
  | 'unknown-pack'
  | 'bad-manifest'
  | 'missing-file'
  | 'unsafe-file'
  | 'wrong-size'
  | 'wrong-hash'
  | 'wrong-signature'
  | 'changed-upstream'
  | 'too-large'
  | 'network'
  | 'disk-full'
  | 'no-permission'
  | 'busy'
  | 'conversion';

/** Characters that move a terminal's cursor, or turn the reading direction: names come from strangers' files. */
const UNPRINTABLE = /(?!\n)\p{Cc}|[\u202a-\u202e\u2066-\u2069]/gu;

/** Something is wrong with a pack, or with getting one. The message is for the user: what, where, and what to do. */
export class PackError extends Error {
  readonly fault: PackFault;

  constructor(fault: PackFault, message: string, cause?: unknown) {
    super(message.replaceAll(UNPRINTABLE, '\ufffd'), cause === undefined ? undefined : { cause });
    this.name = 'PackError';
    this.fault = fault;
  }
}

/** The `code` of an error of Node's file system or network, e.g. `ENOENT`. */
export function errorCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : undefined;
}
