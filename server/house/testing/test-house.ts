import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Config, loadConfig, thisMachine } from '../../config/config.ts';
import { freePort } from '../../sfu/testing/free-port.ts';
import { House } from '../house.ts';
import { createLog, type Log } from '../log.ts';

const STUB_STUDIO = fileURLToPath(new URL('./stub-studio.ts', import.meta.url));

/** A whole house in this process, on free ports of loopback, and what it logged. */
export interface TestHouse {
  readonly house: House;
  readonly config: Config;
  readonly url: string;
  /** Everything logged so far, a JSON line per event. */
  readonly logged: string[];
  /** Messages that stub studios were told, oldest first. */
  toldStudios(): Record<string, unknown>[];
}

/** @param studio `stub` speaks the protocol only; `real` animates. */
export async function startTestHouse(flags: readonly string[], studio: 'stub' | 'real' = 'stub'): Promise<TestHouse> {
  const [port, rtcPort] = [await freePort(), await freePort()];
  const cwd = mkdtempSync(join(tmpdir(), 'effigy-house-'));
  const args = ['--port', `${port}`, '--rtc-base-port', `${rtcPort}`, '--rtc-listen-ips', '127.0.0.1', ...flags];
  const { config } = loadConfig({ args, env: process.env, cwd, machine: thisMachine() });
  const logged: string[] = [];
  const output = { isTTY: false, write: (line: string) => logged.push(line) } as unknown as NodeJS.WriteStream;
  const log: Log = createLog('info', output);
  const house = await House.start(config, {
    log,
    lanAddresses: [],
    studioModulePath: studio === 'stub' ? STUB_STUDIO : undefined,
  });
  const toldStudios = () =>
    logged
      .map((line) => JSON.parse(line).msg as string)
      .filter((message) => message.startsWith('studio: {'))
      .map((message) => JSON.parse(message.slice('studio: '.length)));
  return { house, config, url: `http://127.0.0.1:${port}`, logged, toldStudios };
}
