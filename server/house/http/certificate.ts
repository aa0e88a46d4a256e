import { X509Certificate } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { generate } from 'selfsigned';
import type { TlsIdentity } from './listeners.ts';

/** iOS trusts no certificate that is valid for longer than 825 days. */
const VALID_DAYS = 397;
/** A certificate is made anew this long before it ends. */
const RENEW_BEFORE_MS = 7 * 24 * 3600 * 1000;

/**
 * A self-signed certificate for this machine's addresses, kept in `folder` so that a phone which accepted it need not
 * be asked again; made anew when an address is missing in it or its time is nearly over.
 */
export async function selfSignedIdentity(folder: string, addresses: readonly string[]): Promise<TlsIdentity> {
  const files = { key: join(folder, 'key.pem'), cert: join(folder, 'cert.pem') };
  const kept = readIdentity(files);
  if (kept && covers(kept.cert, addresses)) return kept;
  const made = await makeIdentity(addresses);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(files.key, made.key, { mode: 0o600 });
  writeFileSync(files.cert, made.cert);
  return made;
}

/** A certificate or key that cannot be used, in a sentence for people. */
export class CertificateError extends Error {
  override readonly name = 'CertificateError';
}

/** A certificate and its key from files. @throws CertificateError */
export function identityFromFiles(certFile: string, keyFile: string): TlsIdentity {
  try {
    const identity = { cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
    createSecureContext(identity); // refuses what does not belong together
    return identity;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CertificateError(`The certificate ${certFile} and the key ${keyFile} cannot be used: ${reason}.`, {
      cause: error,
    });
  }
}

function readIdentity(files: { key: string; cert: string }): TlsIdentity | null {
  try {
    return { key: readFileSync(files.key, 'utf8'), cert: readFileSync(files.cert, 'utf8') };
  } catch {
    return null;
  }
}

function covers(pem: string, addresses: readonly string[]): boolean {
  try {
    const certificate = new X509Certificate(pem);
    const endsSoon = certificate.validToDate.getTime() - Date.now() < RENEW_BEFORE_MS;
    return !endsSoon && addresses.every((address) => certificate.checkIP(address) !== undefined);
  } catch {
    return false;
  }
}

async function makeIdentity(addresses: readonly string[]): Promise<TlsIdentity> {
  const made = await generate([{ name: 'commonName', value: 'Effigy on this network' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notAfterDate: new Date(Date.now() + VALID_DAYS * 24 * 3600 * 1000),
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'keyUsage', digitalSignature: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
          ...addresses.map((ip) => ({ type: 7 as const, ip })),
        ],
      },
    ],
  });
  return { key: made.private, cert: made.cert };
}
