/**
 * Derives `server/motion/canonical-face.json` from pictures of rendered heads (see README.md):
 *
 *     node models/canonical/derive.ts HEADS_DIR
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { LANDMARK_COUNT } from '../../server/face/face-landmarks.ts';
import { FaceModels } from '../../server/face/face-models.ts';
import { mirrorPoints, RIGID_POINTS } from '../../server/face/face-topology.ts';
import { FaceTracker } from '../../server/face/face-tracker.ts';
import type { RgbaImage } from '../../server/imaging/rgba-image.ts';
import { alignSimilarity, identitySimilarity, invertSimilarity } from '../../server/motion/procrustes.ts';
import { fromAngles, toAngles } from '../../server/motion/rotation.ts';

interface RenderedHead {
  readonly file: string;
  readonly yawDeg: number;
  readonly pitchDeg: number;
}

const OUTPUT = new URL('../../server/motion/canonical-face.json', import.meta.url);
const ROUNDS = 12;
const DEGREE = Math.PI / 180;

const [folder] = process.argv.slice(2);
if (!folder) {
  console.error('Usage: node models/canonical/derive.ts HEADS_DIR');
  process.exit(2);
}
const heads: RenderedHead[] = JSON.parse(readFileSync(join(folder, 'poses.json'), 'utf8'));
const shapes = await trackAll(folder, heads);
console.log(`${shapes.length} of ${heads.length} heads tracked`);

let mean = centred(shapes[0].points);
for (let round = 0; round < ROUNDS; round++) mean = levelled(averageOver(shapes, mean), shapes);
reportPoses(mean, shapes);

const rounded = (value: number) => Math.round(value * 1e5) / 1e5 + 0;
const rows = Array.from({ length: LANDMARK_COUNT }, (_, i) => [...mean.subarray(3 * i, 3 * i + 3)].map(rounded));
const text = rows.map((row) => `    ${JSON.stringify(row)}`).join(',\n');
writeFileSync(OUTPUT, `{\n  "points": [\n${text}\n  ]\n}\n`);

interface TrackedHead extends RenderedHead {
  readonly points: Float32Array;
}

async function trackAll(dir: string, list: RenderedHead[]): Promise<TrackedHead[]> {
  const models = await FaceModels.load();
  const tracked: TrackedHead[] = [];
  for (const head of list) {
    const image = await readImage(join(dir, head.file));
    const tracker = new FaceTracker(models);
    await tracker.track(image);
    // A second look, from where the first one found the face.
    const landmarks = await tracker.track(image);
    if (landmarks) tracked.push({ ...head, points: landmarks.points });
    else console.warn(`No face in ${head.file}`);
  }
  await models.close();
  return tracked;
}

async function readImage(file: string): Promise<RgbaImage> {
  const { data, info } = await sharp(file).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data: new Uint8Array(data) };
}

/** Moves the rigid points' mean to the origin and scales their root mean square distance from it to 1. */
function centred(points: Float32Array): Float32Array {
  const centre = [0, 0, 0];
  for (const i of RIGID_POINTS) for (let k = 0; k < 3; k++) centre[k] += points[3 * i + k] / RIGID_POINTS.length;
  let square = 0;
  for (const i of RIGID_POINTS) for (let k = 0; k < 3; k++) square += (points[3 * i + k] - centre[k]) ** 2;
  const size = Math.sqrt(square / RIGID_POINTS.length);
  return points.map((value, i) => (value - centre[i % 3]) / size);
}

/**
 * One round of generalised Procrustes analysis (Gower 1975): every shape and its mirror image aligned with the present
 * mean and averaged. Aligned with its own mirror image, the average becomes exactly symmetric about x = 0.
 */
function averageOver(list: readonly TrackedHead[], present: Float32Array): Float32Array {
  const sum = new Float32Array(present.length);
  const pose = identitySimilarity();
  const mirrored = new Float32Array(present.length);
  const aligned = new Float32Array(present.length);
  const add = (points: Float32Array) => {
    alignSimilarity(present, points, RIGID_POINTS, pose);
    invertSimilarity(pose, points, aligned);
    for (let i = 0; i < sum.length; i++) sum[i] += aligned[i] / (2 * list.length);
  };
  for (const { points } of list) {
    add(points);
    add(mirrorPoints(points, mirrored));
  }
  const mirror = mirrorPoints(sum, new Float32Array(sum.length));
  return centred(sum.map((value, i) => (value + mirror[i]) / 2));
}

/** Turns the mean about x until heads rendered at a pitch are read at that pitch, on average. */
function levelled(points: Float32Array, list: readonly TrackedHead[]): Float32Array {
  let offset = 0;
  for (const head of list) {
    offset += (anglesIn(points, head).pitchRad - head.pitchDeg * DEGREE) / list.length;
  }
  const turn = fromAngles({ yawRad: 0, pitchRad: offset, rollRad: 0 }, new Float64Array(9));
  const out = new Float32Array(points.length);
  for (let i = 0; i < out.length; i += 3) {
    for (let row = 0; row < 3; row++) {
      const r = 3 * row;
      out[i + row] = turn[r] * points[i] + turn[r + 1] * points[i + 1] + turn[r + 2] * points[i + 2];
    }
  }
  return out;
}

function anglesIn(points: Float32Array, head: TrackedHead) {
  const pose = identitySimilarity();
  alignSimilarity(points, head.points, RIGID_POINTS, pose);
  return toAngles(pose.rotation);
}

/** Prints how well the poses of the renders are read with the mean: mean and spread of the differences. */
function reportPoses(points: Float32Array, list: readonly TrackedHead[]): void {
  const views = new Map<string, { yaw: number[]; pitch: number[]; roll: number[] }>();
  for (const head of list) {
    const key = `yaw ${head.yawDeg} pitch ${head.pitchDeg}`;
    const view = views.get(key) ?? { yaw: [], pitch: [], roll: [] };
    const { yawRad, pitchRad, rollRad } = anglesIn(points, head);
    view.yaw.push(yawRad / DEGREE);
    view.pitch.push(pitchRad / DEGREE);
    view.roll.push(rollRad / DEGREE);
    views.set(key, view);
  }
  const summary = (values: number[]) => {
    const average = values.reduce((a, b) => a + b, 0) / values.length;
    const spread = Math.sqrt(values.reduce((a, b) => a + (b - average) ** 2, 0) / values.length);
    return `${average.toFixed(1)} ± ${spread.toFixed(1)}`;
  };
  for (const [view, { yaw, pitch, roll }] of views) {
    console.log(`${view}: read as yaw ${summary(yaw)}, pitch ${summary(pitch)}, roll ${summary(roll)}`);
  }
}
