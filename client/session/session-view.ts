import type { PortraitInfo } from '../../shared/portraits.ts';
import type { SessionStats } from '../../shared/protocol.ts';
import type { SessionSettings } from '../../shared/settings.ts';
import type { Driver, DriverKind } from '../camera/driver.ts';
import type { Problem } from '../words/problem.ts';

/**
 * `gallery`: no session. `starting`: camera, then connection, then stream. `live`: connected (what the portrait does is
 * the server's `PerformanceState`). `reconnecting`: tries by itself. `ended`: the server ended it, or reconnecting was
 * given up. `error`: it could not start.
 */
export type SessionPhase = 'gallery' | 'starting' | 'live' | 'reconnecting' | 'ended' | 'error';

/** What a start is waiting for. */
export type StartStep = 'driver' | 'server' | 'media';

/** All that the page shows of a session. A new object for every change. */
export interface SessionView {
  readonly phase: SessionPhase;
  readonly step: StartStep | null;
  readonly driverKind: DriverKind;
  readonly driver: Driver | null;
  readonly portrait: PortraitInfo | null;
  readonly settings: SessionSettings;
  /** The animated portrait; stays while reconnecting, though nothing arrives in it. */
  readonly output: MediaStream | null;
  readonly serverStats: SessionStats | null;
  /** The animated stream is between two studios. */
  readonly replacing: boolean;
  /** Attempts made since the connection was lost, while reconnecting. */
  readonly attempt: number;
  /** Why it ended or could not start; in `live`, what is wrong with the driver or the last wish. */
  readonly problem: Problem | null;
}
