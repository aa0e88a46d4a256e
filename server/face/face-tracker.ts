import type { RgbaImage } from '../imaging/rgba-image.ts';
import { EyeRefiner } from './eye-refiner.ts';
import { type AcquisitionOptions, acquireFace } from './face-acquisition.ts';
import { FaceDetector, overlap } from './face-detector.ts';
import { type FaceDetection, type FaceLandmarks, LANDMARK_COUNT } from './face-landmarks.ts';
import type { FaceModels } from './face-models.ts';
import {
  meshRegionOfDetection,
  meshRegionOfLandmarks,
  type RegionChange,
  regionChange,
  type SquareRegion,
  wholePicture,
} from './face-region.ts';
import { isPlausibleFace, isPlausibleStep } from './landmark-sanity.ts';
import { MeshFitter } from './mesh-fitter.ts';

/** Detections below this are not looked at. */
const MIN_DETECTION_SCORE = 0.4;

/** Below this the mesh model has lost the face that it followed. */
const MIN_PRESENCE = 0.5;

/** A new face must be surer, and its mesh must settle: better none than landmarks on what is no face. */
const ACQUISITION: AcquisitionOptions = { minPresence: 0.9, maxPasses: 3, settledMovement: 0.025 };

/** How many of the detector's faces to try before giving a frame up. */
const MAX_CANDIDATES = 3;

/**
 * While there is no face, the detector (two to three times as dear as tracking) looks at every second frame; after
 * some misses, as under a covered camera, at every fifth.
 */
const FRAMES_PER_DETECTION = 2;
const FRAMES_PER_DETECTION_WHEN_LONG_LOST = 5;
const MISSES_UNTIL_LONG_LOST = 15;

/**
 * Changes of the region below all of these are not followed: the mesh answers a little differently for every region,
 * and a region that chases its answers would make a resting face tremble.
 */
const REST: RegionChange = { shift: 0.005, scale: 1.01, turnRad: 0.01 };

export interface FaceTrackerOptions {
  /** For measuring: looks at both eyes anew in every frame, where a session saves time on eyes that hardly change. */
  readonly attentive?: boolean;
}

/**
 * Follows one face through a video. The detector runs only when there is no face to follow: the mesh is fitted where
 * the last frame's landmarks were, then the irises and lids. Of several faces it takes the largest and most central,
 * and stays with it. Result points are a fresh array that belongs to the caller.
 */
export class FaceTracker {
  readonly #detector: FaceDetector;
  readonly #mesh: MeshFitter;
  readonly #eyes: EyeRefiner;
  /** Where to fit the mesh next; null while there is no face. */
  #region: SquareRegion | null = null;
  /** Where the face was last, kept when it is lost: of several faces the one there is preferred. */
  #lastRegion: SquareRegion | null = null;
  #pictureWidth = 0;
  #pictureHeight = 0;
  #misses = 0;
  #framesUntilDetection = 0;
  #busy = false;

  constructor(models: FaceModels, { attentive = false }: FaceTrackerOptions = {}) {
    this.#detector = new FaceDetector(models);
    this.#mesh = new MeshFitter(models);
    this.#eyes = new EyeRefiner(models, attentive);
  }

