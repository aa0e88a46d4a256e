/** The two media paths of one session: the driver's picture out, the animated portrait in. */
export interface MediaLink {
  /** Sends another picture (another camera, the demo clip) on the same path. */
  replaceTrack(track: MediaStreamTrack): Promise<void>;
  /** The animated stream has a new producer: receives that one instead. */
  consumeAgain(): Promise<void>;
  close(): void;
}

export interface MediaLinkEvents {
  /** The animated portrait arrives in this stream; called again for each new one. */
  onOutput(stream: MediaStream): void;
  /** The media path is gone and did not heal. `everConnected` tells a broken path from one that never was. */
  onLost(everConnected: boolean): void;
}
