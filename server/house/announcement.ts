import qrcode from 'qrcode-terminal';
import type { Config } from '../config/config.ts';

/** The addresses at which people find the page, the best one to tell a phone first. */
export function pageAddresses(
  config: Pick<Config, 'host' | 'port' | 'lan' | 'cert'>,
  lan: readonly string[],
): string[] {
  const scheme = config.lan || config.cert !== '' ? 'https' : 'http';
  const hosts = config.host === '0.0.0.0' || config.host === '::' ? [...lan, 'localhost'] : [config.host];
  return hosts.map((host) => `${scheme}://${host.includes(':') ? `[${host}]` : host}:${config.port}`);
}

/** What is printed when the page can be opened; with `--lan`, a code for the phone's camera too. */
export function announcement(config: Pick<Config, 'host' | 'port' | 'lan' | 'cert'>, lan: readonly string[]): string {
  const addresses = pageAddresses(config, lan);
  const lines = ['', `Effigy is at ${addresses[0]}`, ...addresses.slice(1).map((address) => `             ${address}`)];
  if (config.lan) {
    lines.push('', 'Point the camera of a phone in the same network at this:', '', qrCode(addresses[0]));
    if (config.cert === '') {
      lines.push('The certificate was made by this machine, so browsers warn once: choose “Advanced”, then “Proceed”.');
    }
  } else if (lan.length > 0 && config.host === 'localhost') {
    lines.push('For phones and other machines: npm start -- --lan');
  }
  return `${lines.join('\n')}\n`;
}

function qrCode(text: string): string {
  let drawn = '';
  qrcode.generate(text, { small: true }, (code) => {
    drawn = code;
  });
  return drawn;
}
