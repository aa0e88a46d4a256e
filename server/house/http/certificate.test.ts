import { X509Certificate } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CertificateError, identityFromFiles, selfSignedIdentity } from './certificate.ts';

function folder(): string {
  return mkdtempSync(join(tmpdir(), 'effigy-certificate-'));
}

test('a certificate of our own is good for the machine’s addresses, and is kept', async () => {
  const where = folder();
  const made = await selfSignedIdentity(where, ['192.168.1.20']);
  const certificate = new X509Certificate(made.cert);
  expect(certificate.checkIP('192.168.1.20')).toBe('192.168.1.20');
  expect(certificate.checkHost('localhost')).toBe('localhost');
  expect(certificate.validToDate.getTime() - Date.now()).toBeLessThan(825 * 24 * 3600 * 1000);
  expect(await selfSignedIdentity(where, ['192.168.1.20'])).toEqual(made);
});

test('it is made anew for an address that it does not have, and when it is damaged', async () => {
  const where = folder();
  const made = await selfSignedIdentity(where, ['192.168.1.20']);
  const next = await selfSignedIdentity(where, ['192.168.1.20', '10.0.0.5']);
  expect(next.cert).not.toBe(made.cert);
  writeFileSync(join(where, 'cert.pem'), 'rubbish');
  expect(new X509Certificate((await selfSignedIdentity(where, [])).cert).subject).toContain('Effigy');
});

test('a certificate and a key that do not belong together are refused', async () => {
  const [a, b] = [folder(), folder()];
  await selfSignedIdentity(a, []);
  await selfSignedIdentity(b, []);
  expect(identityFromFiles(join(a, 'cert.pem'), join(a, 'key.pem')).cert).toContain('BEGIN CERTIFICATE');
  expect(() => identityFromFiles(join(a, 'cert.pem'), join(b, 'key.pem'))).toThrow(CertificateError);
  expect(() => identityFromFiles(join(a, 'cert.pem'), join(a, 'nothing.pem'))).toThrow(CertificateError);
});
