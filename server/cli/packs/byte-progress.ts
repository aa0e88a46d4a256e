import { Presets, SingleBar } from 'cli-progress';
import { formatBytes } from '../../packs/store/disk.ts';

/** Without a terminal a line is printed whenever this share more is there. */
const LINE_SHARE = 0.25;
/** The speed shown is that of the last seconds. */
const SPEED_WINDOW_MS = 3000;
/** Below, it would be a guess. */
const LEAST_WINDOW_MS = 200;

/** Shows on standard error how much of a file has come, and how fast. */
export class ByteProgress {
  readonly #label: string;
  readonly #bar: SingleBar | null;
  readonly #samples: { readonly atMs: number; readonly bytes: number }[] = [];
  #nextShare = LINE_SHARE;
  #isStarted = false;

  constructor(label: string) {
    this.#label = label;
    this.#bar = process.stderr.isTTY
      ? new SingleBar(
          {
            format: `${label} {bar} {percentage} % · {done} of {size}{speed}`,
            hideCursor: true,
            gracefulExit: false,
          },
          Presets.shades_classic,
        )
      : null;
    if (!this.#bar) process.stderr.write(`${label}\n`);
  }

  update(doneBytes: number, totalBytes: number | null): void {
    if (totalBytes === null) return;
    const fields = { done: formatBytes(doneBytes), size: formatBytes(totalBytes), speed: this.#speed(doneBytes) };
    if (!this.#bar) this.#line(doneBytes / totalBytes, fields);
    else if (!this.#isStarted) this.#start(this.#bar, doneBytes, totalBytes, fields);
    else this.#bar.update(doneBytes, fields);
  }

  /** Says something in between, without the bar being in its way. */
  note(text: string): void {
    process.stderr.write(this.#isStarted ? `\n${text}\n` : `${text}\n`);
  }

  end(): void {
    process.off('exit', this.#restoreTerminal);
    this.#bar?.stop();
  }

  readonly #restoreTerminal = (): void => this.#bar?.stop();

  #start(bar: SingleBar, doneBytes: number, totalBytes: number, fields: object): void {
    this.#isStarted = true;
    bar.start(totalBytes, doneBytes, fields);
    process.once('exit', this.#restoreTerminal);
  }

  #line(share: number, { done, size, speed }: { done: string; size: string; speed: string }): void {
    if (share < this.#nextShare) return;
    while (this.#nextShare <= share) this.#nextShare += LINE_SHARE;
    process.stderr.write(`${this.#label}: ${Math.round(share * 100)} %, ${done} of ${size}${speed}\n`);
  }

  #speed(bytes: number): string {
    const atMs = performance.now();
    this.#samples.push({ atMs, bytes });
    while (this.#samples.length > 2 && atMs - this.#samples[0].atMs > SPEED_WINDOW_MS) this.#samples.shift();
    const [first] = this.#samples;
    const passedMs = atMs - first.atMs;
    if (passedMs < LEAST_WINDOW_MS) return '';
    return ` · ${formatBytes(Math.round(((bytes - first.bytes) / passedMs) * 1000))}/s`;
  }
}
