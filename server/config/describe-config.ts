import { CONFIG_FILE_NAME, type LoadedConfig } from './config.ts';
import { envNameOf, flagNameOf } from './names.ts';
import { type Section, sections, type Tunable } from './tunable.ts';
import { type TunableName, tunables } from './tunables.ts';

const SECTION_TITLES: Record<Section, string> = {
  http: 'The page',
  rtc: 'Media ports',
  bitrates: 'Streams',
  packs: 'Model pack',
  studios: 'Studios',
  sessions: 'Sessions',
  signalling: 'Signalling',
  uploads: 'Uploaded pictures',
  files: 'Files and logging',
};

function inSection(section: Section): [TunableName, Tunable<unknown>][] {
  const all = Object.entries(tunables) as [TunableName, Tunable<unknown>][];
  return all.filter(([, tunable]) => tunable.section === section);
}

/** The text of `--help`: every tunable, its flag, variable and default. */
export function describeOptions(): string {
  const lines = [
    'Effigy: a webcam brings a still portrait to life.',
    '',
    'Usage: npm start -- [options]',
    '',
    `Every option is also a key of ${CONFIG_FILE_NAME} (--port is "port", --rtc-base-port is "rtcBasePort") and an`,
    'environment variable (EFFIGY_PORT, EFFIGY_RTC_BASE_PORT). A flag wins over a variable, a variable over the file.',
    '',
    '  --config PATH         the configuration file (EFFIGY_CONFIG); else that of the current folder, if there is one',
    '  --help                this text',
  ];
  for (const section of sections) {
    lines.push('', `${SECTION_TITLES[section]}:`);
    for (const [name, tunable] of inSection(section)) {
      const usage = `${flagNameOf(name)} ${tunable.placeholder}`.trimEnd();
      lines.push(`  ${usage}`, `      ${tunable.help} [${defaultText(tunable)}] (${envNameOf(name)})`);
    }
  }
  return lines.join('\n');
}

function defaultText(tunable: Tunable<unknown>): string {
  if (tunable.defaultText !== undefined) return tunable.defaultText;
  return typeof tunable.default === 'function' ? 'depends' : shownValue(tunable.default);
}

/** The settings in use, a line per section; what is not a default is followed by who said so. */
export function describeConfig({ config, sources, file }: LoadedConfig): string {
  const lines = sections.map((section) => {
    const shown = inSection(section).map(([name, tunable]) => {
      const value = tunable.secret ? maskedValue(config[name]) : shownValue(config[name]);
      return `${name} ${value}${sources[name] === 'default' ? '' : ` (${sources[name]})`}`;
    });
    return `  ${SECTION_TITLES[section].padEnd(18)} ${shown.join(' · ')}`;
  });
  const origin = file ? ` (from ${file})` : '';
  return [`Settings${origin}; --help explains each:`, ...lines].join('\n');
}

function shownValue(value: unknown): string {
  if (value === '' || (Array.isArray(value) && value.length === 0)) return 'none';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) return value.join(', ');
  return String(value);
}

function maskedValue(value: unknown): string {
  return Array.isArray(value) && value.length > 0 ? `${value.length} (hidden)` : shownValue(value);
}
