/** All numbers of a studio's sessions, with the reason for each value. */
export const sessionTunables = {
  /** Timer for what no packet brings about: holes that stay, idle frames, reports. */
  tickMs: 20,
  /** Without a driving frame for so long the output goes on by itself. Slow cameras in the dark make 5 fps. */
  idleAfterMs: 400,
  /** Before the first driving frame: cameras need a moment, and a jump of the timestamps is then avoided. */
  idleBeforeFirstFrameMs: 2000,
  /** Idle frames are stamped so far in the past, so that a camera that comes back late does not come too late. */
  idleTimestampLagMs: 200,
  /** Holding and fading: as smooth as a fade has to be. */
  idleIntervalMs: 66,
  /** The still portrait: often enough for a viewer that lost one. */
  stillIntervalMs: 500,
  /** The SFU and the browser need a round trip before a demand can have been met. */
  keyframeDemandIntervalMs: 300,
  /** The same while no packet comes: there is nobody to hear it, but the camera may come back. */
  keyframeDemandIntervalSilentMs: 2000,
  /** No packet for so long: the camera is silent. */
  cameraSilentAfterMs: 1000,
  /** Many viewers may ask at once, and keyframes are large. */
  encoderKeyframeIntervalMs: 250,
  senderReportIntervalMs: 1000,
  statsIntervalMs: 500,
  /** Of the scheduler that sessions share: for dashboards, that ask every few seconds. */
  schedulerStatsIntervalMs: 1000,
  /** Outlines of the face for the page: ≤ 10 Hz. */
  trackingIntervalMs: 100,
  /** Until the house says what the viewers' networks carry. */
  startBitrateBps: 1_200_000,
  /** One second of failures at 30 fps: then the session is beyond help here. */
  maxConsecutiveFailures: 30,
  /** A keyframe of 1080p in flight while this thread runs a network. The kernel may give less. */
  socketBufferBytes: 4 * 1024 * 1024,
} as const;
