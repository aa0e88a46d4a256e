import type { RgbaImage } from '../imaging/rgba-image.ts';
import type { OnnxRun } from '../inference/onnx-model.ts';
import { EyeMemory } from './eye-memory.ts';
import { BOTH_EYES, chooseEyes } from './eye-schedule.ts';
import type { FaceModels } from './face-models.ts';
import { MESH_POINT_COUNT, type SquareRegion } from './face-region.ts';
import { RANGE_0_TO_1, RegionCropper } from './region-cropper.ts';

const INPUT_SIDE_PX = 64;
const INPUT_LENGTH = 3 * INPUT_SIDE_PX * INPUT_SIDE_PX;
/** 71 points of contours and brow, then the iris. */
const CONTOUR_POINT_COUNT = 71;
const IRIS_POINT_COUNT = 5;
const OUTPUT_LENGTH = 3 * (CONTOUR_POINT_COUNT + IRIS_POINT_COUNT);

/** Side of the square around an eye over the distance of its corners, as the model was trained. */
const ROOM_AROUND_EYE = 2.3;

/**
 * Mean correction of an eye's contour, in distances of its corners, beyond which the iris model is not believed: the
 * eye is turned away or covered. On 753 frames of three clips it stays below 0.21.
 */
const MAX_MEAN_CORRECTION = 0.3;

/** Radius of an iris over the distance of the eye's corners: what is assumed where the iris is not seen. */
const IRIS_RADIUS = 0.2;

/** Where the iris points lie from their centre, x towards the nose, y down: see {@link Eye.firstIrisPoint}. */
const IRIS_POINT_DIRECTIONS = [
  [0, 0],
  [1, 0],
  [0, -1],
  [-1, 0],
  [0, 1],
] as const;

/** The model's points in the middle of the lids; the mesh's 145 and 159. */
const LOWER_LID_MIDDLE = 4;
const UPPER_LID_MIDDLE = 12;
/** From this much on, in pixels of the crop, it is not the model's noise: the other eye has moved as well. */
const LIDS_MOVE_PX = 1;
const IRIS_MOVES_PX = 2;

interface Eye {
  /** Mesh points of the lower lid from the outer to the inner corner, then of the upper lid without the corners. */
  readonly contour: readonly number[];
  readonly outerCorner: number;
  readonly innerCorner: number;
  /** First of the five iris points: centre, then towards the nose, top, towards the temple, bottom. */
  readonly firstIrisPoint: number;
  /** The model knows the eye on the left of the picture; the other one is shown to it mirrored. */
  readonly mirrored: boolean;
}

/** In the model's order of points; the tables are those of MediaPipe's iris graph. */
const EYES: readonly Eye[] = [
  {
    contour: [33, 7, 163, 144, 145, 153, 154, 155, 133, 246, 161, 160, 159, 158, 157, 173],
    outerCorner: 33,
    innerCorner: 133,
    firstIrisPoint: MESH_POINT_COUNT,
    mirrored: false,
  },
  {
    contour: [263, 249, 390, 373, 374, 380, 381, 382, 362, 466, 388, 387, 386, 385, 384, 398],
    outerCorner: 263,
    innerCorner: 362,
    firstIrisPoint: MESH_POINT_COUNT + IRIS_POINT_COUNT,
    mirrored: true,
  },
];

/**
 * Finds the irises and sharpens the lids' contours (MediaPipe Iris; Ablavatski et al., 2020). Looks anew only at eyes
 * whose picture has changed: see {@link EyeMemory}.
 */
export class EyeRefiner {
  readonly #attentive: boolean;
  readonly #both: OnnxRun<'image', 'points'>;
  readonly #single: OnnxRun<'image', 'points'>;
  readonly #cropper = new RegionCropper(INPUT_SIDE_PX);
  readonly #memories = EYES.map(() => new EyeMemory(INPUT_SIDE_PX, OUTPUT_LENGTH));
  readonly #points = new Float32Array(OUTPUT_LENGTH);

  /** @param attentive whether to look at both eyes in every frame, whatever they do: twice the time, a little steadier */
  constructor(models: FaceModels, attentive = false) {
    this.#attentive = attentive;
    const bind = (eyeCount: number) =>
      models.iris.bind(
        { image: [eyeCount, 3, INPUT_SIDE_PX, INPUT_SIDE_PX] },
        { points: [eyeCount, OUTPUT_LENGTH, 1, 1] },
      );
    this.#both = bind(EYES.length);
    this.#single = bind(1);
  }

