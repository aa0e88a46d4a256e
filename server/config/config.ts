import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism, homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ConfigError } from './config-error.ts';
import { lanAddresses } from './lan-addresses.ts';
import { closest, envNameOf, flagNameOf, readFlags } from './names.ts';
import { type Machine, resolvePath, type Tunable } from './tunable.ts';
import { type TunableName, type TunedValues, tunables } from './tunables.ts';

/** The server's settings, checked. */
export type Config = Readonly<TunedValues>;

/** Who decided a value. */
export type ConfigSource = 'default' | 'file' | 'environment' | 'flag';

export interface LoadedConfig {
  readonly config: Config;
  readonly sources: Readonly<Record<TunableName, ConfigSource>>;
  /** The configuration file that was read, if any. */
  readonly file: string | null;
  /** Things that look like mistakes but harm nobody, e.g. an unknown `EFFIGY_…` variable. */
  readonly warnings: readonly string[];
}

/** Where settings come from; the process's own surroundings when left out. */
export interface ConfigSurroundings {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly machine: Machine;
}

export const CONFIG_FILE_NAME = 'effigy.config.json';

/** `EFFIGY_…` variables that other parts of the project read. */
const FOREIGN_ENV = new Set(['EFFIGY_CONFIG', 'EFFIGY_CHROMIUM', 'EFFIGY_PYTHON']);

/** The machine this process runs on. */
export function thisMachine(): Machine {
  return {
    coreCount: availableParallelism(),
    lanAddresses: lanAddresses(),
    cacheHome: process.env.XDG_CACHE_HOME || join(homedir(), '.cache'),
    dataHome: process.env.XDG_DATA_HOME || join(homedir(), '.local/share'),
    projectRoot: fileURLToPath(new URL('../..', import.meta.url)),
  };
}

/**
 * Settles every tunable: default < `effigy.config.json` < `EFFIGY_…` < flag.
 * @throws ConfigError naming every wrong value, where it came from, and what it should be.
 */
export function loadConfig(surroundings: ConfigSurroundings): LoadedConfig {
  const { env, cwd, machine } = surroundings;
  const problems: string[] = [];
  const flags = readFlags(surroundings.args, problems);
  const file = findFile(flags.configFile ?? env.EFFIGY_CONFIG, cwd, machine.projectRoot);
  const fileValues = file ? readConfigFile(file, problems) : {};

  const values: Record<string, unknown> = {};
  const sources: Record<string, ConfigSource> = {};
  for (const [name, tunable] of Object.entries<Tunable<unknown>>(tunables)) {
    const given = pickGiven(name, tunable, { flags: flags.values, env, fileValues, cwd, file });
    const settled = given ? tunable.schema.safeParse(given.value) : null;
    if (settled && !settled.success) {
      const reason = settled.error.issues[0].message;
      const shown = tunable.secret ? 'the given value' : JSON.stringify(given?.value);
      problems.push(`${given?.label}: ${shown} ${reason}.`);
    }
    values[name] = settled?.success ? given?.resolved(settled.data) : defaultOf(tunable, machine, values);
    sources[name] = settled?.success && given ? given.source : 'default';
  }
  const config = values as unknown as Config; // every name of `tunables` was settled above
  if (problems.length === 0) problems.push(...conflicts(config));
  if (problems.length > 0) throw new ConfigError(problems);
  return { config, sources: sources as Record<TunableName, ConfigSource>, file, warnings: unknownVariables(env) };
}

function defaultOf(tunable: Tunable<unknown>, machine: Machine, earlier: Record<string, unknown>): unknown {
  return typeof tunable.default === 'function' ? tunable.default(machine, earlier) : tunable.default;
}

interface Given {
  readonly source: ConfigSource;
  readonly label: string;
  readonly value: unknown;
  readonly resolved: (value: unknown) => unknown;
}

function pickGiven(
  name: string,
  tunable: Tunable<unknown>,
  from: {
    flags: Readonly<Record<string, string>>;
    env: ConfigSurroundings['env'];
    fileValues: Record<string, unknown>;
    cwd: string;
    file: string | null;
  },
): Given | null {
  const resolvedIn = (folder: string) => (value: unknown) =>
    tunable.isPath ? resolvePath(String(value), folder) : value;
  const flag = from.flags[name];
  if (flag !== undefined) {
    const label = flagNameOf(name);
    return { source: 'flag', label, value: tunable.fromText(flag), resolved: resolvedIn(from.cwd) };
  }
  const variable = from.env[envNameOf(name)];
  if (variable !== undefined && variable !== '') {
    const label = envNameOf(name);
    return { source: 'environment', label, value: tunable.fromText(variable), resolved: resolvedIn(from.cwd) };
  }
  if (from.file !== null && Object.hasOwn(from.fileValues, name)) {
    const label = `"${name}" in ${from.file}`;
    return { source: 'file', label, value: from.fileValues[name], resolved: resolvedIn(dirname(from.file)) };
  }
  return null;
}

