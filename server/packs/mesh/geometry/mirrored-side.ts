import { LANDMARK_COUNT } from '../../../face/face-landmarks.ts';
import { FACE_TRIANGLES, MESH_POINT_COUNT, MIRROR_OF, meshNeighbours } from '../../../face/face-topology.ts';
import type { RgbaImage } from '../../../imaging/rgba-image.ts';
import type { HeadAngles } from '../../../motion/rotation.ts';
import { toAngles } from '../../../motion/rotation.ts';
import { smoothstep } from '../../../motion/smoothstep.ts';
import type { FaceLight } from './face-light.ts';
import { FLOOR, meanColour, NOT_SKIN, SAMPLE_REACH } from './face-light.ts';
import type { PersonSheet } from './person-sheet.ts';
import type { PortraitGeometry } from './portrait-geometry.ts';
import { BEHIND_FACE } from './surroundings.ts';

const DEGREE = Math.PI / 180;
/** A head that was turned by less shows both its sides. */
const LEAST_YAW_RAD = 7 * DEGREE;
/** The mirrored side comes in while the head turns back by so much. */
const APPEARS_FROM_RAD = 4 * DEGREE;
const APPEARS_AT_RAD = 18 * DEGREE;
/** Cosine to the viewer below which skin begins to be taken from the other side, and below which all of it is. */
const SEEN_WELL = 0.45;
const SEEN_FLATLY = 0.15;
/** All hair beyond this share of it is taken from the other side. */
const OVERLAP = 0.12;
/** Largest difference in light between the sides that is believed: natural logarithm. */
const MOST_DIFFERENCE = 0.7;
/** Rounds of relaxation over the mesh, and how strongly measured points keep their value in each. */
const RELAXATIONS = 80;
const HOLD = 0.25;
/** Of what the light does to skin, hair takes up this share. */
const HAIR_SHARE = 0.12;
/** Nearer than what it replaces by so much, pixels. */
const FACE_BIAS_PX = 1.5;
const SHEET_BIAS_PX = 0.4 * BEHIND_FACE;

/**
 * The side of the head that the portrait turns away, made from the side that it shows: the same triangles as there, in
 * mirrored places, with that side's picture under the light of this one. Drawn over the rest when the head turns back.
 */
export class MirroredSide {
  readonly triangles: Uint16Array;
  /** Where vertices are now and where their colour is in `picture`: landmarks, then the sheet's, xyz triples, pixels. */
  readonly moved: Float32Array;
  readonly source: Float32Array;
  /** The side that is seen, lit as the other one; alpha is the person's times how much of it is needed. */
  readonly picture: RgbaImage;
  readonly #geometry: PortraitGeometry;
  readonly #sheet: PersonSheet;
  readonly #ownYawRad: number;

  /** Null where the portrait shows both sides of the head. */
  static of(
    geometry: PortraitGeometry,
    ownAngles: HeadAngles,
    person: RgbaImage,
    light: FaceLight,
  ): MirroredSide | null {
    const sheet = geometry.sheet;
    if (!sheet || Math.abs(ownAngles.yawRad) < LEAST_YAW_RAD) return null;
    return new MirroredSide(geometry, sheet, ownAngles.yawRad, person, light);
  }

  private constructor(
    geometry: PortraitGeometry,
    sheet: PersonSheet,
    ownYawRad: number,
    person: RgbaImage,
    light: FaceLight,
  ) {
    this.#geometry = geometry;
    this.#sheet = sheet;
    this.#ownYawRad = ownYawRad;
    const seenSide = Math.sign(ownYawRad);
    const count = LANDMARK_COUNT + sheet.ownCount;
    // Vertex by vertex of the side that is seen: red, green, blue gains (logarithms) and need.
    const shade = new Float32Array(4 * count);
    this.source = geometry.source.slice(0, 3 * count);
    this.moved = this.source.slice();

    const isSeen = (point: number) => seenSide * geometry.ownShape[3 * point] >= 0;
    const face: number[] = [];
    for (let t = 0; t < FACE_TRIANGLES.length; t += 3) {
      const corners = [FACE_TRIANGLES[t], FACE_TRIANGLES[t + 1], FACE_TRIANGLES[t + 2]];
      if (corners.every(isSeen)) face.push(...corners);
    }
    const gains = gainsToOtherSide(light, geometry, person, isSeen);
    for (let point = 0; point < MESH_POINT_COUNT; point++) {
      shade.set(gains[point], 4 * point);
      shade[4 * point + 3] = smoothstep(SEEN_WELL, SEEN_FLATLY, facing(light, geometry, MIRROR_OF[point]));
    }
    const around = sheet.sideTriangles(seenSide, LANDMARK_COUNT);
    sheet.ownVertices.forEach(({ landmark, aside, below, overHair, skin }, v) => {
      const o = 4 * (LANDMARK_COUNT + v);
      const share = HAIR_SHARE + (1 - HAIR_SHARE) * skin;
      for (let k = 0; k < 3; k++) shade[o + k] = shade[4 * landmark + k] * share;
      const need = Math.max(shade[4 * landmark + 3], Math.min(1, overHair / OVERLAP));
      shade[o + 3] = need * smoothstep(0.3, 0.7, aside) * smoothstep(0.9, 0.35, below);
    });
    this.triangles = Uint16Array.from([...face, ...around]);
    this.picture = relit(person, this.triangles, this.source, shade);
  }

