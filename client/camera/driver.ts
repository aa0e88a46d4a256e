/** Whose face moves the portrait: the own camera, or the demo clip. */
export type DriverKind = 'camera' | 'demo';

/** A running source of driving frames. Its owner stops it. */
export interface Driver {
  readonly kind: DriverKind;
  readonly stream: MediaStream;
  readonly track: MediaStreamTrack;
  /** Which camera it is, where the browser tells. */
  readonly deviceId: string | null;
  /** Called once if it ends by itself: unplugged, permission taken back. */
  onEnded(handler: () => void): void;
  stop(): void;
}
