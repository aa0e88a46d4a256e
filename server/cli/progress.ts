import { Presets, SingleBar } from 'cli-progress';

/** Without a terminal a line is printed whenever this share more is done. */
const LINE_SHARE = 0.25;

/** Shows how far one phase of a command is, and how much time is left. */
export interface Progress {
  /** `done` of the total are done. */
  update(done: number): void;
  /** The phase is over. Idempotent. */
  end(): void;
}

/**
 * Shows a phase of `total` steps (null where that is not known) on standard error: as a bar on a terminal, else as
 * a few lines.
 */
export function showProgress(label: string, total: number | null): Progress {
  return process.stderr.isTTY ? new ProgressBar(label, total) : new ProgressLines(label, total);
}

class ProgressBar implements Progress {
  readonly #bar: SingleBar;
  readonly #startedMs = performance.now();

  constructor(label: string, total: number | null) {
    this.#bar = new SingleBar(
      {
        format: total
          ? `${label.padEnd(10)} {bar} {percentage} % · {value} of {total} frames · {rate} fps · {eta_formatted} left`
          : `${label.padEnd(10)} {value} frames · {rate} fps`,
        hideCursor: true,
        gracefulExit: false,
        etaBuffer: 60,
      },
      Presets.shades_classic,
    );
    this.#bar.start(total ?? 0, 0, { rate: '–' });
    process.once('exit', this.#restoreTerminal);
  }

  readonly #restoreTerminal = (): void => this.#bar.stop();

  update(done: number): void {
    if (done > this.#bar.getTotal()) this.#bar.setTotal(done);
    this.#bar.update(done, { rate: rateFps(done, this.#startedMs) });
  }

  end(): void {
    process.off('exit', this.#restoreTerminal);
    this.#bar.setTotal(this.#bar.getTotal());
    this.#bar.stop();
  }
}

class ProgressLines implements Progress {
  readonly #label: string;
  readonly #total: number | null;
  readonly #startedMs = performance.now();
  #nextShare = LINE_SHARE;

  constructor(label: string, total: number | null) {
    this.#label = label;
    this.#total = total;
    process.stderr.write(`${label}: ${total === null ? '' : `${total} frames`}\n`);
  }

  update(done: number): void {
    if (!this.#total) return;
    const share = done / this.#total;
    if (share < this.#nextShare || share >= 1) return;
    while (this.#nextShare <= share) this.#nextShare += LINE_SHARE;
    const leftS = ((performance.now() - this.#startedMs) / 1000 / share) * (1 - share);
    process.stderr.write(
      `${this.#label}: ${Math.round(share * 100)} %, ${rateFps(done, this.#startedMs)} fps, about ${Math.ceil(leftS)} s left\n`,
    );
  }

  end(): void {}
}

/** Frames a second since the phase began, as one reads it: with a decimal where it is slow. */
function rateFps(done: number, startedMs: number): string {
  const rate = (1000 * done) / Math.max(1, performance.now() - startedMs);
  return rate < 10 ? rate.toFixed(1) : rate.toFixed(0);
}
