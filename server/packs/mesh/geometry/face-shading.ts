import { SILHOUETTE, SKIN_TRIANGLES } from '../../../face/face-topology.ts';
import { SKIN_PATCH_COUNT } from '../../../face/skin-tones.ts';
import type { RgbaImage } from '../../../imaging/rgba-image.ts';
import type { Shading } from '../../../motion/motion.ts';
import { smoothstep } from '../../../motion/smoothstep.ts';
import { POINT_VALUES, type ScatteredChanges, type TriangleRasterizer } from '../raster/triangle-rasterizer.ts';
import { type FaceLight, FLOOR, meanColour, SAMPLE_REACH } from './face-light.ts';
import type { PortraitGeometry } from './portrait-geometry.ts';

/** Natural logarithms of the strongest changes: skin that brightens soon looks burnt out. */
const MOST_DARKER = 0.5;
const MOST_BRIGHTER = 0.25;
/** Weight of what the portrait's own light says where the driver's skin is not seen. */
const GUESS_WEIGHT = 0.1;
/**
 * Skin in the shade is redder (light comes through it): exponents of red and blue over that of green. Skin that the
 * picture shows as white has more light in reserve than it shows, and has lost its colour: it darkens less, to skin.
 */
const RED = 0.9;
const BLUE = 1.1;
const BURNT_FROM = 225;
const BURNT_AT = 252;
const BURNT_RED = 0.5;
const BURNT_GREEN = 0.7;
/** Rims around the face: distance from the outline in face radii, and how much of the change is left there. */
const RIMS = [
  { distance: 0.08, share: 0.7 },
  { distance: 0.2, share: 0.25 },
  { distance: 0.36, share: 0 },
] as const;
/** A rim's point is as heavy as some patches: none lie around it. */
const RIM_WEIGHT = 1.5;
const OPAQUE = 255;
/** Where the values of a point are, after its changes. */
const [ONE_AT, X_AT, Y_AT, WEIGHT_AT] = [3, 4, 5, 6];

/** A point of the outline and the patches of skin at it. */
interface OutlinePoint {
  readonly point: number;
  readonly patches: readonly number[];
}

const OUTLINE: readonly OutlinePoint[] = SILHOUETTE.map((point) => ({ point, patches: patchesAround(point) }));

/**
 * The light on a portrait's face as it moves. Where the driver's skin is seen, its brightness changes as the driver's does:
 * folds, shadows, a cheek that turns away from the lamp. Elsewhere the portrait's own light (see `face-light.ts`)
 * stays where it is while the head turns. Hair and neck take part next to the face; a wall does not.
 */
export class FaceShading {
  readonly #geometry: PortraitGeometry;
  readonly #light: FaceLight;
  readonly #rasterizer: TriangleRasterizer;
  /** First the patches, then rim by rim the outline's points. */
  readonly #scattered: ScatteredChanges;
  /** For each patch how burnt out the still is there, 0..1. */
  readonly #burnt: Float32Array;
  /** For each rim, for each point of the outline, how much of what is there is the person, 0..1. */
  readonly #person: readonly Float32Array[];