  /** 0 … 1: how much of it is to be seen under the geometry's last move. */
  opacity(): number {
    const back = (this.#ownYawRad - toAngles(this.#geometry.pose.rotation).yawRad) * Math.sign(this.#ownYawRad);
    return smoothstep(APPEARS_FROM_RAD, APPEARS_AT_RAD, back);
  }

  /** Follows the geometry's last move. */
  follow(): void {
    const { moved, pose, ownPose } = this.#geometry;
    const to = this.moved;
    for (let point = 0; point < MESH_POINT_COUNT; point++) {
      const from = 3 * MIRROR_OF[point];
      to[3 * point] = moved[from];
      to[3 * point + 1] = moved[from + 1];
      to[3 * point + 2] = moved[from + 2] - FACE_BIAS_PX;
    }
    this.#sheet.writeMirrored(ownPose, pose, SHEET_BIAS_PX, to, LANDMARK_COUNT);
  }
}

/** Cosine between what a landmark faces in the still and the direction to the viewer. */
function facing({ normals }: FaceLight, { ownPose }: PortraitGeometry, point: number): number {
  const r = ownPose.rotation;
  return -(r[6] * normals[3 * point] + r[7] * normals[3 * point + 1] + r[8] * normals[3 * point + 2]);
}

/**
 * By how much (logarithms per channel) the side that is seen has to be brightened to look like the other one in its
 * place: measured where both are seen, and from there continued smoothly over the mesh.
 */
function gainsToOtherSide(
  light: FaceLight,
  geometry: PortraitGeometry,
  person: RgbaImage,
  isSeen: (point: number) => boolean,
): number[][] {
  const reach = Math.max(1, Math.round(SAMPLE_REACH * geometry.ownPose.scale));
  const colourAt = (point: number) => meanColour(person, geometry.own[3 * point], geometry.own[3 * point + 1], reach);
  const measured = Array.from({ length: MESH_POINT_COUNT }, (_, point): number[] | null => {
    const other = MIRROR_OF[point];
    if (!isSeen(point) || NOT_SKIN.has(point) || facing(light, geometry, other) < SEEN_WELL) return null;
    const [from, to] = [colourAt(point), colourAt(other)];
    return from && to && from.map((value, k) => limited(Math.log((to[k] + FLOOR) / (value + FLOOR))));
  });
  const neighbours = meshNeighbours(FACE_TRIANGLES);
  let gains = measured.map((gain) => gain ?? [0, 0, 0]);
  for (let round = 0; round < RELAXATIONS; round++) {
    gains = gains.map((gain, point) => {
      const around = neighbours[point].filter(isSeen);
      if (around.length === 0) return gain;
      const mean = [0, 1, 2].map((k) => around.reduce((sum, n) => sum + gains[n][k], 0) / around.length);
      // What was measured is held, yet evened out: only light is meant, which changes slowly.
      const own = measured[point];
      return own ? mean.map((value, k) => value + (own[k] - value) * HOLD) : mean;
    });
  }
  return gains;
}

function limited(change: number): number {
  return MOST_DIFFERENCE * Math.tanh(change / MOST_DIFFERENCE);
}

/** The parts of a picture that lie under `triangles`, multiplied by gains and with alpha times need; else transparent. */
function relit(picture: RgbaImage, triangles: Uint16Array, places: Float32Array, shade: Float32Array): RgbaImage {
  const { width, height, data } = picture;
  const out = new Uint8Array(data.length);
  for (let t = 0; t < triangles.length; t += 3) {
    const [a, b, c] = [triangles[t], triangles[t + 1], triangles[t + 2]];
    const [ax, ay] = [places[3 * a], places[3 * a + 1]];
    const [ux, uy] = [places[3 * b] - ax, places[3 * b + 1] - ay];
    const [vx, vy] = [places[3 * c] - ax, places[3 * c + 1] - ay];
    const area = ux * vy - uy * vx;
    if (Math.abs(area) < 1e-6) continue;
    const [left, right] = [ax + Math.min(0, ux, vx), ax + Math.max(0, ux, vx)];
    const [top, bottom] = [ay + Math.min(0, uy, vy), ay + Math.max(0, uy, vy)];
    for (let y = Math.max(0, Math.floor(top)); y < Math.min(height, bottom + 1); y++) {
      for (let x = Math.max(0, Math.floor(left)); x < Math.min(width, right + 1); x++) {
        const [px, py] = [x + 0.5 - ax, y + 0.5 - ay];
        const ofB = (px * vy - py * vx) / area;
        const ofC = (ux * py - uy * px) / area;
        // A little beyond the edges too, so that no seam stays empty.
        if (ofB < -0.02 || ofC < -0.02 || ofB + ofC > 1.02) continue;
        const at = (k: number) => shade[4 * a + k] * (1 - ofB - ofC) + shade[4 * b + k] * ofB + shade[4 * c + k] * ofC;
        const o = 4 * (y * width + x);
        for (let k = 0; k < 3; k++) {
          out[o + k] = Math.max(0, Math.min(255, Math.round((data[o + k] + FLOOR) * Math.exp(at(k)) - FLOOR)));
        }
        out[o + 3] = Math.round(data[o + 3] * Math.max(0, Math.min(1, at(3))));
      }
    }
  }
  return { width, height, data: out };
}
