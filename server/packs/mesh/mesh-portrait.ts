import type { FaceLandmarks } from '../../face/face-landmarks.ts';
import type { PortraitLayers } from '../../imaging/portrait-layers.ts';
import type { RgbaImage } from '../../imaging/rgba-image.ts';
import type { Portrait } from '../motion-model.ts';
import { EyeLayer } from './eyes/eye-layer.ts';
import type { LidKeyframes } from './eyes/lid-keyframes.ts';
import { readFaceLight } from './geometry/face-light.ts';
import { FaceShading } from './geometry/face-shading.ts';
import { MirroredSide } from './geometry/mirrored-side.ts';
import { PortraitGeometry } from './geometry/portrait-geometry.ts';
import { MouthLayer } from './mouth/mouth-layer.ts';
import type { DrawableTexture } from './raster/texture.ts';
import { TriangleRasterizer } from './raster/triangle-rasterizer.ts';
import { lightOnSkin, skinColours } from './skin-light.ts';

/** A still portrait with everything that can be computed before the first frame. One thread at a time may use it. */
export class MeshPortrait implements Portrait {
  readonly width: number;
  readonly height: number;
  readonly still: RgbaImage;
  readonly texture: DrawableTexture;
  /** The person to draw over the background; null where the still is one layer. */
  readonly person: DrawableTexture | null;
  readonly geometry: PortraitGeometry;
  readonly rasterizer: TriangleRasterizer;
  readonly eyes: readonly [EyeLayer, EyeLayer];
  readonly mouth: MouthLayer;
  readonly shading: FaceShading;
  /** What a portrait that looks aside hides and a turn uncovers; null where there is nothing. */
  readonly otherSide: MirroredSide | null;
  readonly otherSideTexture: DrawableTexture | null;

  constructor(
    still: RgbaImage,
    landmarks: FaceLandmarks,
    layers: PortraitLayers | null,
    lids: readonly [LidKeyframes, LidKeyframes],
  ) {
    this.width = still.width;
    this.height = still.height;
    this.still = still;
    this.geometry = new PortraitGeometry(landmarks.points, still.width, still.height, layers?.person);
    this.rasterizer = new TriangleRasterizer(still.width, still.height);
    this.rasterizer.setBackground(layers?.background ?? still);
    this.texture = this.rasterizer.createTexture(still);
    this.person = layers && this.rasterizer.createTexture(layers.person, 'alpha');
    this.eyes = [
      new EyeLayer(this.geometry, still, this.texture, 0, lids[0]),
      new EyeLayer(this.geometry, still, this.texture, 1, lids[1]),
    ];
    const { own, ownShape, ownPose, ownAngles } = this.geometry;
    const light = readFaceLight(still, own, ownShape, ownPose);
    this.shading = new FaceShading(this.geometry, light, still, layers?.person ?? null, this.rasterizer);
    this.otherSide = layers && MirroredSide.of(this.geometry, ownAngles, layers.person, light);
    this.otherSideTexture = this.otherSide && this.rasterizer.createTexture(this.otherSide.picture, 'alpha');
    this.mouth = new MouthLayer(this.geometry, lightOnSkin(skinColours(still, landmarks.points)), this.texture);
  }

  close(): void {
    this.rasterizer.close();
  }
}