  /** `rasterizer`: whose picture is shaded; `person`: the person alone, null where person and background are one. */
  constructor(
    geometry: PortraitGeometry,
    light: FaceLight,
    still: RgbaImage,
    person: RgbaImage | null,
    rasterizer: TriangleRasterizer,
  ) {
    this.#geometry = geometry;
    this.#light = light;
    this.#rasterizer = rasterizer;
    this.#scattered = rasterizer.createChanges(SKIN_PATCH_COUNT + RIMS.length * OUTLINE.length);
    this.#scattered.points.forEach((_, i, points) => {
      if (i % POINT_VALUES === ONE_AT) points[i] = 1;
    });
    const { own, ownPose } = geometry;
    const reach = Math.max(1, Math.round(SAMPLE_REACH * ownPose.scale));
    this.#burnt = Float32Array.from({ length: SKIN_PATCH_COUNT }, (_, patch) => {
      const colour = meanColour(still, ...middleOf(own, patch), reach);
      return colour ? smoothstep(BURNT_FROM, BURNT_AT, Math.max(...colour)) : 0;
    });
    const centre = centreOf(own);
    this.#person = RIMS.map(({ distance }) =>
      Float32Array.from(OUTLINE, ({ point }) => {
        if (!person) return 0;
        const x = Math.round(own[3 * point] + distance * (own[3 * point] - centre[0]));
        const y = Math.round(own[3 * point + 1] + distance * (own[3 * point + 1] - centre[1]));
        if (x < 0 || y < 0 || x >= person.width || y >= person.height) return 0;
        return person.data[4 * (y * person.width + x) + 3] / OPAQUE;
      }),
    );
  }

  /** Shades the face in the rasteriser's picture for the geometry as it is now, as `driven` says. */
  draw(driven: Shading | null): void {
    const { pose, ownPose, moved } = this.#geometry;
    const r = pose.rotation;
    const o = ownPose.rotation;
    let turned = 0;
    for (let k = 0; k < 9; k++) turned = Math.max(turned, Math.abs(r[k] - o[k]));
    if (turned < 1e-4 && !driven) return;
    const { points } = this.#scattered;
    for (let patch = 0; patch < SKIN_PATCH_COUNT; patch++) {
      const i = POINT_VALUES * patch;
      const certainty = driven ? driven.certainty[patch] : 0;
      points[i] = points[i + 1] = points[i + 2] = 0;
      if (certainty < 1) this.#addTurn(patch, 1 - certainty);
      if (driven && certainty > 0) this.#addDriven(patch, certainty * limited(driven.change[patch]));
      const a = 3 * SKIN_TRIANGLES[3 * patch];
      const b = 3 * SKIN_TRIANGLES[3 * patch + 1];
      const c = 3 * SKIN_TRIANGLES[3 * patch + 2];
      points[i + X_AT] = (moved[a] + moved[b] + moved[c]) / 3;
      points[i + Y_AT] = (moved[a + 1] + moved[b + 1] + moved[c + 1]) / 3;
      points[i + WEIGHT_AT] = driven ? certainty + GUESS_WEIGHT * (1 - certainty) : 1;
    }
    const centre = centreOf(moved);
    this.#setRims(centre);
    this.#rasterizer.shade(this.#scattered, this.#box(centre), FLOOR);
  }

  /** What the turn of the head does to a patch by the portrait's own light, times `share`. */
  #addTurn(patch: number, share: number): void {
    const { pose, ownPose } = this.#geometry;
    const r = pose.rotation;
    const o = ownPose.rotation;
    const { normals, channels } = this.#light;
    const { points } = this.#scattered;
    let [x, y, z] = [0, 0, 0];
    for (let k = 0; k < 3; k++) {
      const n = 3 * SKIN_TRIANGLES[3 * patch + k];
      x += ((r[0] - o[0]) * normals[n] + (r[1] - o[1]) * normals[n + 1] + (r[2] - o[2]) * normals[n + 2]) / 3;
      y += ((r[3] - o[3]) * normals[n] + (r[4] - o[4]) * normals[n + 1] + (r[5] - o[5]) * normals[n + 2]) / 3;
      z += ((r[6] - o[6]) * normals[n] + (r[7] - o[7]) * normals[n + 1] + (r[8] - o[8]) * normals[n + 2]) / 3;
    }
    for (let c = 0; c < 3; c++) {
      const channel = channels[c];
      points[POINT_VALUES * patch + c] += share * limited(channel[1] * x + channel[2] * y + channel[3] * z);
    }
  }

  #addDriven(patch: number, change: number): void {
    const { points } = this.#scattered;
    const i = POINT_VALUES * patch;
    const inReserve = change < 0 ? this.#burnt[patch] : 0;
    points[i] += change * (RED + inReserve * (BURNT_RED - RED));
    points[i + 1] += change * (1 + inReserve * (BURNT_GREEN - 1));
    points[i + 2] += change * BLUE;
  }

  /** Around the face less and less of what its outline does, where there is the person. */
  #setRims(centre: readonly [number, number]): void {
    const { moved } = this.#geometry;
    const { points } = this.#scattered;
    for (let k = 0; k < OUTLINE.length; k++) {
      const { point, patches } = OUTLINE[k];
      const red = this.#meanChange(patches, 0);
      const green = this.#meanChange(patches, 1);
      const blue = this.#meanChange(patches, 2);
      for (let rim = 0; rim < RIMS.length; rim++) {
        const { distance, share } = RIMS[rim];
        const i = POINT_VALUES * (SKIN_PATCH_COUNT + rim * OUTLINE.length + k);
        const part = share * this.#person[rim][k];
        points[i] = part * red;
        points[i + 1] = part * green;
        points[i + 2] = part * blue;
        points[i + X_AT] = moved[3 * point] + distance * (moved[3 * point] - centre[0]);
        points[i + Y_AT] = moved[3 * point + 1] + distance * (moved[3 * point + 1] - centre[1]);
        points[i + WEIGHT_AT] = RIM_WEIGHT;
      }
    }
  }

  #meanChange(patches: readonly number[], channel: number): number {
    const { points } = this.#scattered;
    let [sum, weights] = [0, 0];
    for (const patch of patches) {
      const weight = points[POINT_VALUES * patch + WEIGHT_AT];
      sum += weight * points[POINT_VALUES * patch + channel];
      weights += weight;
    }
    return weights > 0 ? sum / weights : 0;
  }

  /** Around the outermost rim. */
  #box(centre: readonly [number, number]): { left: number; top: number; right: number; bottom: number } {
    const { left, top, right, bottom } = this.#geometry.faceBox();
    const reach = 1 + RIMS[RIMS.length - 1].distance;
    return {
      left: centre[0] + reach * (left - centre[0]),
      top: centre[1] + reach * (top - centre[1]),
      right: centre[0] + reach * (right - centre[0]),
      bottom: centre[1] + reach * (bottom - centre[1]),
    };
  }
}

function limited(change: number): number {
  const most = change > 0 ? MOST_BRIGHTER : MOST_DARKER;
  return most * Math.tanh(change / most);
}

function middleOf(vertices: Float32Array, patch: number): [number, number] {
  const a = 3 * SKIN_TRIANGLES[3 * patch];
  const b = 3 * SKIN_TRIANGLES[3 * patch + 1];
  const c = 3 * SKIN_TRIANGLES[3 * patch + 2];
  return [(vertices[a] + vertices[b] + vertices[c]) / 3, (vertices[a + 1] + vertices[b + 1] + vertices[c + 1]) / 3];
}

/** Of the outline. */
function centreOf(vertices: Float32Array): [number, number] {
  let [x, y] = [0, 0];
  for (const point of SILHOUETTE) {
    x += vertices[3 * point] / SILHOUETTE.length;
    y += vertices[3 * point + 1] / SILHOUETTE.length;
  }
  return [x, y];
}

/** The patches that share a corner with a triangle at `point`: those at the outline itself are often hair or wall. */
function patchesAround(point: number): number[] {
  const patches = Array.from({ length: SKIN_PATCH_COUNT }, (_, patch) => patch);
  const corners = (patch: number) => [...SKIN_TRIANGLES.subarray(3 * patch, 3 * patch + 3)];
  const near = new Set(patches.filter((patch) => corners(patch).includes(point)).flatMap(corners));
  return patches.filter((patch) => corners(patch).some((corner) => near.has(corner)));
}
