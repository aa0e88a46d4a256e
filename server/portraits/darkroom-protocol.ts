import type { UploadErrorCode } from '../../shared/portraits.ts';
import type { DevelopedPicture, DevelopOptions } from './develop-portrait.ts';

/** Messages between the house and the darkroom, the child process that touches untrusted pictures. */
export type HouseToDarkroom = { type: 'develop'; jobId: number; bytes: Uint8Array; options: DevelopOptions };

export type DarkroomToHouse =
  | { type: 'ready' }
  | { type: 'developed'; jobId: number; picture: DevelopedPicture }
  | { type: 'refused'; jobId: number; code: UploadErrorCode; message: string }
  /** A fault of ours, not of the picture. */
  | { type: 'failed'; jobId: number; message: string };
