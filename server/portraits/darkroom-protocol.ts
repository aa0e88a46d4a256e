import type { UploadErrorCode } from '../../shared/portraits.ts';
import type { FaceLandmarks } from '../face/face-landmarks.ts';
import type { RgbaImage } from '../imaging/rgba-image.ts';
import type { PortraitCut } from '../matting/cut-portrait.ts';
import type { DevelopedPicture, DevelopOptions } from './develop-portrait.ts';

/** Messages between the house and the darkroom, the child process that touches untrusted pictures. */
export type DarkroomTask =
  | { readonly type: 'develop'; readonly bytes: Uint8Array; readonly options: DevelopOptions }
  | { readonly type: 'cut'; readonly face: UncutFace };

export type HouseToDarkroom = DarkroomTask & { readonly jobId: number };

/** A developed face whose person is to be cut from the background. */
export interface UncutFace {
  readonly still: RgbaImage;
  /** In pixels of the still. */
  readonly landmarks: FaceLandmarks;
  /** Further faces of the still. */
  readonly others: readonly FaceLandmarks[];
}

export type DarkroomToHouse =
  | { type: 'ready' }
  | { type: 'developed'; jobId: number; picture: DevelopedPicture }
  | { type: 'cut'; jobId: number; cut: PortraitCut }
  | { type: 'refused'; jobId: number; code: UploadErrorCode; message: string }
  /** A fault of ours, not of the picture. */
  | { type: 'failed'; jobId: number; message: string };
