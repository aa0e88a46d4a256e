import { randomBytes } from 'node:crypto';
import type { SessionSettings } from '../../../shared/settings.ts';
import type { FaceLandmarks } from '../../face/face-landmarks.ts';
import type { ReadyPortrait } from '../../portraits/portrait-library.ts';

/** What outlives a lost connection, a dead studio or a dead SFU worker. */
export class SessionMemory {
  /** Names this memory to the page that owns it; not to be guessed. */
  readonly resumeToken = randomBytes(24).toString('base64url');
  settings: SessionSettings;
  portrait: ReadyPortrait;
  /** The driver's calibrated neutral. */
  reference: FaceLandmarks | null = null;

  constructor(settings: SessionSettings, portrait: ReadyPortrait) {
    this.settings = settings;
    this.portrait = portrait;
  }
}
