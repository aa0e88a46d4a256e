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
/** An estimate this near to its cap says that the network is not the limit. */
const AT_CAP = 0.95;
/** An estimate that falls by more than this, below its cap, says that it is. */
const FALL = 0.95;
/** Growth per estimate (about one a second): a second or three from a poor start to the full rate. */
const GROWTH = 1.35;
/** Growth after the network was the limit, for so many estimates: its edge is felt for, not jumped over. */
const CAREFUL_GROWTH = 1.1;
const CAREFUL_ESTIMATES = 15;
/** Smaller changes are not worth telling an encoder. */
const LEAST_CHANGE = 0.05;

/** What is known of one viewer's network. */
interface ViewerState {
  availableBps: number;
  /** The network carries no more than what is estimated. */
  limited: boolean;
  estimatesSinceLimited: number;
}

/**
 * Decides the encoder's bitrate from its viewers' bandwidth estimates: the weakest viewer counts; down at once, up in
 * steps. An estimate that is low only because little was sent (a still face), or because it has not followed a raised
 * cap yet, limits nothing: a network that is too narrow shows in an estimate that falls.
 */
export class BitrateGovernor {
  readonly #limits: BitrateLimits;
  readonly #viewers = new Map<string, ViewerState>();
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
  update(viewerId: string, { availableBps, capBps }: BandwidthEstimate): number | null {
    const viewer = this.#viewers.get(viewerId) ?? {
      availableBps: this.#limits.startBps, // what the transport was told to assume
      limited: false,
      estimatesSinceLimited: CAREFUL_ESTIMATES,
    };
    this.#viewers.set(viewerId, viewer);
    const belowCap = availableBps < capBps * AT_CAP;
    viewer.limited = belowCap && (viewer.limited || availableBps < viewer.availableBps * FALL);
    viewer.estimatesSinceLimited = viewer.limited ? 0 : viewer.estimatesSinceLimited + 1;
    viewer.availableBps = availableBps;
    return this.#settle();
  }

  /** The viewer is gone and limits nobody any more. */
  forget(viewerId: string): void {
    this.#viewers.delete(viewerId);
  }

  #settle(): number | null {
    const { minBps, maxBps } = this.#limits;
    const viewers = [...this.#viewers.values()];
    const ceilings = viewers.filter(({ limited }) => limited).map(({ availableBps }) => availableBps * VIDEO_SHARE);
    const careful = viewers.some((viewer) => viewer.estimatesSinceLimited < CAREFUL_ESTIMATES);
    const grown = this.#targetBps * (careful ? CAREFUL_GROWTH : GROWTH);
    const wanted = Math.round(Math.max(minBps, Math.min(...ceilings, maxBps, grown)));
    const atLimit = wanted === minBps || wanted === maxBps;
    const change = Math.abs(wanted - this.#targetBps) / this.#targetBps;
    if (wanted === this.#targetBps || (change < LEAST_CHANGE && !atLimit)) return null;
    this.#targetBps = wanted;
    return wanted;
  }
}
