import { FACE_TRIANGLES, MESH_POINT_COUNT, meshNeighbours } from '../../../face/face-topology.ts';
import type { Similarity } from '../../../motion/procrustes.ts';
import { smoothstep } from '../../../motion/smoothstep.ts';
import { faceNormals } from './face-normals.ts';

/** Cosine to the viewer below which skin is seen too flatly to take its colour from. */
const GRAZING = 0.1;
/** A point that turns to the viewer by this much (difference of cosines) takes all of its colour from elsewhere. */
const REVEALED = 0.28;
const ROUNDS = 3;
const EVENING_ROUNDS = 3;

/**
 * The side of the face that the portrait turns away: in the picture it is not there or seen too flatly. When the head
 * turns it into view it takes its colour from the nearest skin that is seen well, instead of from the face's contour.
 */
export class HiddenSide {
  /** Unit normals in the head's own frame. */
  readonly #normals: Float64Array;
  readonly #ownFacing = new Float64Array(MESH_POINT_COUNT);
  /** Points that are seen too flatly, and where each takes its colour from instead: x, y in pixels. */
  readonly #points: number[] = [];
  readonly #elsewhere = new Float64Array(MESH_POINT_COUNT * 2);

  constructor(landmarks: Float32Array, ownPose: Similarity) {
    this.#normals = normalsInHead(landmarks, ownPose);
    for (let i = 0; i < MESH_POINT_COUNT; i++) {
      this.#ownFacing[i] = this.#facing(i, ownPose);
      this.#elsewhere[2 * i] = landmarks[3 * i];
      this.#elsewhere[2 * i + 1] = landmarks[3 * i + 1];
      if (this.#ownFacing[i] < GRAZING) this.#points.push(i);
    }
    const neighbours = meshNeighbours(FACE_TRIANGLES);
    this.#pullInwards(neighbours);
    for (let round = 0; round < EVENING_ROUNDS; round++) this.#evenOut(neighbours, landmarks);
  }

  /** Writes into `source` (xyz triples) where the face's points take their colour from under `pose`. */
  writeSources(pose: Similarity, own: Float32Array, source: Float32Array): void {
    for (const i of this.#points) {
      const revealed = smoothstep(0, REVEALED, this.#facing(i, pose) - this.#ownFacing[i]);
      for (let k = 0; k < 2; k++) {
        source[3 * i + k] = own[3 * i + k] + (this.#elsewhere[2 * i + k] - own[3 * i + k]) * revealed;
      }
    }
  }

  #facing(point: number, { rotation }: Similarity): number {
    const i = 3 * point;
    const [x, y, z] = [this.#normals[i], this.#normals[i + 1], this.#normals[i + 2]];
    return -(rotation[6] * x + rotation[7] * y + rotation[8] * z);
  }

  /** Each hidden point goes towards those of its neighbours that are seen better than it is. */
  #pullInwards(neighbours: number[][]): void {
    const facing = this.#ownFacing;
    for (let round = 0; round < ROUNDS; round++) {
      for (const i of this.#points) {
        const better = neighbours[i].filter((other) => facing[other] > facing[i]);
        if (better.length === 0) continue;
        const pull = smoothstep(GRAZING, GRAZING - 0.2, facing[i]);
        for (let k = 0; k < 2; k++) {
          let mean = 0;
          for (const other of better) mean += this.#elsewhere[2 * other + k] / better.length;
          this.#elsewhere[2 * i + k] += (mean - this.#elsewhere[2 * i + k]) * pull;
        }
      }
    }
  }

  /** Hidden neighbours go about as far as each other, so that what is drawn on them keeps its shape. */
  #evenOut(neighbours: number[][], landmarks: Float32Array): void {
    const hidden = new Set(this.#points);
    const shift = (i: number, k: number) => this.#elsewhere[2 * i + k] - landmarks[3 * i + k];
    const evened = this.#points.map((i) => {
      const around = neighbours[i].filter((other) => hidden.has(other));
      return [0, 1].map((k) => {
        const mean = around.reduce((sum, other) => sum + shift(other, k), 0) / Math.max(1, around.length);
        return landmarks[3 * i + k] + (shift(i, k) + mean) / 2;
      });
    });
    this.#points.forEach((i, n) => {
      this.#elsewhere.set(evened[n], 2 * i);
    });
  }
}

function normalsInHead(landmarks: Float32Array, { rotation: r }: Similarity): Float64Array {
  const inPicture = faceNormals(landmarks);
  const out = new Float64Array(inPicture.length);
  for (let i = 0; i < out.length; i += 3) {
    const [x, y, z] = [inPicture[i], inPicture[i + 1], inPicture[i + 2]];
    for (let k = 0; k < 3; k++) out[i + k] = r[k] * x + r[3 + k] * y + r[6 + k] * z;
  }
  return out;
}
