import { LANDMARK_COUNT } from '../../../face/face-landmarks.ts';
import { EYES, FACE_TRIANGLES, LIPS, MESH_POINT_COUNT } from '../../../face/face-topology.ts';
import type { RgbaImage } from '../../../imaging/rgba-image.ts';
import { readHeadPose } from '../../../motion/head-pose.ts';
import type { Motion } from '../../../motion/motion.ts';
import type { Similarity } from '../../../motion/procrustes.ts';
import { applySimilarity, identitySimilarity, invertSimilarity } from '../../../motion/procrustes.ts';
import type { HeadAngles } from '../../../motion/rotation.ts';
import { EXPRESSION_WEIGHTS } from './expression-weights.ts';
import { HiddenSide } from './hidden-side.ts';
import type { MotionLimits } from './motion-limits.ts';
import { anglesOf, limitedPose, ONE_LAYER, TWO_LAYERS } from './motion-limits.ts';
import { PersonSheet } from './person-sheet.ts';
import { Surroundings } from './surroundings.ts';

/** Depths from a single picture are uncertain: expression moves points in depth by less than it is said to. */
const DEPTH_OF_EXPRESSION = 0.6;
/** Lids are moved by opening ratio; of the expression around the eye they take up this much. */
const LID_EXPRESSION = 0.5;
const CREASE_EXPRESSION = 0.3;
/** Widest opening of an eye. */
const MAX_LID_OPENING = 1.3;

/**
 * A portrait's face and its surroundings as a mesh, and where the mesh goes under a motion.
 * Vertices are the landmarks, then the rings around the face.
 */
export class PortraitGeometry {
  /** Pose of the portrait's head as it was taken: canonical units to pixels. */
  readonly ownPose: Similarity = identitySimilarity();
  readonly ownAngles: HeadAngles;
  /** The portrait's landmarks in the head's own frame, canonical units. */
  readonly ownShape: Float64Array = new Float64Array(LANDMARK_COUNT * 3);
  readonly triangles: Uint16Array;
  /** Vertices as they are in the still picture: x, y, z in pixels. */
  readonly own: Float32Array;

  /** Pose, shape and vertices under the motion of the last `move`. */
  readonly pose: Similarity = identitySimilarity();
  readonly shape: Float64Array = new Float64Array(LANDMARK_COUNT * 3);
  readonly moved: Float32Array;
  /** Where in the still picture each vertex takes its colour from: its own place, or nearby where that is hidden. */
  readonly source: Float32Array;

  readonly #hiddenSide: HiddenSide;
  /** What of the person is around the face; null where person and background are one. */
  readonly sheet: PersonSheet | null;
  readonly #surroundings: Surroundings | PersonSheet;
  readonly #limits: MotionLimits;
  readonly #ownPosed = new Float64Array(LANDMARK_COUNT * 3);
  readonly #posed = new Float64Array(LANDMARK_COUNT * 3);
  readonly #expressed = new Float64Array(LANDMARK_COUNT * 3);

