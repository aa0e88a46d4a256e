import { z } from 'zod';

/** One still portrait that can be animated, as the page knows it. */
export const portraitInfoSchema = z.object({
  id: z.string().regex(/^[a-z0-9-]{1,64}$/),
  title: z.string(),
  /** Alternative text for the picture. */
  alt: z.string(),
  /** `gallery`: shipped with Effigy. `upload`: this visitor's own, kept in memory only. */
  source: z.enum(['gallery', 'upload']),
  /** Where its square still (512×512) is served. */
  imageUrl: z.string(),
  /** Face contours as polylines of [x, y] in 0..1 of the still: the ghost to line up with when calibrating. */
  contours: z.array(z.array(z.tuple([z.number(), z.number()]))),
});
export type PortraitInfo = z.infer<typeof portraitInfoSchema>;

/** A face found in an uploaded picture; box in 0..1 of the (upright) picture. */
export const uploadedFaceSchema = z.object({
  index: z.number().int(),
  box: z.object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() }),
});

/** Answer to `POST /api/portraits` (the body is the picture's bytes). */
export const uploadAnswerSchema = z.object({
  uploadId: z.string(),
  /** The upright picture, scaled down, to choose a face in. */
  previewUrl: z.string(),
  faces: z.array(uploadedFaceSchema).min(1),
  /** Present where there was just one face: nothing to choose. Else `POST /api/portraits/<uploadId>/faces/<index>`. */
  portrait: portraitInfoSchema.optional(),
});
export type UploadAnswer = z.infer<typeof uploadAnswerSchema>;

/** Why a picture was refused; the page has plain words for each. */
export const uploadErrorCodes = [
  'no-face',
  'not-an-image',
  'unsupported-type',
  'too-large',
  'too-many-pixels',
  'too-small',
  'animated',
  'busy',
  'expired',
] as const;
export type UploadErrorCode = (typeof uploadErrorCodes)[number];

/** Body of every refused HTTP request. */
export interface HttpErrorBody {
  error: { code: UploadErrorCode | 'not-found' | 'bad-request' | 'rate-limited' | 'internal'; message: string };
}
