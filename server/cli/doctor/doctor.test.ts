import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { freePort } from '../../sfu/testing/free-port.ts';
import { runCli } from '../testing/run-cli.ts';
import { describeResult, examine, failed, note, ok } from './check.ts';
import { memoryCheck, nodeCheck } from './machine-checks.ts';

const GIB = 2 ** 30;
const PACKS = join(import.meta.dirname, '../../packs/fomm/testing');
const schema = z.strictObject({
  canRun: z.boolean(),
  checks: z.array(
    z.strictObject({
      name: z.string(),
      status: z.enum(['ok', 'note', 'failed']),
      found: z.string().min(1),
      advice: z.string().min(1).optional(),
    }),
  ),
});

async function doctor(...args: string[]) {
  const { code, stdout } = await runCli('doctor', ['--json', '--rtc-base-port', `${await freePort()}`, ...args]);
  const { canRun, checks } = schema.parse(JSON.parse(stdout));
  return { code, canRun, byName: Object.fromEntries(checks.map((check) => [check.name, check])) };
}

describe('npm run doctor', () => {
  test('looks at everything, and finds that Effigy can run', { timeout: 60_000 }, async () => {
    const pack = ['--packs-dir', PACKS, '--pack', 'fomm-tiny', '--execution-providers', 'cpu'];
    const { code, canRun, byName } = await doctor('--port', `${await freePort()}`, ...pack);
    expect({ code, canRun }).toEqual({ code: 0, canRun: true });
    expect(Object.keys(byName)).toEqual([
      'Node',
      'Memory',
      'NVIDIA driver',
      'CUDA and cuDNN',
      'TensorRT',
      'Vulkan (WebGPU)',
      'Page port',
      'mediasoup worker',
      'Codecs',
      'Face models',
      'Packs',
      'Pack fomm-tiny',
    ]);
    for (const name of ['Node', 'Page port', 'mediasoup worker', 'Codecs', 'Face models']) {
      expect(byName[name], name).toMatchObject({ status: 'ok' });
    }
    expect(byName.Packs.found).toContain('fomm-tiny');
    expect(byName['Pack fomm-tiny']).toMatchObject({ status: 'ok', found: 'runs on cpu' });
  });

  test('says what to do about a port that is taken and a pack that is not there', { timeout: 60_000 }, async () => {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as { port: number };
    const { code, canRun, byName } = await doctor('--port', `${port}`, '--packs-dir', PACKS, '--pack', 'wax');
    server.close();
    expect({ code, canRun }).toEqual({ code: 1, canRun: false });
    expect(byName['Page port']).toMatchObject({ status: 'failed', advice: expect.stringContaining('--port') });
    expect(byName['Pack wax']).toMatchObject({
      status: 'failed',
      found: expect.stringContaining('no pack "wax" is installed'),
      advice: '--pack mesh runs everywhere',
    });
  });

  test('refuses settings that nobody knows', { timeout: 30_000 }, async () => {
    const { code, stderr } = await runCli('doctor', ['--pain', 'everywhere']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^doctor: --pain is not an option/);
  });
});

describe('an examination', () => {
  test('goes on when a check breaks', async () => {
    const told: string[] = [];
    const results = await examine(
      [
        { name: 'one', look: () => Promise.reject(new Error('snapped\n  in two')) },
        { name: 'two', look: async () => ok('whole') },
      ],
      ({ name }) => told.push(name),
    );
    expect(results).toEqual([
      { name: 'one', status: 'failed', found: 'snapped in two' },
      { name: 'two', status: 'ok', found: 'whole' },
    ]);
    expect(told).toEqual(['one', 'two']);
  });

  test('is told in a line each, and what to do in another', () => {
    expect(describeResult({ name: 'Node', ...ok('24.1.0') })).toBe('ok      Node             24.1.0');
    expect(describeResult({ name: 'Port', ...failed('taken', 'choose another') })).toMatch(
      /taken\n +→ choose another$/,
    );
  });

  test('judges Node and memory', async () => {
    expect(await nodeCheck('20.11.0').look()).toMatchObject({ status: 'failed' });
    expect(await nodeCheck('26.0.1').look()).toEqual(ok('26.0.1'));
    const memory = (studios: number, gib: number) => memoryCheck(studios, gib * GIB, GIB).look();
    expect(await memory(1, 1)).toMatchObject({ status: 'failed' });
    expect(await memory(16, 4)).toEqual(note('4.0 GiB, 1.0 GiB of it free', expect.stringContaining('--studios')));
    expect(await memory(2, 16)).toMatchObject({ status: 'ok' });
  });
});
