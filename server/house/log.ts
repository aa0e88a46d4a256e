import { Writable } from 'node:stream';
import pino from 'pino';

/** The server's log: `log.info({ sessionId }, 'what happened')`. */
export type Log = Pick<pino.Logger, 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal'>;

/** JSON lines for machines; for people at a terminal, one readable line per event. */
export function createLog(level: string, output: NodeJS.WriteStream = process.stderr): Log {
  return pino({ level, base: null }, output.isTTY ? new ReadableLines(output) : output);
}

const LEVEL_LOOKS: Record<number, [word: string, color: number]> = {
  10: ['trace', 90],
  20: ['debug', 90],
  30: ['info ', 36],
  40: ['warn ', 33],
  50: ['error', 31],
  60: ['fatal', 31],
};

/** Turns pino's JSON lines into `12:03:04 info  what happened  key=value`. */
class ReadableLines extends Writable {
  readonly #output: Pick<NodeJS.WriteStream, 'write'>;

  constructor(output: Pick<NodeJS.WriteStream, 'write'>) {
    super({ decodeStrings: false });
    this.#output = output;
  }

  override _write(line: string, _encoding: string, done: () => void): void {
    this.#output.write(readableLine(line));
    done();
  }
}

/** One log line for people; what is not JSON stays as it is. */
export function readableLine(line: string): string {
  let event: Record<string, unknown>;
  try {
    event = JSON.parse(line);
  } catch {
    return line;
  }
  const { level, time, msg, err, ...rest } = event;
  const [word, color] = LEVEL_LOOKS[Number(level)] ?? ['?    ', 0];
  const clock = new Date(Number(time)).toTimeString().slice(0, 8);
  const details = Object.entries(rest).map(
    ([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  const stack = (err as { stack?: string } | undefined)?.stack;
  const tail = details.length > 0 ? `  \x1b[90m${details.join(' ')}\x1b[0m` : '';
  return `\x1b[90m${clock}\x1b[0m \x1b[${color}m${word}\x1b[0m ${msg}${tail}\n${stack ? `${stack}\n` : ''}`;
}
