import type { FaceLandmarks } from '../../face/face-landmarks.ts';
import type { PortraitLayers } from '../../imaging/portrait-layers.ts';
import type { RgbaImage } from '../../imaging/rgba-image.ts';
import type { Motion } from '../../motion/motion.ts';
import type { MotionModel } from '../motion-model.ts';
import { paintLids } from './eyes/lid-keyframes.ts';
import { LidNet } from './eyes/lid-net.ts';
import { BEHIND_FACE } from './geometry/surroundings.ts';
import { MeshPortrait } from './mesh-portrait.ts';

/** Steps in depth from here on (canonical units) are edges of something that hides something else. */
const EDGE_JUMP = 0.14;

/**
 * The pack that needs no download and no GPU: the still picture warped on a mesh of the face and its surroundings,
 * with eyes and the inside of the mouth drawn anew.
 */
export class MeshModel implements MotionModel<MeshPortrait> {
  readonly name = 'mesh';
  readonly executionProvider = 'cpu';
  readonly #lidNet: LidNet;

  private constructor(lidNet: LidNet) {
    this.#lidNet = lidNet;
  }

  /** @throws InferenceError if the lid net, which is part of the project, cannot be loaded */
  static async load(): Promise<MeshModel> {
    return new MeshModel(await LidNet.load());
  }

  /** Takes `still` as it is: it must not change while the portrait is in use. */
  async prepare(
    still: RgbaImage,
    landmarks: FaceLandmarks,
    layers: PortraitLayers | null = null,
  ): Promise<MeshPortrait> {
    const lids = await paintLids(this.#lidNet, still, landmarks.points);
    return new MeshPortrait(still, landmarks, layers, lids);
  }

  /** A neutral motion draws the still exactly. Throws a `RangeError` where `out` has not the portrait's size. */
  async animate(portrait: MeshPortrait, motion: Motion, out: RgbaImage): Promise<void> {
    const { width, height } = portrait;
    if (out.width !== width || out.height !== height || out.data.length !== width * height * 4) {
      throw new RangeError(`The output is ${out.width}×${out.height}, the portrait ${width}×${height}`);
    }
    const { geometry } = portrait;
    const { picture } = portrait.rasterizer;
    geometry.move(motion);
    if (geometry.isAtRest()) picture.data.set(portrait.still.data);
    else this.#draw(portrait);
    for (const eye of portrait.eyes) eye.draw(motion, picture);
    portrait.mouth.draw(picture);
    portrait.shading.draw(motion.shading);
    out.data.set(picture.data);
  }

  #draw({ geometry, rasterizer, texture, person, otherSide, otherSideTexture }: MeshPortrait): void {
    rasterizer.begin();
    if (person) rasterizer.draw(geometry.triangles, geometry.moved, geometry.source, person);
    else rasterizer.draw(geometry.triangles, geometry.moved, geometry.source, texture, { unmoved: 'skip' });
    const opacity = otherSide?.opacity() ?? 0;
    if (otherSide && otherSideTexture && opacity > 0) {
      otherSide.follow();
      rasterizer.draw(otherSide.triangles, otherSide.moved, otherSide.source, otherSideTexture, { opacity });
    }
    rasterizer.softenEdges({
      ...geometry.faceBox(),
      jump: EDGE_JUMP * geometry.pixelsPerUnit,
      behind: BEHIND_FACE,
    });
    rasterizer.finish();
  }
}
