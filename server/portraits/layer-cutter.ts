import type { PortraitLayers } from '../imaging/portrait-layers.ts';
import type { Darkroom } from './darkroom.ts';
import type { ReadyPortrait } from './portrait-library.ts';

export interface LayerCutterLog {
  info(message: string): void;
  warn(message: string): void;
}

/** Has portraits cut into person and background, each once; what was cut is kept as long as its portrait. */
export class LayerCutter {
  readonly #darkroom: Pick<Darkroom, 'cut'>;
  readonly #log: LayerCutterLog;
  readonly #cuts = new WeakMap<ReadyPortrait, Promise<PortraitLayers | null>>();

  constructor(darkroom: Pick<Darkroom, 'cut'>, log: LayerCutterLog) {
    this.#darkroom = darkroom;
    this.#log = log;
  }

  /** The portrait's layers; null where it stays one layer, which is logged with the reason. */
  layersOf(portrait: ReadyPortrait): Promise<PortraitLayers | null> {
    const known = this.#cuts.get(portrait);
    if (known !== undefined) return known;
    const cut = this.#cut(portrait);
    this.#cuts.set(portrait, cut);
    return cut;
  }

  async #cut(portrait: ReadyPortrait): Promise<PortraitLayers | null> {
    const { info, prepared, others } = portrait;
    try {
      const { layers, refusal } = await this.#darkroom.cut({ ...prepared, others });
      if (refusal !== null) this.#log.info(`The ${info.source} portrait ${info.title} stays one layer: ${refusal}.`);
      return layers;
    } catch (error) {
      this.#cuts.delete(portrait); // the darkroom's trouble, not the portrait's: another time
      const reason = error instanceof Error ? error.message : error;
      this.#log.warn(`A portrait (${info.source}) could not be cut into layers: ${reason}`);
      return null;
    }
  }
}
