/** Something that a person must know or do, in plain words. */
export interface Problem {
  /** Stable name, for tests and styles. */
  readonly code: ProblemCode;
  readonly title: string;
  /** What happened and what to do about it. */
  readonly advice: string;
  /** What can be done with one click. */
  readonly actions: readonly ProblemAction[];
  /** The page tries again by itself after so long; null: it waits for a person. */
  readonly retryAfterMs: number | null;
}

export type ProblemAction = 'retry' | 'demo' | 'gallery' | 'reload';

export type ProblemCode =
  | 'insecure-context'
  | 'no-camera-api'
  | 'no-webrtc'
  | 'camera-denied'
  | 'camera-dismissed'
  | 'camera-blocked-by-system'
  | 'camera-blocked-by-page'
  | 'camera-missing'
  | 'camera-busy'
  | 'camera-unsuitable'
  | 'camera-failed'
  | 'camera-lost'
  | 'demo-failed'
  | 'server-full'
  | 'server-unreachable'
  | 'connection-lost'
  | 'media-blocked'
  | 'no-such-portrait'
  | 'too-fast'
  | 'no-common-codec'
  | 'page-outdated'
  | 'session-ended'
  | 'unexpected';

/** A problem as an exception: what opens cameras and connections throws it where it knows the plain words. */
export class ProblemError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem, options?: ErrorOptions) {
    super(problem.title, options);
    this.name = 'ProblemError';
    this.problem = problem;
  }
}
