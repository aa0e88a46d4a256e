import type { RgbaImage } from '../imaging/rgba-image.ts';
import type { OnnxRun } from '../inference/onnx-model.ts';
import type { FaceDetection } from './face-landmarks.ts';
import type { FaceModels } from './face-models.ts';
import type { SquareRegion } from './face-region.ts';
import { RANGE_MINUS_1_TO_1, RegionCropper } from './region-cropper.ts';

const INPUT_SIDE_PX = 256;

/** Values of a box: centre x, y, width, height, then x, y of six keypoints. */
const BOX_LENGTH = 16;
const KEYPOINT_LEFT_EYE = 4;
const KEYPOINT_RIGHT_EYE = 6;

/** Two boxes that overlap more than this (intersection over union) show the same face. */
const SAME_FACE_OVERLAP = 0.3;

/** Finds faces in a picture with BlazeFace (Bazarevsky et al., 2019), rear-camera model. Not for concurrent calls. */
export class FaceDetector {
  readonly #run: OnnxRun<'image', 'fineLogits' | 'coarseLogits' | 'fineBoxes' | 'coarseBoxes'>;
  readonly #cropper = new RegionCropper(INPUT_SIDE_PX);

  constructor(models: FaceModels) {
    this.#run = models.detector.bind(
      { image: [1, 3, INPUT_SIDE_PX, INPUT_SIDE_PX] },
      {
        fineLogits: [1, 512, 1],
        coarseLogits: [1, 384, 1],
        fineBoxes: [1, 512, BOX_LENGTH],
        coarseBoxes: [1, 384, BOX_LENGTH],
      },
    );
  }

  /**
   * The faces in one square of the picture, best score first, each once; boxes are in pixels of the picture.
   * Faces from about 1/25 of the square's side on are found, upright or turned with the square up to about 45°.
   */
  async detect(image: RgbaImage, window: SquareRegion, minScore: number): Promise<FaceDetection[]> {
    this.#cropper.crop(image, window, RANGE_MINUS_1_TO_1, this.#run.inputs.image);
    await this.#run.execute();
    const { fineLogits, coarseLogits, fineBoxes, coarseBoxes } = this.#run.outputs;
    const found = [
      ...decodeGrid(fineLogits, fineBoxes, 16, 2, window, minScore),
      ...decodeGrid(coarseLogits, coarseBoxes, 32, 6, window, minScore),
    ];
    return withoutDuplicates(found.sort((a, b) => b.score - a.score));
  }
}

/** Keeps, of boxes that overlap, the first one (non-maximum suppression for boxes sorted by score). */
export function withoutDuplicates(detections: readonly FaceDetection[]): FaceDetection[] {
  const kept: FaceDetection[] = [];
  for (const detection of detections) {
    if (kept.every((other) => overlap(other, detection) < SAME_FACE_OVERLAP)) kept.push(detection);
  }
  return kept;
}

/** Intersection over union of two face boxes, their rotation left aside. */
export function overlap(a: SquareRegion, b: SquareRegion): number {
  const reach = (a.sizePx + b.sizePx) / 2;
  const smaller = Math.min(a.sizePx, b.sizePx);
  const width = Math.min(smaller, reach - Math.abs(a.centerX - b.centerX));
  const height = Math.min(smaller, reach - Math.abs(a.centerY - b.centerY));
  if (width <= 0 || height <= 0) return 0;
  const intersection = width * height;
  return intersection / (a.sizePx ** 2 + b.sizePx ** 2 - intersection);
}

/** Decodes the anchors of one output grid: their boxes are offsets in input pixels from the cell's centre. */
function decodeGrid(
  logits: Float32Array,
  boxes: Float32Array,
  stridePx: number,
  anchorsPerCell: number,
  window: SquareRegion,
  minScore: number,
): FaceDetection[] {
  const minLogit = Math.log(minScore / (1 - minScore));
  const cells = INPUT_SIDE_PX / stridePx;
  const scale = window.sizePx / INPUT_SIDE_PX;
  const cos = Math.cos(window.rollRad) * scale;
  const sin = Math.sin(window.rollRad) * scale;
  const found: FaceDetection[] = [];
  for (let anchor = 0; anchor < logits.length; anchor++) {
    if (!(logits[anchor] >= minLogit)) continue;
    const cell = Math.floor(anchor / anchorsPerCell);
    const box = boxes.subarray(anchor * BOX_LENGTH, (anchor + 1) * BOX_LENGTH);
    const u = ((cell % cells) + 0.5) * stridePx - INPUT_SIDE_PX / 2 + box[0];
    const v = (Math.floor(cell / cells) + 0.5) * stridePx - INPUT_SIDE_PX / 2 + box[1];
    const eyeLine = Math.atan2(
      box[KEYPOINT_RIGHT_EYE + 1] - box[KEYPOINT_LEFT_EYE + 1],
      box[KEYPOINT_RIGHT_EYE] - box[KEYPOINT_LEFT_EYE],
    );
    found.push({
      centerX: window.centerX + u * cos - v * sin,
      centerY: window.centerY + u * sin + v * cos,
      sizePx: Math.max(box[2], box[3]) * scale,
      rollRad: window.rollRad + eyeLine,
      score: 1 / (1 + Math.exp(-logits[anchor])),
    });
  }
  return found;
}
