/** What the congestion control of one viewer's transport reports. */
export interface BandwidthEstimate {
  /** What it believes the network carries, bits per second. */
  readonly availableBps: number;
  /** How far it has let itself go: mediasoup caps its estimate at 1.35 times what is sent. */
  readonly capBps: number;
}

/** Limits of a stream's bitrate, bits per second. */
export interface BitrateLimits {
  readonly minBps: number;
  readonly startBps: number;
  readonly maxBps: number;
}

/** Of what the network carries, the share given to video: the rest is for headers, RTCP and retransmissions. */
const VIDEO_SHARE = 0.9;
/** An estimate this near to its cap says that the network was not the limit. */
const AT_CAP = 0.95;
/** Growth per estimate (about one a second): a second or three from a poor start to the full rate. */
const GROWTH = 1.35;
/** Smaller changes are not worth telling an encoder. */
const LEAST_CHANGE = 0.05;

/**
 * Decides the encoder's bitrate from its viewers' bandwidth estimates: the weakest viewer counts; down at once, up in
 * steps. A stream that sends less than it may (a still face) is not held down by its own small estimate.
 */
export class BitrateGovernor {
  readonly #limits: BitrateLimits;
  readonly #ceilings = new Map<string, number>();
  #targetBps: number;

  constructor(limits: BitrateLimits) {
    this.#limits = limits;
    this.#targetBps = limits.startBps;
  }

  /** The rate now in force. */
  get targetBps(): number {
    return this.#targetBps;
  }

  /** Takes a viewer's newest estimate. Returns the new target if it changed enough to matter, else null. */
  update(viewerId: string, estimate: BandwidthEstimate): number | null {
    const limitedByNetwork = estimate.availableBps < estimate.capBps * AT_CAP;
    const ceiling = limitedByNetwork ? estimate.availableBps * VIDEO_SHARE : this.#limits.maxBps;
    this.#ceilings.set(viewerId, ceiling);
    return this.#settle();
  }

  /** The viewer is gone and limits nobody any more. */
  forget(viewerId: string): void {
    this.#ceilings.delete(viewerId);
  }

  #settle(): number | null {
    const { minBps, maxBps } = this.#limits;
    const ceiling = Math.min(...this.#ceilings.values(), maxBps);
    const wanted = Math.round(Math.max(minBps, Math.min(ceiling, this.#targetBps * GROWTH)));
    const atLimit = wanted === minBps || wanted === maxBps;
    const change = Math.abs(wanted - this.#targetBps) / this.#targetBps;
    if (wanted === this.#targetBps || (change < LEAST_CHANGE && !atLimit)) return null;
    this.#targetBps = wanted;
    return wanted;
  }
}
