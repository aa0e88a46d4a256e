/**
 * The changes that mediasoup-worker's sources need to build and run with a distribution's tools and libraries.
 * @type {{ file: string, why: string, from: string, to: string }[]}
 */
export const patches = [
  {
    file: 'meson.build',
    why: 'Debian 12 has Meson 1.0, which builds it as well',
    from: "meson_version: '>= 1.1.0'",
    to: "meson_version: '>= 1.0.0'",
  },
  {
    file: 'meson.build',
    why: 'half of the time goes into parsing the same headers again (see sources/precompiled)',
    from: "sources: common_sources + ['src/main.cpp'],",
    to: "sources: common_sources + ['src/main.cpp'], cpp_pch: 'precompiled/worker.hpp',",
  },
  {
    file: 'src/RTC/DtlsTransport.cpp',
    // A BIO callback is called again after each operation, with BIO_CB_RETURN *or-ed* to its type, and its result then
    // replaces that of the operation. mediasoup compares for equality, which never holds, so every operation seems to
    // have returned 1. The bundled OpenSSL has no kernel TLS and does not mind; a distribution's has, takes
    // BIO_get_ktls_send() == 1 for "the kernel encrypts", allocates no write buffer, and the first DTLS write crashes.
    why: 'an OpenSSL with kernel TLS crashes at the first DTLS write',
    from: '(operationType == BIO_CB_RETURN) ?',
    to: '((operationType & BIO_CB_RETURN) != 0) ?',
  },
];

/**
 * Applies one patch to the text of its file.
 * @param {string} source
 * @param {{ file: string, why: string, from: string, to: string }} patch
 * @returns {string}
 * @throws {Error} where the text to change is not there exactly once: the sources are others than it was made for
 */
export function applyPatch(source, { file, why, from, to }) {
  const parts = source.split(from);
  if (parts.length !== 2) {
    throw new Error(
      `mediasoup's worker/${file} has changed: the patch for "${why}" finds its place ${parts.length - 1} times. ` +
        'See server/setup/mediasoup-worker/patches.mjs.',
    );
  }
  return parts.join(to);
}
