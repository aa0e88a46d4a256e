import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ConfigSurroundings, loadConfig } from './config.ts';
import { ConfigError } from './config-error.ts';
import { describeConfig, describeOptions } from './describe-config.ts';
import { lanAddresses } from './lan-addresses.ts';
import { envNameOf, flagNameOf } from './names.ts';
import { tunables } from './tunables.ts';

const machine = {
  coreCount: 4,
  lanAddresses: ['192.168.1.20'],
  cacheHome: '/home/ada/.cache',
  dataHome: '/home/ada/.local/share',
  projectRoot: '/srv/effigy',
};

function surroundings(given: Partial<ConfigSurroundings> = {}): ConfigSurroundings {
  return { args: [], env: {}, cwd: mkdtempSync(join(tmpdir(), 'effigy-config-')), machine, ...given };
}

function folderWith(fileText: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'effigy-config-'));
  writeFileSync(join(folder, 'effigy.config.json'), fileText);
  return folder;
}

function problemsOf(given: Partial<ConfigSurroundings>): string {
  try {
    loadConfig(surroundings(given));
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.join('\n');
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('where a setting comes from', () => {
  test('nothing given: localhost, one studio per core, two seats each', () => {
    const { config } = loadConfig(surroundings());
    expect(config).toMatchObject({ port: 8080, host: 'localhost', lan: false, studios: 4, maxSessions: 12 });
    expect(config.rtcListenIps).toEqual(['127.0.0.1', '192.168.1.20']);
    expect(config.modelsDir).toBe('/home/ada/.cache/effigy/models');
    expect(config.packsDir).toBe('/home/ada/.local/share/effigy/packs');
  });

  test('a flag wins over a variable, a variable over the file, the file over the default', () => {
    const cwd = folderWith('{ "port": 1001, "studios": 1, "logLevel": "warn" }');
    const env = { EFFIGY_PORT: '1002', EFFIGY_STUDIOS: '2' };
    const { config, sources } = loadConfig(surroundings({ cwd, env, args: ['--port', '1003'] }));
    expect(config).toMatchObject({ port: 1003, studios: 2, logLevel: 'warn', maxSessions: 6 });
    expect(sources).toMatchObject({ port: 'flag', studios: 'environment', logLevel: 'file', host: 'default' });
  });

  test('--lan opens every address and offers those of the network first', () => {
    const { config } = loadConfig(surroundings({ args: ['--lan'] }));
    expect(config.host).toBe('0.0.0.0');
    expect(config.rtcListenIps).toEqual(['192.168.1.20', '127.0.0.1']);
  });

  test('flags take their value after a space or an equals sign; switches can be turned off', () => {
    const args = ['--port=9000', '--allowed-origins', 'https://a.example, https://b.example', '--no-lan'];
    const { config } = loadConfig(surroundings({ args, env: { EFFIGY_LAN: 'yes' } }));
    expect(config).toMatchObject({ port: 9000, lan: false });
    expect(config.allowedOrigins).toEqual(['https://a.example', 'https://b.example']);
  });

  test('a path in the file is relative to the file', () => {
    const cwd = folderWith('{ "clientDir": "built" }');
    expect(loadConfig(surroundings({ cwd })).config.clientDir).toBe(join(cwd, 'built'));
  });
});

describe('what is refused, and why', () => {
  test.each([
    [['--port', '0'], /--port: 0 must be a whole number from 1 to 65535/],
    [['--port', '80.5'], /--port: "80.5" must be a whole number/],
    [['--port', 'http'], /--port: "http" must be a whole number/],
    [['--port'], /--port: a value is missing/],
    [['--prot', '8080'], /--prot is not an option \(did you mean --port\?\)/],
    [['--lan=maybe'], /--lan: "maybe" must be true or false/],
    [['--log-level', 'loud'], /--log-level: "loud" must be one of fatal, error/],
    [['--ice-servers', 'turn:x'], /--ice-servers: the given value must be a JSON list/],
    [['--ice-servers', '[{"urls":"http://x"}]'], /stun:, stuns:, turn: or turns: addresses/],
    [['--allowed-origins', 'example.org'], /must look like https:\/\/example.org/],
    [['--rtc-listen-ips', '0.0.0.0'], /cannot be told 0.0.0.0/],
    [['--rtc-listen-ips', ','], /at least one address/],
    [['--rtc-listen-ips', 'not an address'], /must be an IP address or a host name/],
    [['--cert', 'a.pem'], /--cert and --key belong together/],
    [['--cert', 'a.pem', '--key', 'b.pem'], /a.pem does not exist/],
    [['--mediasoup-worker', 'nowhere'], /nowhere does not exist/],
    [['--rtc-base-port', '65535', '--sfu-workers', '2'], /beyond port 65535/],
    [['--port', '40000'], /--port: 40000 is one of the media ports/],
    [['--output-min-bitrate-bps', '3000000'], /is needed, not 3000000, 1200000, 2500000/],
    [['--studio-restart-min-ms', '20000'], /must not exceed --studio-restart-max-ms/],
    [['--seat-hold-ms', '90000'], /must not exceed --resume-window-ms/],
    [['--config', 'absent.json'], /absent.json does not exist/],
  ])('%j', (args, reason) => {
    expect(problemsOf({ args })).toMatch(reason);
  });

  test('all that is wrong is said at once', () => {
    expect(problemsOf({ args: ['--port', 'x', '--studios', '0', '--nope'] }).split('\n')).toHaveLength(3);
  });

  test.each([
    ['{ "port": ', /not valid JSON/],
    ['[]', /must be a JSON object/],
    ['{ "prot": 1 }', /"prot" is not a setting \(did you mean port\?\)/],
    ['{ "port": "8080" }', /"port" in .*effigy.config.json: "8080" must be a whole number/],
    ['{ "lan": "yes" }', /must be true or false/],
  ])('file %s', (fileText, reason) => {
    expect(problemsOf({ cwd: folderWith(fileText) })).toMatch(reason);
  });

  test('variables are judged as flags are', () => {
    expect(problemsOf({ env: { EFFIGY_PORT: '99999' } })).toMatch(/EFFIGY_PORT: 99999 must be a whole number/);
  });

  test('an unknown EFFIGY_ variable is pointed out, not refused', () => {
    const { warnings } = loadConfig(surroundings({ env: { EFFIGY_PROT: '1', EFFIGY_CHROMIUM: '/usr/bin/chromium' } }));
    expect(warnings).toEqual([expect.stringMatching(/EFFIGY_PROT is not a setting \(did you mean EFFIGY_PORT\?\)/)]);
  });

  test('whatever the flags are, the answer is settings or a ConfigError', () => {
    const flag = fc.constantFrom(...Object.keys(tunables).map(flagNameOf), '--config', '--', '-x', '');
    fc.assert(
      fc.property(fc.array(fc.oneof(flag, fc.string(), fc.integer().map(String))), (args) => {
        try {
          loadConfig(surroundings({ args, cwd: '/' }));
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigError);
        }
      }),
    );
  });
});

describe('what is shown', () => {
  test('the help names every flag and every variable', () => {
    const help = describeOptions();
    for (const name of Object.keys(tunables)) {
      expect(help).toContain(flagNameOf(name));
      expect(help).toContain(envNameOf(name));
    }
  });

  test('the start shows what was changed and by whom, and no secret', () => {
    const iceServers = '[{"urls":"turn:t.example","username":"u","credential":"hunter2"}]';
    const shown = describeConfig(loadConfig(surroundings({ args: ['--port', '81', '--ice-servers', iceServers] })));
    expect(shown).toContain('port 81 (flag)');
    expect(shown).toContain('iceServers 1 (hidden) (flag)');
    expect(shown).not.toContain('hunter2');
  });
});

test('the addresses of the network: no loopback, no containers, private ones first', () => {
  const of = (address: string, internal = false) => ({
    address,
    internal,
    family: 'IPv4' as const,
    netmask: '',
    mac: '',
    cidr: null,
  });
  const found = lanAddresses({
    lo: [of('127.0.0.1', true)],
    docker0: [of('172.17.0.1')],
    eth0: [of('203.0.113.5'), of('169.254.1.1')],
    wlan0: [of('192.168.1.20')],
  });
  expect(found).toEqual(['192.168.1.20', '203.0.113.5']);
});

describe('the model pack', () => {
  test('has one studio per core when it is the built-in one, and one in all when it shares a GPU', () => {
    expect(loadConfig(surroundings()).config).toMatchObject({ pack: 'mesh', studios: 4 });
    const { config } = loadConfig(surroundings({ args: ['--pack', 'fomm', '--execution-providers', 'webgpu,cpu'] }));
    expect(config).toMatchObject({
      pack: 'fomm',
      studios: 1,
      seatsPerStudio: 3,
      maxSessions: 3,
      executionProviders: ['webgpu', 'cpu'],
    });
  });

  test('cannot run where nobody knows, nor on a GPU when it is made for processors', () => {
    expect(problemsOf({ args: ['--execution-providers', 'abacus'] })).toMatch(/some of tensorrt, cuda, webgpu, cpu/);
    expect(problemsOf({ env: { EFFIGY_EXECUTION_PROVIDERS: ',' } })).toMatch(/at least one is needed/);
    expect(problemsOf({ args: ['--require-gpu'] })).toMatch(/the pack mesh runs on the CPU/);
    expect(problemsOf({ args: ['--pack', '../fomm'] })).toMatch(/name of a pack/);
  });
});
