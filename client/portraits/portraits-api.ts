import { z } from 'zod';
import {
  type PortraitInfo,
  portraitInfoSchema,
  type UploadAnswer,
  uploadAnswerSchema,
} from '../../shared/portraits.ts';
import { UploadRefusal, type UploadRefusalCode } from './upload-words.ts';

const galleryAnswerSchema = z.object({ portraits: z.array(portraitInfoSchema) });
const chosenAnswerSchema = z.union([
  portraitInfoSchema,
  z.object({ portrait: portraitInfoSchema }).transform((o) => o.portrait),
]);

/** The portraits that can be chosen. Throws where the house cannot be reached or does not answer as agreed. */
export async function fetchGallery(): Promise<PortraitInfo[]> {
  const response = await fetch('/api/portraits');
  if (!response.ok) throw new Error(`GET /api/portraits: ${response.status}`);
  return galleryAnswerSchema.parse(await response.json()).portraits;
}

/**
 * Sends a picture's bytes. The browser's `fetch` tells no upload progress, hence the older request.
 *
 * @param onProgress the share that has been sent, 0..1
 * @throws {UploadRefusal}
 */
export function uploadPicture(
  file: Blob,
  type: string,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<UploadAnswer> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', '/api/portraits');
    request.setRequestHeader('content-type', type);
    request.responseType = 'json';
    request.upload.onprogress = (event) => onProgress(event.lengthComputable ? event.loaded / event.total : 0);
    request.onerror = () => reject(new UploadRefusal('unreachable'));
    request.onabort = () => reject(new DOMException('aborted', 'AbortError'));
    request.onload = () => {
      if (request.status < 200 || request.status >= 300) return reject(refusalOf(request.status, request.response));
      const answer = uploadAnswerSchema.safeParse(request.response);
      return answer.success ? resolve(answer.data) : reject(new UploadRefusal('internal'));
    };
    signal.addEventListener('abort', () => request.abort(), { once: true });
    request.send(file);
  });
}

/** Makes a portrait of one face of an uploaded picture. @throws {UploadRefusal} */
export async function chooseFace(uploadId: string, faceIndex: number): Promise<PortraitInfo> {
  const response = await fetch(`/api/portraits/${uploadId}/faces/${faceIndex}`, { method: 'POST' }).catch(() => {
    throw new UploadRefusal('unreachable');
  });
  const body: unknown = await response.json().catch(() => null);
  if (!response.ok) throw refusalOf(response.status, body);
  const portrait = chosenAnswerSchema.safeParse(body);
  if (!portrait.success) throw new UploadRefusal('internal');
  return portrait.data;
}

/** Lets the server forget an uploaded portrait now; where it cannot be reached, it forgets by itself later. */
export async function forgetPortrait(id: string): Promise<void> {
  await fetch(`/api/portraits/${id}`, { method: 'DELETE' }).catch(() => {});
}

const errorBodySchema = z.object({ error: z.object({ code: z.string() }) });

function refusalOf(status: number, body: unknown): UploadRefusal {
  const parsed = errorBodySchema.safeParse(body);
  if (parsed.success) return new UploadRefusal(parsed.data.error.code as UploadRefusalCode);
  // A proxy in between answers in its own words.
  return new UploadRefusal(status === 413 ? 'too-large' : status === 429 ? 'rate-limited' : 'internal');
}
