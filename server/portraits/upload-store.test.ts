import { describe, expect, test } from 'vitest';
import { LANDMARK_COUNT } from '../face/face-landmarks.ts';
import { createRgbaImage } from '../imaging/rgba-image.ts';
import type { DevelopedPicture } from './develop-portrait.ts';
import { UploadStore } from './upload-store.ts';

/** A developed picture of about 16 kB a face, and 32 kB for its layers. */
function picture(faceCount = 1): DevelopedPicture {
  const face = {
    box: { x: 0, y: 0, width: 1, height: 1 },
    still: createRgbaImage(64, 64),
    landmarks: { points: new Float32Array(3 * LANDMARK_COUNT), confidence: 1 },
    others: [],
    contours: [],
    jpeg: new Uint8Array(10),
  };
  return { preview: new Uint8Array(10), faces: Array(faceCount).fill(face) };
}

describe('uploaded pictures', () => {
  test('with one face are portraits at once', () => {
    const store = new UploadStore({ ttlMs: 1000, maxBytes: 1e6 });
    const { portrait, uploadId, previewUrl } = store.add(picture());
    expect(portrait).toMatchObject({ source: 'upload', id: `${uploadId}-0` });
    expect(previewUrl).toContain(uploadId);
    expect(store.portrait(portrait!.id)?.prepared.id).toBe(portrait!.id);
    expect(store.preview(uploadId)).toHaveLength(10);
  });

  test('with several faces leave the choice', () => {
    const store = new UploadStore({ ttlMs: 1000, maxBytes: 1e6 });
    const { portrait, faces, uploadId } = store.add(picture(3));
    expect(portrait).toBeUndefined();
    expect(faces.map(({ index }) => index)).toEqual([0, 1, 2]);
    expect(store.portrait(`${uploadId}-2`)).not.toBeNull();
    expect(store.portrait(`${uploadId}-3`)).toBeNull();
  });

  test('are found by nobody who has to guess', () => {
    const store = new UploadStore({ ttlMs: 1000, maxBytes: 1e6 });
    const { uploadId } = store.add(picture());
    expect(uploadId).toMatch(/^[0-9a-f]{32}$/);
    for (const guess of ['', '-0', 'x-0', uploadId, `${uploadId}-`, `${uploadId}-x`, `${uploadId}--1`, '__proto__-0']) {
      expect(store.portrait(guess)).toBeNull();
    }
  });

  test('are forgotten a while after their last use', () => {
    let nowMs = 0;
    const store = new UploadStore({ ttlMs: 1000, maxBytes: 1e6 }, () => nowMs);
    const used = store.add(picture()).portrait!.id;
    const unused = store.add(picture()).portrait!.id;
    nowMs = 900;
    expect(store.portrait(used)).not.toBeNull();
    nowMs = 1500;
    expect(store.portrait(used)).not.toBeNull();
    expect(store.portrait(unused)).toBeNull();
    nowMs = 9999;
    store.sweep();
    expect(store).toMatchObject({ count: 0, sizeBytes: 0 });
  });

  test('are forgotten when their owner wishes', () => {
    const store = new UploadStore({ ttlMs: 1000, maxBytes: 1e6 });
    const { portrait, uploadId } = store.add(picture());
    store.forget('nobody');
    expect(store.count).toBe(1);
    store.forget(portrait!.id);
    expect(store).toMatchObject({ count: 0, sizeBytes: 0 });
    expect(store.preview(uploadId)).toBeNull();
  });

  test('never take more memory than allowed: the least recently used go first', () => {
    const store = new UploadStore({ ttlMs: 1e9, maxBytes: 150_000 });
    const ids = [1, 2, 3].map(() => store.add(picture()).portrait!.id);
    store.portrait(ids[0]);
    const newest = store.add(picture()).portrait!.id;
    expect(store.sizeBytes).toBeLessThanOrEqual(150_000);
    expect(store.portrait(ids[0])).not.toBeNull();
    expect(store.portrait(ids[1])).toBeNull();
    expect(store.portrait(newest)).not.toBeNull();
  });
});