  /** Forgets the eyes it has seen: the next face is another one. */
  reset(): void {
    for (const memory of this.#memories) memory.forget();
  }

  /**
   * Moves the lid contours in `points` (478 × x, y, z) and writes the iris points behind the mesh's.
   * @param rollRad direction of the eye line
   */
  async refine(image: RgbaImage, points: Float32Array, rollRad: number): Promise<void> {
    const regions = EYES.map((eye) => eyeRegion(points, eye, rollRad));
    const crops = this.#both.inputs.image;
    EYES.forEach((eye, index) => {
      this.#cropper.crop(image, regions[index], RANGE_0_TO_1, crops, index * INPUT_LENGTH, eye.mirrored);
    });
    await this.#look(crops);
    EYES.forEach((eye, index) => {
      this.#points.set(this.#memories[index].answer);
      applyToFace(this.#points, regions[index], eye, points);
    });
  }

  /** Brings the memories' answers up to date with `crops`. */
  async #look(crops: Float32Array): Promise<void> {
    const differences = EYES.map((_, index) => this.#memories[index].compare(cropOf(crops, index)));
    const { now, perhaps } = this.#attentive
      ? BOTH_EYES
      : chooseEyes(differences, [this.#memories[0].age, this.#memories[1].age]);
    if (now.length === 0) return;
    const moved = await this.#lookAt(now, crops);
    if (perhaps !== null && moved) await this.#lookAt([perhaps], crops);
  }

  /** Asks the model about some eyes. Returns whether the first one's lids or iris are not where they were expected. */
  async #lookAt(eyes: readonly number[], crops: Float32Array): Promise<boolean> {
    const run = eyes.length === 1 ? this.#single : this.#both;
    if (run === this.#single) run.inputs.image.set(cropOf(crops, eyes[0]));
    await run.execute();
    const first = this.#memories[eyes[0]];
    const moved = hasMoved(first.answer, run.outputs.points);
    eyes.forEach((index, n) => {
      this.#memories[index].remember(run.outputs.points.subarray(n * OUTPUT_LENGTH, (n + 1) * OUTPUT_LENGTH));
    });
    return moved;
  }
}

function hasMoved(expected: Float32Array, answer: Float32Array): boolean {
  const change = (coordinate: number) => answer[coordinate] - expected[coordinate];
  const lids = change(3 * LOWER_LID_MIDDLE + 1) - change(3 * UPPER_LID_MIDDLE + 1);
  const iris = 3 * CONTOUR_POINT_COUNT;
  return Math.abs(lids) > LIDS_MOVE_PX || Math.hypot(change(iris), change(iris + 1)) > IRIS_MOVES_PX;
}

function cropOf(crops: Float32Array, index: number): Float32Array {
  return crops.subarray(index * INPUT_LENGTH, (index + 1) * INPUT_LENGTH);
}

function eyeRegion(points: Float32Array, eye: Eye, rollRad: number): SquareRegion {
  const outer = 3 * eye.outerCorner;
  const inner = 3 * eye.innerCorner;
  return {
    centerX: (points[outer] + points[inner]) / 2,
    centerY: (points[outer + 1] + points[inner + 1]) / 2,
    sizePx: ROOM_AROUND_EYE * Math.hypot(points[outer] - points[inner], points[outer + 1] - points[inner + 1]),
    rollRad,
  };
}

/** Takes one eye's output over into the face, or, where it is not to be believed, leaves the mesh's guess. */
function applyToFace(output: Float32Array, region: SquareRegion, eye: Eye, points: Float32Array): void {
  placeInPicture(output, region, eye.mirrored);
  const cornerDistancePx = region.sizePx / ROOM_AROUND_EYE;
  let correctionPx = 0;
  let centerX = 0;
  let centerY = 0;
  let centerZ = 0;
  eye.contour.forEach((point, index) => {
    correctionPx += Math.hypot(output[3 * index] - points[3 * point], output[3 * index + 1] - points[3 * point + 1]);
    centerX += points[3 * point] / eye.contour.length;
    centerY += points[3 * point + 1] / eye.contour.length;
    centerZ += points[3 * point + 2] / eye.contour.length;
  });
  const believed = correctionPx / eye.contour.length <= MAX_MEAN_CORRECTION * cornerDistancePx;
  if (believed) {
    eye.contour.forEach((point, index) => {
      points[3 * point] = output[3 * index];
      points[3 * point + 1] = output[3 * index + 1];
    });
  }
  const radiusPx = IRIS_RADIUS * cornerDistancePx;
  const cos = Math.cos(region.rollRad);
  const sin = Math.sin(region.rollRad);
  for (let i = 0; i < IRIS_POINT_COUNT; i++) {
    const to = 3 * (eye.firstIrisPoint + i);
    const from = 3 * (CONTOUR_POINT_COUNT + i);
    const [towardsNose, down] = IRIS_POINT_DIRECTIONS[i];
    const x = towardsNose * (eye.mirrored ? -1 : 1);
    points[to] = believed ? output[from] : centerX + radiusPx * (x * cos - down * sin);
    points[to + 1] = believed ? output[from + 1] : centerY + radiusPx * (x * sin + down * cos);
    // The iris model's own depths are not reliable.
    points[to + 2] = centerZ;
  }
}

/** Turns the model's x and y from pixels of its input to pixels of the picture, in place. */
function placeInPicture(output: Float32Array, region: SquareRegion, mirrored: boolean): void {
  const scale = region.sizePx / INPUT_SIDE_PX;
  const cos = Math.cos(region.rollRad) * scale;
  const sin = Math.sin(region.rollRad) * scale;
  for (let i = 0; i < output.length; i += 3) {
    const u = (output[i] - INPUT_SIDE_PX / 2) * (mirrored ? -1 : 1);
    const v = output[i + 1] - INPUT_SIDE_PX / 2;
    output[i] = region.centerX + u * cos - v * sin;
    output[i + 1] = region.centerY + u * sin + v * cos;
  }
}
