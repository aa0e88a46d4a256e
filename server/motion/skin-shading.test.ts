import { describe, expect, it } from 'vitest';
import { EYES, SKIN_TRIANGLES } from '../face/face-topology.ts';
import { ALL_SEEN } from '../face/face-visibility.ts';
import { SKIN_PATCH_COUNT, type SkinTones } from '../face/skin-tones.ts';
import { CANONICAL_FACE } from './canonical-face.ts';
import { smoothingTunings } from './motion-tuning.ts';
import { SkinShading } from './skin-shading.ts';

const RAW = smoothingTunings(0).shading;
const FRAME_MS = 1000 / 30;

/** Skin of brightness 4.5, `change` brighter in each patch, all of it facing the camera. */
function tones(change: (patch: number) => number = () => 0): SkinTones {
  return {
    brightness: Float32Array.from({ length: SKIN_PATCH_COUNT }, (_, patch) => 4.5 + change(patch)),
    facing: new Float32Array(SKIN_PATCH_COUNT).fill(1),
  };
}

const patches = Array.from({ length: SKIN_PATCH_COUNT }, (_, patch) => patch);
const middleX = (patch: number) =>
  [0, 1, 2].reduce((sum, k) => sum + CANONICAL_FACE[3 * SKIN_TRIANGLES[3 * patch + k]], 0) / 3;
const atPoint = (point: number) =>
  patches.filter((patch) => SKIN_TRIANGLES.subarray(3 * patch, 3 * patch + 3).includes(point));
const [LEFT_CHEEK, RIGHT_CHEEK] = [50, 280];

function measured(reference = tones()): SkinShading {
  const shading = new SkinShading();
  shading.setReference(reference);
  return shading;
}

