import type { ClockMapping, ErrorCode, SessionStats } from '../../../shared/protocol.ts';

/** What a session says to its page, whatever carries it. */
export interface PageChannel {
  /** Volatile: the newest counts. */
  stats(stats: SessionStats): void;
  /** Volatile. */
  tracking(contours: [number, number][][] | null): void;
  clock(mapping: ClockMapping): void;
  streamReplaced(): void;
  /** The session is over, with the reason in plain words. */
  ended(code: ErrorCode, message: string): void;
  /** Drops the connection, so that the page comes back and resumes with fresh media. */
  reconnect(): void;
}
