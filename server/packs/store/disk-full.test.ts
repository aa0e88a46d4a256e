import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { requireFreeSpace } from './disk.ts';
import { FileServer } from './testing/file-server.ts';
import { tinyFiles } from './testing/tiny-pack.ts';

const run = promisify(execFile);
const CHILD = fileURLToPath(new URL('./testing/install-child.ts', import.meta.url));

/** A small disk of our own: a tmpfs in a namespace, which needs no rights where the system lets users have those. */
const hasNamespaces =
  process.platform === 'linux' &&
  spawnSync('unshare', ['--user', '--map-root-user', '--mount', 'sh', '-c', 'mount -t tmpfs none /mnt']).status === 0;

let place: string;
let server: FileServer;
beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), 'effigy-disk-'));
});
afterAll(() => rmSync(place, { recursive: true, force: true }));
beforeEach(async () => {
  server = await FileServer.start();
});
afterEach(() => server.close());

/** Mounts a tmpfs, installs the tests' pack into it, and runs a shell line there afterwards. */
async function installOn(mountOptions: string, afterwards = 'true'): Promise<string> {
  const script = 'mount -t tmpfs -o "$1" none "$2" && "$3" "$4" "$2/packs" "$5"; cd "$2" && sh -c "$6"';
  const args = ['sh', '-c', script, 'sh', mountOptions, place, process.execPath, CHILD, server.baseUrl, afterwards];
  return (await run('unshare', ['--user', '--map-root-user', '--mount', ...args])).stdout;
}

test('more room than there is is refused beforehand, with what is missing', async () => {
  await requireFreeSpace(place, 1000);
  await expect(requireFreeSpace(place, 2 ** 60)).rejects.toMatchObject({
    fault: 'disk-full',
    message: expect.stringMatching(/free \d.* GB, or name a folder on another disk with --packs-dir/),
  });
});

describe.runIf(hasNamespaces)('on a small disk', () => {
  test('an install that cannot fit does not begin', async () => {
    for (const [name, bytes] of Object.entries(tinyFiles())) server.serve(name, { bytes });
    expect(await installOn('size=1m')).toMatch(
      /^refused disk-full: the disk of .* has .* free, and 67\.\d MB are needed/m,
    );
    expect(server.requests).toEqual([]);
  });

  test('one that fills it all the same is told so, and keeps what came', async () => {
    // The catalogue believes that the files are small.
    const files = tinyFiles({ weightBytes: 25e6 });
    for (const [name, bytes] of Object.entries(files)) server.serve(name, { bytes, pieceBytes: 4 << 20 });
    const output = await installOn('size=68m', 'ls -A packs packs/.staging/*');
    expect(output).toMatch(
      /^refused disk-full: the disk of .* is full \(ENOSPC at .*\w+\.onnx\.part\).*goes on where/m,
    );
    expect(output).toMatch(/^keypoints\.onnx\.part$/m);
    expect(output).not.toMatch(/^\.lock$/m);
  });

  test('that may only be read is told as such', async () => {
    expect(await installOn('size=1m,ro')).toMatch(
      /^refused no-permission: .* cannot be written \(EROFS\).*--packs-dir/m,
    );
  });
});
