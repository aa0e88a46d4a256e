import { type ChildProcess, spawn } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import { freePort } from '../sfu/testing/free-port.ts';
import { childPids, isAlive } from './testing/child-processes.ts';

const MAIN = join(import.meta.dirname, 'main.ts');

/** The server as a user starts it. */
class Started {
  readonly child: ChildProcess;
  output = '';

  constructor(args: readonly string[]) {
    // A folder without a configuration file.
    this.child = spawn(process.execPath, [MAIN, ...args], {
      env: { ...process.env, INIT_CWD: mkdtempSync(join(tmpdir(), 'effigy-main-')) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on('data', (chunk) => {
        this.output += chunk;
      });
    }
  }

  async exitCode(): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'close');
    return this.child.exitCode;
  }

  /** Waits until it says where the page is. */
  async announced(): Promise<void> {
    await expect.poll(() => this.output, { timeout: 15_000 }).toContain('Effigy is at');
  }
}

let started: Started[] = [];
function start(...args: string[]): Started {
  const one = new Started(args);
  started.push(one);
  return one;
}

afterEach(async () => {
  for (const one of started) {
    one.child.kill('SIGKILL');
    await one.exitCode();
  }
  started = [];
});

async function ports(): Promise<string[]> {
  return ['--port', `${await freePort()}`, '--rtc-base-port', `${await freePort()}`, '--studios', '2'];
}

describe('npm start', () => {
  test('--help explains every option and starts nothing', async () => {
    const help = start('--help');
    expect(await help.exitCode()).toBe(0);
    expect(help.output).toContain('--rtc-announced-address');
  });

  test('with wrong values ends with every reason', async () => {
    const wrong = start('--port', '99999', '--studois', '2');
    expect(await wrong.exitCode()).toBe(1);
    expect(wrong.output).toContain('--port: 99999 must be a whole number from 1 to 65535');
    expect(wrong.output).toContain('did you mean --studios?');
  });

  test('shows the settings, their origin and the address', async () => {
    const server = start(...(await ports()), '--log-level', 'silent');
    await server.announced();
    expect(server.output).toMatch(/studios 2 \(flag\)/);
    expect(server.output).toMatch(/Effigy is at http:\/\/localhost:\d+/);
  });

  test('on a port that is taken ends with what to do, and leaves nothing running', async () => {
    const port = await freePort();
    const other = createServer().listen(port, '127.0.0.1');
    await once(other, 'listening');
    const server = start('--port', `${port}`, '--rtc-base-port', `${await freePort()}`);
    expect(await server.exitCode()).toBe(1);
    expect(server.output).toContain(`Port ${port} is in use`);
    other.close();
  });

  test('on media ports that are taken ends with what to do', async () => {
    const rtcPort = await freePort();
    const other = createServer().listen(rtcPort, '127.0.0.1');
    await once(other, 'listening');
    const server = start(
      '--port',
      `${await freePort()}`,
      '--rtc-base-port',
      `${rtcPort}`,
      '--rtc-listen-ips',
      '127.0.0.1',
    );
    expect(await server.exitCode()).toBe(1);
    expect(server.output).toContain(`media port ${rtcPort}`);
    other.close();
  });
});

describe('the end', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)('by %s is complete: no child stays', async (signal) => {
    const server = start(...(await ports()));
    await server.announced();
    await expect.poll(() => childPids('', server.child.pid).length, { timeout: 10_000 }).toBeGreaterThanOrEqual(3);
    const children = childPids('', server.child.pid);
    server.child.kill(signal);
    expect(await server.exitCode()).toBe(0);
    await expect.poll(() => children.filter(isAlive)).toEqual([]);
  });

  test('by SIGKILL takes the children along', async () => {
    const server = start(...(await ports()));
    await server.announced();
    await expect.poll(() => childPids('', server.child.pid).length, { timeout: 10_000 }).toBeGreaterThanOrEqual(3);
    const children = childPids('', server.child.pid);
    server.child.kill('SIGKILL');
    await server.exitCode();
    await expect.poll(() => children.filter(isAlive), { timeout: 10_000 }).toEqual([]);
  });
});

describe('HTTPS', () => {
  test('--lan serves it with a certificate of its own, kept for the next time, and draws a code for phones', async () => {
    const cache = mkdtempSync(join(tmpdir(), 'effigy-cache-'));
    const models = process.env.EFFIGY_MODELS_DIR
      ? []
      : ['--models-dir', join(process.env.HOME ?? '', '.cache/effigy/models')];
    const args = ['--lan', '--host', '127.0.0.1', '--rtc-listen-ips', '127.0.0.1', '--cache', cache, ...models];
    const first = start(...(await ports()), ...args);
    await first.announced();
    const [address] = first.output.match(/https:\/\/[^\s]+/) ?? [];
    expect(first.output).toContain('▄');
    expect(await fingerprint(address!)).toBe(fingerprintOfFile(cache));
    first.child.kill('SIGTERM');
    await first.exitCode();

    const second = start(...(await ports()), ...args);
    await second.announced();
    const [again] = second.output.match(/https:\/\/[^\s]+/) ?? [];
    expect(await fingerprint(again!)).toBe(fingerprintOfFile(cache));
  });

  test('with a certificate that is none ends with the reason', async () => {
    const server = start(...(await ports()), '--cert', MAIN, '--key', MAIN);
    expect(await server.exitCode()).toBe(1);
    expect(server.output).toContain('cannot be used');
  });
});

function fingerprintOfFile(cache: string): string {
  return new X509Certificate(readFileSync(join(cache, 'certificate', 'cert.pem'))).fingerprint256;
}

async function fingerprint(address: string): Promise<string> {
  const { hostname, port } = new URL(address);
  const socket = connectTls({ host: hostname, port: Number(port), rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const { fingerprint256 } = socket.getPeerCertificate();
  // The server may be ended the moment this returns: nothing must be left to be reset.
  socket.destroy();
  await once(socket, 'close');
  return fingerprint256;
}

test('ends with the reasons where a GPU is required and there is none', async () => {
  const packs = join(import.meta.dirname, '../packs/fomm/testing');
  const server = start(
    ...(await ports()),
    '--packs-dir',
    packs,
    '--pack',
    'fomm-tiny',
    '--require-gpu',
    '--execution-providers',
    'cpu',
  );
  expect(await server.exitCode()).toBe(1);
  expect(server.output).toContain(
    'A GPU is required, and none can be used (only cpu is among the execution providers).',
  );
});
