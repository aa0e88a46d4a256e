import type { RgbaImage } from '../imaging/rgba-image.ts';
import type { OnnxRun } from '../inference/onnx-model.ts';
import type { FaceModels } from './face-models.ts';
import { MESH_POINT_COUNT, type SquareRegion } from './face-region.ts';
import { RANGE_0_TO_1, RegionCropper } from './region-cropper.ts';

const INPUT_SIDE_PX = 64;
const EYE_COUNT = 2;
const INPUT_LENGTH = 3 * INPUT_SIDE_PX * INPUT_SIDE_PX;
/** 71 points of contours and brow, then the iris. */
const CONTOUR_POINT_COUNT = 71;
const IRIS_POINT_COUNT = 5;
const OUTPUT_LENGTH = 3 * (CONTOUR_POINT_COUNT + IRIS_POINT_COUNT);

/** Side of the square around an eye over the distance of its corners, as the model was trained. */
const ROOM_AROUND_EYE = 2.3;

/**
 * A refined lid point this far from the mesh's (in distances of the eye's corners) is not believed: the eye is turned
 * away or hidden, and the mesh's own guess is the better one.
 */
const MAX_CORRECTION = 0.35;

interface Eye {
  /** Mesh points of the lower lid from the outer to the inner corner, then of the upper lid without the corners. */
  readonly contour: readonly number[];
  readonly outerCorner: number;
  readonly innerCorner: number;
  /** First of the five iris points: centre, then right, top, left, bottom. */
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

/** Finds the irises and sharpens the lids' contours (MediaPipe Iris; Ablavatski et al., 2020). */
export class EyeRefiner {
  readonly #run: OnnxRun<'image', 'points'>;
  readonly #cropper = new RegionCropper(INPUT_SIDE_PX);

  constructor(models: FaceModels) {
    this.#run = models.iris.bind(
      { image: [EYE_COUNT, 3, INPUT_SIDE_PX, INPUT_SIDE_PX] },
      { points: [EYE_COUNT, OUTPUT_LENGTH, 1, 1] },
    );
  }

  /**
   * Moves the lid contours in `points` (478 × x, y, z) and writes the iris points behind the mesh's.
   * @param rollRad direction of the eye line
   */
  async refine(image: RgbaImage, points: Float32Array, rollRad: number): Promise<void> {
    const regions = EYES.map((eye) => eyeRegion(points, eye, rollRad));
    EYES.forEach((eye, index) => {
      const offset = index * INPUT_LENGTH;
      this.#cropper.crop(image, regions[index], RANGE_0_TO_1, this.#run.inputs.image, offset, eye.mirrored);
    });
    await this.#run.execute();
    EYES.forEach((eye, index) => {
      const output = this.#run.outputs.points.subarray(index * OUTPUT_LENGTH, (index + 1) * OUTPUT_LENGTH);
      applyToFace(output, regions[index], eye, points);
    });
  }
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

function applyToFace(output: Float32Array, region: SquareRegion, eye: Eye, points: Float32Array): void {
  const scale = region.sizePx / INPUT_SIDE_PX;
  const cos = Math.cos(region.rollRad) * scale;
  const sin = Math.sin(region.rollRad) * scale;
  const placeX = (u: number, v: number) => region.centerX + u * cos - v * sin;
  const placeY = (u: number, v: number) => region.centerY + u * sin + v * cos;
  const inputX = (index: number) => (output[3 * index] - INPUT_SIDE_PX / 2) * (eye.mirrored ? -1 : 1);
  const inputY = (index: number) => output[3 * index + 1] - INPUT_SIDE_PX / 2;

  const maxCorrectionPx = (MAX_CORRECTION * region.sizePx) / ROOM_AROUND_EYE;
  let meanZ = 0;
  eye.contour.forEach((point, index) => {
    const x = placeX(inputX(index), inputY(index));
    const y = placeY(inputX(index), inputY(index));
    if (Math.hypot(x - points[3 * point], y - points[3 * point + 1]) <= maxCorrectionPx) {
      points[3 * point] = x;
      points[3 * point + 1] = y;
    }
    meanZ += points[3 * point + 2] / eye.contour.length;
  });
  for (let i = 0; i < IRIS_POINT_COUNT; i++) {
    const to = 3 * (eye.firstIrisPoint + i);
    const from = CONTOUR_POINT_COUNT + i;
    points[to] = placeX(inputX(from), inputY(from));
    points[to + 1] = placeY(inputX(from), inputY(from));
    points[to + 2] = meanZ;
  }
}
