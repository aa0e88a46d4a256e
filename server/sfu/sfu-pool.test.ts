import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { SfuPool } from './sfu-pool.ts';
import { freePort } from './testing/free-port.ts';

const log = { warn: vi.fn(), error: vi.fn() };
let pool: SfuPool | undefined;
afterEach(() => pool?.close());

async function poolOptions(workerCount: number, basePort?: number) {
  return {
    workerBin: process.env.EFFIGY_MEDIASOUP_WORKER || undefined,
    listenIps: ['127.0.0.1'],
    announcedAddress: '',
    basePort: basePort ?? (await freePort()),
    workerCount,
  };
}

test('sessions go to the worker with the fewest', async () => {
  pool = await SfuPool.start(await poolOptions(2), log);
  const first = pool.leastLoaded()!;
  first.hold();
  const second = pool.leastLoaded()!;
  expect(second).not.toBe(first);
  second.hold();
  second.hold();
  expect(pool.leastLoaded()).toBe(first);
});

test('a worker that dies is replaced on its port', async () => {
  pool = await SfuPool.start(await poolOptions(1), log);
  const doomed = pool.leastLoaded()!;
  process.kill(doomed.pid, 'SIGKILL');
  await expect.poll(() => pool?.leastLoaded()?.pid ?? doomed.pid, { timeout: 5000 }).not.toBe(doomed.pid);
  expect(pool.aliveCount).toBe(1);
});

test('a media port that is taken is said so, in words, whether it is UDP or TCP', async () => {
  const port = await freePort();
  const tcp = createServer().listen(port, '127.0.0.1');
  await once(tcp, 'listening');
  await expect(SfuPool.start(await poolOptions(1, port), log)).rejects.toMatchObject({
    code: 'port-in-use',
    message: expect.stringMatching(new RegExp(`port ${port} .* --rtc-base-port`)),
  });
  tcp.close();
  const udp = createSocket('udp4').bind(port, '127.0.0.1');
  await once(udp, 'listening');
  await expect(SfuPool.start(await poolOptions(1, port), log)).rejects.toMatchObject({ code: 'port-in-use' });
  udp.close();
});

test('an address that this machine does not have is said so', async () => {
  const options = { ...(await poolOptions(1)), listenIps: ['192.0.2.77'] };
  await expect(SfuPool.start(options, log)).rejects.toThrow(/none of the addresses 192.0.2.77/);
});
