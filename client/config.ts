/** Every tunable of the page, with its unit in its name and the reason for its value. */
export const camera = {
  /** What the tracker was measured with; more costs bandwidth and decoding and sees no better. */
  widthPx: 640,
  heightPx: 480,
  frameRateHz: 30,
  /** 640×480 at 30 fps is free of visible blocks from about 1 Mb/s. */
  maxBitrateBps: 1_200_000,
  /** Starts near the target: the first seconds must not be too blurred to track. */
  startBitrateKbps: 800,
} as const;

export const signalling = {
  connectTimeoutMs: 8000,
  /** The slowest answer is `session.open` on a studio that is just starting. */
  answerTimeoutMs: 12_000,
} as const;

export const reconnecting = {
  /** Most interruptions are a Wi-Fi hand-over or a restarted server: be back quickly, then be patient. */
  firstDelayMs: 300,
  maxDelayMs: 8000,
  factor: 2,
  /** A share of each delay that is random, so that a full house does not come back in one instant. */
  jitter: 0.25,
  /** After this long a person has gone away or must decide. */
  giveUpAfterMs: 10 * 60_000,
  /** With the server full, a seat is asked for again this often. */
  fullRetryMs: 15_000,
} as const;

export const media = {
  /** `disconnected` often heals by itself; after this long ICE is restarted. */
  iceGraceMs: 2000,
  /** An ICE restart that has not connected by then is given up, and the session is built anew. */
  iceRestartTimeoutMs: 6000,
} as const;

export const stage = {
  /** Without a frame for so long, the still portrait is faded in over the last one. */
  stillAfterMs: 1500,
  /** Between two updates of the heads-up line: quick enough to follow, slow enough to read. */
  headsUpIntervalMs: 500,
  /** A notice waits this long before it appears: blinks of an eye are not worth telling. */
  noticeDelayMs: 700,
} as const;

export const calibration = {
  countFrom: 3,
  countIntervalMs: 1000,
  /** How long "Calibrated" stays before the overlay closes. */
  farewellMs: 1100,
} as const;

export const uploads = {
  /** As the server's own default limit; a server set lower refuses by itself. */
  maxBytes: 20 * 1024 * 1024,
} as const;

/** The rendered driver for people without a camera. */
export const DEMO_CLIP_URL = '/gallery/driving-clip.mp4';