  /** `landmarks` in a still of `width × height` pixels; `person`: the person alone, null where it is not known. */
  constructor(landmarks: Float32Array, width: number, height: number, person: RgbaImage | null = null) {
    readHeadPose(landmarks, this.ownPose);
    this.ownAngles = anglesOf(this.ownPose);
    invertSimilarity(this.ownPose, landmarks, this.ownShape);
    applySimilarity(this.ownPose, this.ownShape, this.#ownPosed);
    this.#limits = person ? TWO_LAYERS : ONE_LAYER;
    this.sheet = person && new PersonSheet(landmarks, this.ownPose, person);
    this.#surroundings = this.sheet ?? new Surroundings(landmarks, width, height);
    const count = LANDMARK_COUNT + this.#surroundings.vertexCount;
    this.own = new Float32Array(count * 3);
    this.own.set(landmarks);
    this.#surroundings.writeOwn(this.own, LANDMARK_COUNT);
    this.moved = this.own.slice();
    this.source = this.own.slice();
    this.#surroundings.writeSources(this.source, LANDMARK_COUNT);
    this.#hiddenSide = new HiddenSide(landmarks, this.ownPose);
    this.triangles = Uint16Array.from([
      ...FACE_TRIANGLES,
      ...mouthTriangles(),
      ...this.#surroundings.triangles(LANDMARK_COUNT),
    ]);
  }

  /** Pixels per canonical unit under the last `move`. */
  get pixelsPerUnit(): number {
    return this.pose.scale;
  }

  /** Box around the face under the last `move`, pixels; may reach out of the picture. */
  faceBox(): { left: number; top: number; right: number; bottom: number } {
    const box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
    for (let i = 0; i < 3 * MESH_POINT_COUNT; i += 3) {
      box.left = Math.min(box.left, this.moved[i]);
      box.right = Math.max(box.right, this.moved[i]);
      box.top = Math.min(box.top, this.moved[i + 1]);
      box.bottom = Math.max(box.bottom, this.moved[i + 1]);
    }
    return { left: box.left - 2, top: box.top - 2, right: box.right + 2, bottom: box.bottom + 2 };
  }

  /** Whether the last `move` left every vertex where it is in the still. */
  isAtRest(): boolean {
    const { own, moved } = this;
    for (let i = 0; i < moved.length; i++) if (moved[i] !== own[i]) return false;
    return true;
  }

  /** Moves the mesh. A neutral motion leaves every vertex exactly where it is in the still picture. */
  move(motion: Motion): void {
    limitedPose(this.ownPose, this.ownAngles, motion, this.#limits, this.pose);
    this.#express(motion);
    applySimilarity(this.pose, this.ownShape, this.#posed);
    applySimilarity(this.pose, this.shape, this.#expressed);
    this.#hiddenSide.writeSources(this.pose, this.own, this.source);
    const { own, moved } = this;
    // Differences to the portrait's own pose computed alike, so that no motion is no difference at all.
    for (let i = 0; i < LANDMARK_COUNT * 3; i++) {
      moved[i] = own[i] + (this.#expressed[i] - this.#ownPosed[i]);
      this.#posed[i] = own[i] + (this.#posed[i] - this.#ownPosed[i]);
    }
    this.#surroundings.writeMoved(
      { own, ownPose: this.ownPose, pose: this.pose, posed: this.#posed, target: moved },
      moved,
      LANDMARK_COUNT,
    );
  }

  #express(motion: Motion): void {
    const { shape, ownShape } = this;
    const { expression } = motion;
    shape.set(ownShape);
    for (let point = 0; point < MESH_POINT_COUNT; point++) {
      const weight = EXPRESSION_WEIGHTS[point];
      const i = 3 * point;
      shape[i] += expression[i] * weight;
      shape[i + 1] += expression[i + 1] * weight;
      shape[i + 2] += expression[i + 2] * weight * DEPTH_OF_EXPRESSION;
    }
    for (let e = 0; e < 2; e++) this.#expressEye(e, expression, motion.lidOpening[e]);
    keepLipsApart(shape, ownShape);
  }

  /** The lids go with the eye's corners, wider where the eye opens more than the portrait's; closing is drawn later. */
  #expressEye(e: number, expression: Float32Array, lidOpening: number): void {
    const eye = EYES[e];
    const { shape, ownShape } = this;
    const left = 3 * eye.upperLid[0];
    const right = 3 * eye.upperLid[8];
    const shiftX = ((expression[left] + expression[right]) / 2) * LID_EXPRESSION;
    const shiftY = ((expression[left + 1] + expression[right + 1]) / 2) * LID_EXPRESSION;
    const widening = Math.min(MAX_LID_OPENING, Math.max(1, lidOpening)) - 1;
    for (const corner of [left, right]) {
      for (let k = 0; k < 3; k++) shape[corner + k] = ownShape[corner + k] + expression[corner + k] * LID_EXPRESSION;
    }
    for (let k = 1; k < 8; k++) {
      const upper = 3 * eye.upperLid[k];
      const lower = 3 * eye.lowerLid[k];
      const gapX = ownShape[lower] - ownShape[upper];
      const gapY = ownShape[lower + 1] - ownShape[upper + 1];
      place(shape, ownShape, upper, shiftX - gapX * widening, shiftY - gapY * widening);
      place(shape, ownShape, lower, shiftX, shiftY);
      const above = 3 * eye.upperCrease[k - 1];
      const below = 3 * eye.lowerCrease[k - 1];
      const lift = gapY * widening * 0.5;
      place(shape, ownShape, above, shiftX, shiftY - lift + expression[above + 1] * CREASE_EXPRESSION);
      place(shape, ownShape, below, shiftX, shiftY + expression[below + 1] * CREASE_EXPRESSION);
    }
    for (const iris of [eye.irisCenter, ...eye.irisRing]) place(shape, ownShape, 3 * iris, shiftX, shiftY);
  }
}

function place(shape: Float64Array, own: Float64Array, i: number, dx: number, dy: number): void {
  shape[i] = own[i] + dx;
  shape[i + 1] = own[i + 1] + dy;
  shape[i + 2] = own[i + 2];
}

/** Where the lips would pass through each other, more than the landmarks of the portrait do, they meet halfway. */
function keepLipsApart(shape: Float64Array, ownShape: Float64Array): void {
  for (let k = 1; k < LIPS.upperInner.length - 1; k++) {
    const upper = 3 * LIPS.upperInner[k] + 1;
    const lower = 3 * LIPS.lowerInner[k] + 1;
    const overlap = Math.min(0, ownShape[lower] - ownShape[upper]) - (shape[lower] - shape[upper]);
    if (overlap <= 0) continue;
    shape[upper] -= overlap / 2;
    shape[lower] += overlap / 2;
  }
}

/** Closes the opening between the inner lips. */
function mouthTriangles(): number[] {
  const { upperInner, lowerInner } = LIPS;
  const triangles: number[] = [];
  for (let k = 0; k + 1 < upperInner.length; k++) {
    const [a, b, c, d] = [upperInner[k], upperInner[k + 1], lowerInner[k + 1], lowerInner[k]];
    if (b !== c) triangles.push(a, b, c);
    if (a !== d) triangles.push(a, c, d);
  }
  return triangles;
}
