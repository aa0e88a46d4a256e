import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { findFaces } from '../../../face/face-finder.ts';
import type { FaceLandmarks } from '../../../face/face-landmarks.ts';
import { LANDMARK_COUNT } from '../../../face/face-landmarks.ts';
import { FaceModels } from '../../../face/face-models.ts';
import { FACE_TRIANGLES } from '../../../face/face-topology.ts';
import type { RgbaImage } from '../../../imaging/rgba-image.ts';
import type { Motion } from '../../../motion/motion.ts';
import { neutralMotion } from '../../../motion/motion-extractor.ts';
import { fromAngles, toAngles } from '../../../motion/rotation.ts';
import { decodePicture } from '../../../portraits/decode-picture.ts';
import { drawPerson } from '../testing/drawn-person.ts';
import { faceNormals } from './face-normals.ts';
import { PortraitGeometry } from './portrait-geometry.ts';

const DEGREE = Math.PI / 180;
const GALLERY = new URL('../../../../client/public/gallery/', import.meta.url);

function turned(yawDeg: number, pitchDeg: number): Motion {
  const angles = { yawRad: yawDeg * DEGREE, pitchRad: pitchDeg * DEGREE, rollRad: 0 };
  return { ...neutralMotion(), rotation: fromAngles(angles, new Float32Array(9)) };
}

const TURNS = [
  [35, 0],
  [-35, 0],
  [0, 25],
  [0, -25],
  [25, 15],
  [-25, -15],
] as const;

/** Cosine between what point `i` faces under a rotation and the direction to the viewer. */
function facing(normals: Float64Array, r: Float64Array, i: number): number {
  return -(r[6] * normals[3 * i] + r[7] * normals[3 * i + 1] + r[8] * normals[3 * i + 2]);
}

/** Twice the signed area of a triangle of xyz triples. */
function area(points: ArrayLike<number>, a: number, b: number, c: number): number {
  const [ax, ay] = [points[3 * a], points[3 * a + 1]];
  return (points[3 * b] - ax) * (points[3 * c + 1] - ay) - (points[3 * c] - ax) * (points[3 * b + 1] - ay);
}

interface Portrait {
  readonly landmarks: FaceLandmarks;
  readonly person: RgbaImage;
}

async function galleryPortraits(names: readonly string[]): Promise<Portrait[]> {
  const models = await FaceModels.load();
  const portraits: Portrait[] = [];
  for (const name of names) {
    const person = await decodePicture(readFileSync(new URL(`${name}.jpg`, GALLERY)), { workingSidePx: 512 });
    const [landmarks] = await findFaces(models, person);
    portraits.push({ landmarks, person });
  }
  await models.close();
  return portraits;
}

const drawn = drawPerson(256);
const portraits = [
  { landmarks: drawn.landmarks, person: drawn.layers.person },
  ...(await galleryPortraits(['kenta', 'amara'])),
];

describe('a head that turns', () => {
  it('turns nearly as far as it is asked to, seen from the front, and no farther than it can', () => {
    for (const { landmarks, person } of portraits) {
      const geometry = new PortraitGeometry(landmarks.points, person.width, person.height, person);
      const turn = (motion: Motion) => {
        geometry.move(motion);
        const { yawRad, pitchRad } = toAngles(geometry.pose.rotation);
        const own = geometry.ownAngles;
        return [Math.abs(yawRad - own.yawRad) / DEGREE, Math.abs(pitchRad - own.pitchRad) / DEGREE];
      };
      for (const side of [-1, 1]) {
        expect(turn(turned(35 * side, 0))[0]).toBeGreaterThan(29);
        expect(turn(turned(80 * side, 0))[0]).toBeLessThan(45);
        expect(turn(turned(0, 25 * side))[1]).toBeGreaterThan(19);
        expect(turn(turned(0, 80 * side))[1]).toBeLessThan(36);
      }
    }
  });

  it('folds no skin that is seen, and tears none apart', () => {
    for (const { landmarks, person } of portraits) {
      const geometry = new PortraitGeometry(landmarks.points, person.width, person.height, person);
      const normals = faceNormals(geometry.ownShape);
      for (const [yawDeg, pitchDeg] of TURNS) {
        geometry.move(turned(yawDeg, pitchDeg));
        const growths: number[] = [];
        for (let t = 0; t < FACE_TRIANGLES.length; t += 3) {
          const [a, b, c] = FACE_TRIANGLES.subarray(t, t + 3);
          const isSeen = [a, b, c].every(
            (i) =>
              facing(normals, geometry.ownPose.rotation, i) > 0.25 && facing(normals, geometry.pose.rotation, i) > 0.25,
          );
          const before = area(geometry.own, a, b, c);
          if (!isSeen || Math.abs(before) < 2) continue;
          growths.push(area(geometry.moved, a, b, c) / before);
        }
        growths.sort((a, b) => a - b);
        expect(growths.length).toBeGreaterThan(200);
        // The few that turn away or grow more lie at nostrils and lids, where the surface bends between points.
        expect(growths[Math.ceil(0.01 * growths.length)]).toBeGreaterThan(0);
        expect(growths[Math.floor(0.98 * growths.length)]).toBeLessThan(3);
        expect(growths[growths.length - 1]).toBeLessThan(15);
      }
    }
  });

  it('keeps hair around the face: its outline lies outside of the face’s on both sides', () => {
    const { landmarks, person } = portraits[0];
    const geometry = new PortraitGeometry(landmarks.points, person.width, person.height, person);
    for (const yawDeg of [-35, -18, 18, 35]) {
      geometry.move(turned(yawDeg, 0));
      const { moved } = geometry;
      const range = (from: number, to: number) => {
        let [left, right] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
        for (let i = from; i < to; i++) {
          left = Math.min(left, moved[3 * i]);
          right = Math.max(right, moved[3 * i]);
        }
        return [left, right];
      };
      const face = range(0, 468);
      // The first rings lie over the hair: up to its end, as far as the drawn head's goes.
      const hair = range(LANDMARK_COUNT, LANDMARK_COUNT + 8 * 36);
      expect(hair[0]).toBeLessThan(face[0]);
      expect(hair[1]).toBeGreaterThan(face[1]);
    }
  });
});