describe('SkinShading', () => {
  it('says nothing before there is a calm face to measure against', () => {
    const shading = new SkinShading();
    expect(shading.read(tones(), ALL_SEEN, 0, 0, RAW, false)).toBeNull();
    expect(shading.read(tones(), ALL_SEEN, 1, FRAME_MS, RAW, false)).not.toBeNull();
    expect(
      shading.read(
        tones(() => 0.2),
        ALL_SEEN,
        0,
        2 * FRAME_MS,
        RAW,
        false,
      )?.change[0],
    ).toBeCloseTo(0.2, 3);
  });

  it('gives the quotient of each patch alone, whatever the skin looks like', () => {
    const spotted = (patch: number) => 0.5 * Math.sin(7 * patch);
    const darkened = new Set(atPoint(LEFT_CHEEK));
    const change = (patch: number) => (darkened.has(patch) ? -0.3 : 0);
    const read = measured(tones(spotted)).read(
      tones((p) => spotted(p) + change(p)),
      ALL_SEEN,
      0,
      0,
      RAW,
      false,
    );
    for (const patch of patches) expect(read?.change[patch]).toBeCloseTo(change(patch), 4);
  });

  it('does not take a strand of hair on the forehead for a fold', () => {
    const FOREHEAD_POINT = 109;
    const strand = new Set(atPoint(FOREHEAD_POINT));
    const read = measured().read(
      tones((patch) => (strand.has(patch) ? -0.8 : 0)),
      ALL_SEEN,
      0,
      0,
      RAW,
      false,
    );
    for (const patch of strand) {
      expect(read?.change[patch]).toBeLessThan(-0.1);
      expect(read?.change[patch]).toBeGreaterThan(-0.3);
    }
  });

  it('mirrors left and right', () => {
    const darkened = new Set(atPoint(LEFT_CHEEK));
    const read = measured().read(
      tones((p) => (darkened.has(p) ? -0.3 : 0)),
      ALL_SEEN,
      0,
      0,
      RAW,
      true,
    );
    const dark = patches.filter((patch) => (read?.change[patch] ?? 0) < -0.2);
    expect(dark.length).toBeGreaterThan(3);
    expect(dark.every((patch) => middleX(patch) > 0)).toBe(true);
    expect(atPoint(RIGHT_CHEEK).filter((patch) => dark.includes(patch)).length).toBeGreaterThan(3);
  });

  it('is sure of what faces the camera now and did in the reference; never of lids', () => {
    const half = tones();
    half.facing.fill(0.5);
    const read = measured().read(half, ALL_SEEN, 0, 0, RAW, false);
    const lids = new Set([...EYES[0].upperLid, ...EYES[1].lowerCrease].flatMap(atPoint));
    for (const patch of patches) {
      if (lids.has(patch)) expect(read?.certainty[patch]).toBe(0);
    }
    for (const patch of atPoint(RIGHT_CHEEK)) expect(read?.certainty[patch]).toBe(0.5);
  });

  it('becomes unsure of what a hand covers, within a few frames, and does not take its brightness over', () => {
    const shading = measured();
    const covered = { ...ALL_SEEN, regions: { ...ALL_SEEN.regions, cheekLeft: 0 } };
    shading.read(tones(), ALL_SEEN, 0, 0, RAW, false);
    let read = null;
    for (let frame = 1; frame <= 12; frame++) {
      read = shading.read(
        tones(() => -1),
        covered,
        0,
        frame * FRAME_MS,
        RAW,
        false,
      );
    }
    for (const patch of atPoint(LEFT_CHEEK)) {
      expect(read?.certainty[patch]).toBeLessThan(0.05);
      expect(read?.change[patch]).toBe(0);
    }
    for (const patch of atPoint(RIGHT_CHEEK)) expect(read?.certainty[patch]).toBe(1);
  });

  it('follows the light in the room while the face is calm, and only then', () => {
    const settled = (calmness: number) => {
      const shading = measured();
      let change = Number.NaN;
      for (let frame = 0; frame < 600; frame++) {
        const read = shading.read(
          tones(() => -0.3),
          ALL_SEEN,
          calmness,
          frame * FRAME_MS,
          RAW,
          false,
        );
        change = read?.change[300] ?? Number.NaN;
      }
      return change;
    };
    expect(settled(0)).toBeCloseTo(-0.3, 3);
    expect(Math.abs(settled(1))).toBeLessThan(0.01);
  });

  it('eases to another reference', () => {
    const shading = measured();
    shading.read(tones(), ALL_SEEN, 0, 0, RAW, false);
    shading.setReference(tones(() => 0.4));
    const change = (timeMs: number) => shading.read(tones(), ALL_SEEN, 0, timeMs, RAW, false)?.change[300] ?? 0;
    expect(change(FRAME_MS)).toBeGreaterThan(-0.2);
    for (let frame = 2; frame < 60; frame++) change(frame * FRAME_MS);
    expect(change(60 * FRAME_MS)).toBeCloseTo(-0.4, 2);
  });

  it('smooths the camera’s noise, and lets what happens through', () => {
    const tuning = smoothingTunings(0.4).shading;
    const shading = measured();
    let seed = 1;
    const noise = () => {
      seed = (seed * 16_807) % 2_147_483_647;
      return 0.04 * (seed / 2_147_483_647 - 0.5);
    };
    let before = new Float32Array(SKIN_PATCH_COUNT);
    let trembling = 0;
    for (let frame = 0; frame < 60; frame++) {
      const read = shading.read(tones(noise), ALL_SEEN, 0, frame * FRAME_MS, tuning, false);
      if (!read) throw new Error('nothing read');
      if (frame >= 30) for (const patch of patches) trembling += Math.abs(read.change[patch] - before[patch]);
      before = read.change.slice();
    }
    // Of the camera: 0.0133 in the mean.
    expect(trembling / 30 / SKIN_PATCH_COUNT).toBeLessThan(0.006);
    let change = 0;
    for (let frame = 60; frame < 64; frame++) {
      change =
        shading.read(
          tones(() => -0.4),
          ALL_SEEN,
          0,
          frame * FRAME_MS,
          tuning,
          false,
        )?.change[300] ?? 0;
    }
    expect(change).toBeLessThan(-0.35);
  });
});
