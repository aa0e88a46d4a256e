import type { RgbaImage } from '../imaging/rgba-image.ts';
import { EyeRefiner } from './eye-refiner.ts';
import { FaceDetector, withoutDuplicates } from './face-detector.ts';
import { type FaceDetection, type FaceLandmarks, LANDMARK_COUNT } from './face-landmarks.ts';
import type { FaceModels } from './face-models.ts';
import { meshRegionOfDetection, meshRegionOfLandmarks, type SquareRegion, wholePicture } from './face-region.ts';
import { isPlausibleFace } from './landmark-sanity.ts';
import { MeshFitter } from './mesh-fitter.ts';

/** More faces than this in one picture are not offered. */
export const MAX_FACES = 12;

const MIN_DETECTION_SCORE = 0.35;
const MIN_PRESENCE = 0.5;

/** Each fit starts from the last one's box: the third no longer moves. */
const MESH_PASSES = 3;

/** Windows smaller than this show no face that the whole picture's would not. */
const MIN_WINDOW_PX = 240;

/** Sides of the windows the detector looks through, as shares of the picture's longer side. */
const WINDOW_SHARES = [1, 1.8, 0.5, 0.25] as const;

/** Quarter turns to try, in this order, while a picture shows no face. */
const QUARTER_TURNS_RAD = [0, Math.PI / 2, -Math.PI / 2, Math.PI] as const;

/**
 * All faces in a still picture, largest first, at most {@link MAX_FACES}: from faces that fill it down to those of a
 * large group, paintings too. A picture that lies on its side or stands on its head is looked at again, turned.
 * @throws InferenceError
 */
export async function findFaces(models: FaceModels, image: RgbaImage): Promise<FaceLandmarks[]> {
  const detector = new FaceDetector(models);
  const mesh = new MeshFitter(models);
  const eyes = new EyeRefiner(models);

  for (const turnRad of QUARTER_TURNS_RAD) {
    const detections: FaceDetection[] = [];
    for (const window of windowsOf(image)) {
      detections.push(...(await detector.detect(image, { ...window, rollRad: turnRad }, MIN_DETECTION_SCORE)));
    }
    const faces: { landmarks: FaceLandmarks; region: SquareRegion }[] = [];
    for (const detection of withoutDuplicates(detections.sort((a, b) => b.score - a.score))) {
      const landmarks = await fitFace(mesh, image, detection);
      if (!landmarks) continue;
      const region = meshRegionOfLandmarks(landmarks.points);
      if (faces.some((face) => isSameFace(face.region, region))) continue;
      faces.push({ landmarks, region });
    }
    if (faces.length === 0) continue;
    faces.sort((a, b) => b.region.sizePx - a.region.sizePx);
    faces.length = Math.min(faces.length, MAX_FACES);
    for (const { landmarks, region } of faces) await eyes.refine(image, landmarks.points, region.rollRad);
    return faces.map(({ landmarks }) => landmarks);
  }
  return [];
}

async function fitFace(mesh: MeshFitter, image: RgbaImage, detection: FaceDetection): Promise<FaceLandmarks | null> {
  const points = new Float32Array(3 * LANDMARK_COUNT);
  let region = meshRegionOfDetection(detection);
  let confidence = 0;
  for (let pass = 0; pass < MESH_PASSES; pass++) {
    confidence = await mesh.fit(image, region, points);
    if (confidence < MIN_PRESENCE || !isPlausibleFace(points, image.width, image.height)) return null;
    region = meshRegionOfLandmarks(points);
  }
  return { points, confidence };
}

/** The squares of the picture to look through: all of it, with a margin, and overlapping parts of it. */
function windowsOf({ width, height }: RgbaImage): SquareRegion[] {
  const longer = Math.max(width, height);
  const whole = wholePicture(width, height);
  const windows: SquareRegion[] = [];
  for (const share of WINDOW_SHARES) {
    const sizePx = longer * share;
    if (share >= 1) windows.push({ ...whole, sizePx });
    else if (sizePx >= MIN_WINDOW_PX) {
      for (const centerY of centersAlong(height, sizePx))
        for (const centerX of centersAlong(width, sizePx)) windows.push({ centerX, centerY, sizePx, rollRad: 0 });
    }
  }
  return windows;
}

/** Centres of windows that cover a side of the picture, each overlapping the next by half. */
function centersAlong(lengthPx: number, windowPx: number): number[] {
  if (lengthPx <= windowPx) return [lengthPx / 2];
  const steps = Math.ceil((lengthPx - windowPx) / (windowPx / 2));
  return Array.from({ length: steps + 1 }, (_, i) => windowPx / 2 + (i * (lengthPx - windowPx)) / steps);
}

/** Two fits that ended on the same face: neither centre is outside of the other's middle. */
function isSameFace(a: SquareRegion, b: SquareRegion): boolean {
  const distance = Math.hypot(a.centerX - b.centerX, a.centerY - b.centerY);
  return distance < 0.25 * Math.max(a.sizePx, b.sizePx);
}