  /**
   * Landmarks of the face in the next frame, or null where none is seen.
   * @throws Error if called again before the last call has ended; InferenceError
   */
  async track(image: RgbaImage): Promise<FaceLandmarks | null> {
    if (this.#busy) throw new Error('FaceTracker.track is not for concurrent calls');
    this.#busy = true;
    try {
      this.#adaptToSize(image);
      return (await this.#follow(image)) ?? (await this.#search(image));
    } finally {
      this.#busy = false;
    }
  }

  /** Forgets the face: the next frame is the first of another video. */
  reset(): void {
    this.#region = null;
    this.#lastRegion = null;
    this.#misses = 0;
    this.#framesUntilDetection = 0;
    this.#eyes.reset();
  }

  /** Fits the face that was there in the last frame. */
  async #follow(image: RgbaImage): Promise<FaceLandmarks | null> {
    const region = this.#region;
    if (!region) return null;
    const points = new Float32Array(3 * LANDMARK_COUNT);
    const confidence = await this.#mesh.fit(image, region, points);
    const isFace =
      confidence >= MIN_PRESENCE &&
      isPlausibleFace(points, image.width, image.height) &&
      isPlausibleStep(region, meshRegionOfLandmarks(points));
    if (!isFace) {
      // Lost just now: worth looking for at once.
      this.#region = null;
      this.#framesUntilDetection = 0;
      return null;
    }
    return this.#accept(image, points, confidence);
  }

  /** Looks for a face in the whole picture, as often as it is worth. */
  async #search(image: RgbaImage): Promise<FaceLandmarks | null> {
    if (this.#framesUntilDetection > 0) {
      this.#framesUntilDetection--;
      return null;
    }
    const window = wholePicture(image.width, image.height);
    const detections = await this.#detector.detect(image, window, MIN_DETECTION_SCORE);
    const candidates = this.#mostWanted(detections, image).slice(0, MAX_CANDIDATES);
    for (const detection of candidates) {
      const face = await acquireFace(this.#mesh, image, detection, ACQUISITION);
      if (face) return this.#accept(image, face.points, face.presence);
    }
    this.#misses++;
    const longLost = this.#misses > MISSES_UNTIL_LONG_LOST;
    this.#framesUntilDetection = (longLost ? FRAMES_PER_DETECTION_WHEN_LONG_LOST : FRAMES_PER_DETECTION) - 1;
    return null;
  }

  async #accept(image: RgbaImage, points: Float32Array, confidence: number): Promise<FaceLandmarks> {
    const region = meshRegionOfLandmarks(points);
    await this.#eyes.refine(image, points, region.rollRad);
    if (!this.#region || !isAtRest(this.#region, region)) this.#region = region;
    this.#lastRegion = region;
    this.#misses = 0;
    return { points, confidence };
  }

  /** The face that was followed before, then large and central ones. */
  #mostWanted(detections: readonly FaceDetection[], image: RgbaImage): FaceDetection[] {
    const reach = Math.hypot(image.width, image.height) / 2;
    const last = this.#lastRegion;
    const rank = (detection: FaceDetection) => {
      const fromCenter = Math.hypot(detection.centerX - image.width / 2, detection.centerY - image.height / 2) / reach;
      const known = last ? overlap(meshRegionOfDetection(detection), last) : 0;
      return detection.sizePx * (1 - 0.5 * fromCenter) * (1 + 3 * known);
    };
    return [...detections].sort((a, b) => rank(b) - rank(a));
  }

  /** A WebRTC sender changes its resolution while it sends: the face is then at the same place of a larger picture. */
  #adaptToSize({ width, height }: RgbaImage): void {
    if (width === this.#pictureWidth && height === this.#pictureHeight) return;
    const scale = width / this.#pictureWidth;
    const sameShape = Math.abs(height - this.#pictureHeight * scale) <= 2;
    this.#pictureWidth = width;
    this.#pictureHeight = height;
    if (!sameShape) this.reset();
    else if (this.#region) this.#region = this.#lastRegion = scaled(this.#region, scale);
    else this.#lastRegion = null;
  }
}

function isAtRest(from: SquareRegion, to: SquareRegion): boolean {
  const { shift, scale, turnRad } = regionChange(from, to);
  return shift <= REST.shift && scale <= REST.scale && turnRad <= REST.turnRad;
}

function scaled(region: SquareRegion, scale: number): SquareRegion {
  return {
    centerX: region.centerX * scale,
    centerY: region.centerY * scale,
    sizePx: region.sizePx * scale,
    rollRad: region.rollRad,
  };
}
