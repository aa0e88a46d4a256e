import type { RgbaImage } from '../imaging/rgba-image.ts';
import { EyeRefiner } from './eye-refiner.ts';
import { type AcquiredFace, type AcquisitionOptions, acquireFace } from './face-acquisition.ts';
import { FaceDetector, withoutDuplicates } from './face-detector.ts';
import type { FaceDetection, FaceLandmarks } from './face-landmarks.ts';
import type { FaceModels } from './face-models.ts';
import { type SquareRegion, wholePicture } from './face-region.ts';
import { MeshFitter } from './mesh-fitter.ts';

/** More faces than this in one picture are not offered. */
export const MAX_FACES = 12;

const MIN_DETECTION_SCORE = 0.35;

const ACQUISITION: AcquisitionOptions = { minPresence: 0.5, maxPasses: 5, settledMovement: 0.01 };

/**
 * A face of this quality settles which way up the picture is: on faces upside down the detector is less sure (0.5 to
 * 0.8, upright ones 0.84 to 0.96), though the mesh model sometimes believes in them.
 */
const UPRIGHT_QUALITY = 0.82;

/** Windows smaller than this show no face that the whole picture's would not. */
const MIN_WINDOW_PX = 240;

/**
 * Sides of the windows the detector looks through, as shares of the picture's longer side: all of it, all with a wide
 * margin (faces that fill the picture), and parts of it (the small faces of a group).
 */
const WINDOW_SHARES = [1, 1.8, 0.5, 0.25] as const;

/** Which way up the picture may be. */
const TURNS_RAD = [0, Math.PI / 2, -Math.PI / 2, Math.PI] as const;

interface FoundFace extends AcquiredFace {
  /** Belief of the mesh model times that of the detector, 0..1. */
  readonly quality: number;
}

/**
 * All faces in a still picture, largest first, at most {@link MAX_FACES}: from faces that fill it down to those of a
 * large group, paintings too. A picture without a convincing upright face is looked at again lying on its sides and
 * standing on its head. The points belong to the caller.
 * @throws InferenceError
 */
export async function findFaces(models: FaceModels, image: RgbaImage): Promise<FaceLandmarks[]> {
  const detector = new FaceDetector(models);
  const mesh = new MeshFitter(models);
  let faces: FoundFace[] = [];
  for (const turnRad of TURNS_RAD) {
    const found = await fitAll(mesh, image, await detectEverywhere(detector, image, turnRad));
    if (bestQuality(found) > bestQuality(faces)) faces = found;
    if (bestQuality(faces) >= UPRIGHT_QUALITY) break;
  }
  faces.sort((a, b) => b.region.sizePx - a.region.sizePx);
  const largest = faces.slice(0, MAX_FACES);
  const eyes = new EyeRefiner(models);
  for (const { points, region } of largest) {
    eyes.reset();
    await eyes.refine(image, points, region.rollRad);
  }
  return largest.map(({ points, presence }) => ({ points, confidence: presence }));
}

/** What the detector sees in any window of the picture, best first. */
async function detectEverywhere(detector: FaceDetector, image: RgbaImage, turnRad: number): Promise<FaceDetection[]> {
  const detections: FaceDetection[] = [];
  for (const window of windowsOf(image, turnRad)) {
    detections.push(...(await detector.detect(image, window, MIN_DETECTION_SCORE)));
  }
  return withoutDuplicates(detections.sort((a, b) => b.score - a.score));
}

async function fitAll(mesh: MeshFitter, image: RgbaImage, detections: readonly FaceDetection[]): Promise<FoundFace[]> {
  const faces: FoundFace[] = [];
  for (const detection of detections) {
    const face = await acquireFace(mesh, image, detection, ACQUISITION);
    if (!face || faces.some((other) => isSameFace(other.region, face.region))) continue;
    faces.push({ ...face, quality: face.presence * detection.score });
  }
  return faces;
}

function bestQuality(faces: readonly FoundFace[]): number {
  return faces.reduce((best, face) => Math.max(best, face.quality), 0);
}

/** The squares of the picture to look through. */
function windowsOf({ width, height }: RgbaImage, rollRad: number): SquareRegion[] {
  const whole = wholePicture(width, height);
  const windows: SquareRegion[] = [];
  for (const share of WINDOW_SHARES) {
    const sizePx = whole.sizePx * share;
    if (share >= 1) windows.push({ ...whole, sizePx, rollRad });
    else if (sizePx >= MIN_WINDOW_PX) {
      for (const centerY of centersAlong(height, sizePx))
        for (const centerX of centersAlong(width, sizePx)) windows.push({ centerX, centerY, sizePx, rollRad });
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

/** Two fits that ended on the same face: the centres are closer than two faces can be. */
function isSameFace(a: SquareRegion, b: SquareRegion): boolean {
  const distance = Math.hypot(a.centerX - b.centerX, a.centerY - b.centerY);
  return distance < 0.25 * Math.max(a.sizePx, b.sizePx);
}
