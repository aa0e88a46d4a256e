import type { FaceLandmarks } from '../face/face-landmarks.ts';

/** Messages between the studio's own thread and one that finds faces. A tracker is named by a number. */
export type ToTrackingThread =
  | {
      readonly type: 'track';
      readonly tracker: number;
      readonly width: number;
      readonly height: number;
      /** At least `width × height × 4` bytes of an RGBA picture; not written to until the answer. */
      readonly picture: SharedArrayBuffer;
    }
  | { readonly type: 'forget'; readonly tracker: number };

export type FromTrackingThread =
  | { readonly type: 'ready' }
  | { readonly type: 'tracked'; readonly tracker: number; readonly face: FaceLandmarks | null }
  | { readonly type: 'failed'; readonly tracker: number; readonly message: string };
