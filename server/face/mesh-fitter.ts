import type { RgbaImage } from '../imaging/rgba-image.ts';
import type { OnnxRun } from '../inference/onnx-model.ts';
import type { FaceModels } from './face-models.ts';
import { MESH_POINT_COUNT, type SquareRegion } from './face-region.ts';
import { RANGE_0_TO_1, RegionCropper } from './region-cropper.ts';

const INPUT_SIDE_PX = 192;

/** Fits the 468-point mesh to the face in a region (FaceMesh; Kartynnik et al., 2019). Not for concurrent calls. */
export class MeshFitter {
  readonly #run: OnnxRun<'image', 'points' | 'presence'>;
  readonly #cropper = new RegionCropper(INPUT_SIDE_PX);

  constructor(models: FaceModels) {
    this.#run = models.mesh.bind(
      { image: [1, 3, INPUT_SIDE_PX, INPUT_SIDE_PX] },
      { points: [1, 3 * MESH_POINT_COUNT], presence: [1, 1] },
    );
  }

  /** Writes the mesh's points (x, y, z in pixels of the picture) to `out`. Returns the belief in a face, 0..1. */
  async fit(image: RgbaImage, region: SquareRegion, out: Float32Array): Promise<number> {
    this.#cropper.crop(image, region, RANGE_0_TO_1, this.#run.inputs.image);
    await this.#run.execute();
    const { points, presence } = this.#run.outputs;
    const scale = region.sizePx / INPUT_SIDE_PX;
    const cos = Math.cos(region.rollRad) * scale;
    const sin = Math.sin(region.rollRad) * scale;
    for (let i = 0; i < 3 * MESH_POINT_COUNT; i += 3) {
      const u = points[i] - INPUT_SIDE_PX / 2;
      const v = points[i + 1] - INPUT_SIDE_PX / 2;
      out[i] = region.centerX + u * cos - v * sin;
      out[i + 1] = region.centerY + u * sin + v * cos;
      out[i + 2] = points[i + 2] * scale;
    }
    return presence[0];
  }
}
