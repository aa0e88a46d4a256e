/** Where a host is out of reach, what can be done without it should begin soon. */
const CONNECT_TIMEOUT_MS = 6_000;

/**
 * Begins a download.
 * @param {string} url
 * @param {AbortController} [abort] ends it later
 * @returns {Promise<Response>} with its body still to come
 * @throws {Error} whose message says why not, in a few words
 */
export async function openUrl(url, abort = new AbortController()) {
  const timer = setTimeout(() => abort.abort(), CONNECT_TIMEOUT_MS);
  const response = await fetch(url, { signal: abort.signal })
    .catch((cause) => {
      const reason = abort.signal.aborted ? 'its server does not answer' : 'its server cannot be reached';
      throw new Error(reason, { cause });
    })
    .finally(() => clearTimeout(timer));
  if (response.ok) return response;
  await response.body?.cancel();
  throw new Error(response.status === 404 ? 'its server has none' : `its server answered ${response.status}`);
}
