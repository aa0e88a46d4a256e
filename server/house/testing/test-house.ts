import { copyFileSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Config, loadConfig, thisMachine } from '../../config/config.ts';
import type { PortraitCut } from '../../matting/cut-portrait.ts';
import { GALLERY_DIR } from '../../portraits/testing/gallery-pictures.ts';
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
  /** What studios said when they could not animate as the settings say. */
  readonly refusals: readonly string[];
  /** Messages that stub studios were told, oldest first. */
  toldStudios(): Record<string, unknown>[];
}

/** What becomes of every portrait where stubs draw. */
const UNCUT: PortraitCut = { layers: null, refusal: 'nobody looks at it' };
/** Enough to choose another one: each takes a while to prepare, in every house anew. */
const GALLERY_PORTRAITS = 2;

/**
 * With the first portraits of the gallery only.
 * @param studio `stub` speaks the protocol only, and portraits stay one layer; `real` animates.
 */
export async function startTestHouse(flags: readonly string[], studio: 'stub' | 'real' = 'stub'): Promise<TestHouse> {
  const [port, rtcPort] = [await freePort(), await freePort()];
  const cwd = mkdtempSync(join(tmpdir(), 'effigy-house-'));
  const addresses = ['--port', `${port}`, '--rtc-base-port', `${rtcPort}`, '--rtc-listen-ips', '127.0.0.1'];
  const args = [...addresses, '--gallery-dir', smallGallery(), ...flags];
  const { config } = loadConfig({ args, env: process.env, cwd, machine: thisMachine() });
  const logged: string[] = [];
  const output = { isTTY: false, write: (line: string) => logged.push(line) } as unknown as NodeJS.WriteStream;
  const log: Log = createLog('info', output);
  const refusals: string[] = [];
  const house = await House.start(config, {
    log,
    onRefused: (reason) => refusals.push(reason),
    lanAddresses: [],
    ...(studio === 'stub' && { studioModulePath: STUB_STUDIO, cutter: { cut: async () => UNCUT } }),
  });
  const toldStudios = () =>
    logged
      .map((line) => JSON.parse(line).msg as string)
      .filter((message) => message.startsWith('studio: {'))
      .map((message) => JSON.parse(message.slice('studio: '.length)));
  return { house, config, url: `http://127.0.0.1:${port}`, logged, refusals, toldStudios };
}

function smallGallery(): string {
  const folder = mkdtempSync(join(tmpdir(), 'effigy-gallery-'));
  const list = JSON.parse(readFileSync(join(GALLERY_DIR, 'gallery.json'), 'utf8')) as { file: string }[];
  const few = list.slice(0, GALLERY_PORTRAITS);
  for (const { file } of few) copyFileSync(join(GALLERY_DIR, file), join(folder, file));
  writeFileSync(join(folder, 'gallery.json'), JSON.stringify(few));
  return folder;
}