function findFile(named: string | undefined, cwd: string, projectRoot: string): string | null {
  if (named) {
    const file = resolve(cwd, named);
    if (!existsSync(file)) throw new ConfigError([`The configuration file ${file} does not exist.`]);
    return file;
  }
  return [resolve(cwd, CONFIG_FILE_NAME), resolve(projectRoot, CONFIG_FILE_NAME)].find(existsSync) ?? null;
}

function readConfigFile(file: string, problems: string[]): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    problems.push(`${file} is not valid JSON: ${error instanceof Error ? error.message : error}.`);
    return {};
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    problems.push(`${file} must be a JSON object, e.g. { "port": 8080 }.`);
    return {};
  }
  const values = parsed as Record<string, unknown>;
  for (const name of Object.keys(values)) {
    if (Object.hasOwn(tunables, name) || name === '$schema') continue;
    problems.push(`${file}: "${name}" is not a setting${closest(name, Object.keys(tunables))}.`);
  }
  return values;
}

function unknownVariables(env: ConfigSurroundings['env']): string[] {
  const known = Object.keys(tunables).map(envNameOf);
  return Object.keys(env)
    .filter((name) => name.startsWith('EFFIGY_') && !known.includes(name) && !FOREIGN_ENV.has(name))
    .map((name) => `The environment variable ${name} is not a setting${closest(name, known)}; it is ignored.`);
}

/** Values that are each fine but not together. */
function conflicts(config: Config): string[] {
  const problems: string[] = [];
  if ((config.cert === '') !== (config.key === '')) {
    problems.push('--cert and --key belong together: give both, or neither.');
  }
  for (const [flag, file] of [['--cert', config.cert] as const, ['--key', config.key] as const]) {
    if (file !== '' && !existsSync(file)) problems.push(`${flag}: ${file} does not exist.`);
  }
  if (config.mediasoupWorker !== '' && !existsSync(config.mediasoupWorker)) {
    problems.push(`--mediasoup-worker: ${config.mediasoupWorker} does not exist.`);
  }
  const lastPort = config.rtcBasePort + config.sfuWorkers - 1;
  if (lastPort > 65535) {
    problems.push(`--rtc-base-port: ${config.sfuWorkers} workers from ${config.rtcBasePort} on end beyond port 65535.`);
  }
  if (config.port >= config.rtcBasePort && config.port <= lastPort) {
    problems.push(`--port: ${config.port} is one of the media ports (${config.rtcBasePort}–${lastPort}).`);
  }
  if (config.rtcListenIps.length === 0) problems.push('--rtc-listen-ips: at least one address is needed.');
  if (config.rtcListenIps.some((ip) => ip === '0.0.0.0' || ip === '::') && config.rtcAnnouncedAddress === '') {
    problems.push(
      '--rtc-listen-ips: browsers cannot be told 0.0.0.0 or ::. List real addresses, or give --rtc-announced-address.',
    );
  }
  const { outputMinBitrateBps: least, outputStartBitrateBps: start, outputMaxBitrateBps: most } = config;
  if (!(least <= start && start <= most)) {
    problems.push(
      `--output-min-bitrate-bps ≤ --output-start-bitrate-bps ≤ --output-max-bitrate-bps is needed, not ${least}, ${start}, ${most}.`,
    );
  }
  if (config.executionProviders.length === 0) problems.push('--execution-providers: at least one is needed.');
  if (config.requireGpu && config.pack === 'mesh') {
    problems.push('--require-gpu: the pack mesh runs on the CPU. Choose an installed pack with --pack.');
  }
  if (config.studioRestartMinMs > config.studioRestartMaxMs) {
    problems.push('--studio-restart-min-ms must not exceed --studio-restart-max-ms.');
  }
  if (config.seatHoldMs > config.resumeWindowMs) {
    problems.push('--seat-hold-ms must not exceed --resume-window-ms.');
  }
  return problems;
}
