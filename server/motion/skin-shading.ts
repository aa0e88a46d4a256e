import { EYES, MIRROR_OF, SKIN_TRIANGLES } from '../face/face-topology.ts';
import { FACE_REGIONS, type FaceRegion, type FaceVisibility } from '../face/face-visibility.ts';
import { SKIN_PATCH_COUNT, type SkinTones } from '../face/skin-tones.ts';
import { CANONICAL_FACE } from './canonical-face.ts';
import type { Shading } from './motion.ts';
import { smoothingGain } from './one-euro-filter.ts';
import { PooledFilter, type PooledTuning } from './pooled-filter.ts';
import { REGION_OF } from './region-weights.ts';

/** For each patch its region, as an index in `FACE_REGIONS`: that of its first corner. */
const REGION_OF_PATCH = Uint8Array.from(
  { length: SKIN_PATCH_COUNT },
  (_, patch) => REGION_OF[SKIN_TRIANGLES[3 * patch]],
);
/** What is between lash and brow looks otherwise when lids close because other skin is there, not other light. */
const IS_LID = lidPatches();
const MIRRORED_PATCH = mirroredPatches();

/** A forehead folds little; what is darker in a part of it than this (natural logarithm) is a strand of hair. */
const FOREHEAD = patchesOf('forehead');
const MOST_ON_FOREHEAD = 0.12;

/** How fast what is seen comes in, and what is not seen any more goes out: cutoff, Hz. */
const CERTAINTY_CUTOFF_HZ = 3;
/** A changed reference takes effect with this time constant, so that no jump is seen. */
const REFERENCE_BLEND_MS = 150;
/** Before a calm face the reference follows the light in the room (lamps, clouds, automatic exposure) this slowly. */
const ROOM_LIGHT_MS = 4000;

/**
 * How the light on a driver's skin changes, frame by frame, against a reference: what folds, shadows and the turn of the
 * head do. Nothing of how the skin itself looks is left in it, only the quotient. Tones come as the camera has them;
 * the result is mirrored where that is asked for.
 */
export class SkinShading {
  /** Where `#base` is going, and the tones that frames are measured against; certain where they were seen. */
  readonly #target = createTones();
  readonly #base = createTones();
  #hasReference = false;
  #baseIsSet = false;
  readonly #filter = new PooledFilter(REGION_OF_PATCH);
  readonly #change = new Float64Array(SKIN_PATCH_COUNT);
  readonly #certainty = new Float64Array(SKIN_PATCH_COUNT);
  #lastMs = Number.NaN;

  /** Measures against `reference` from now on; null: against the next calm face. */
  setReference(reference: SkinTones | null): void {
    this.#hasReference = reference !== null;
    if (!reference) return;
    copyTones(reference, this.#target);
    if (!this.#baseIsSet) copyTones(reference, this.#base);
    this.#baseIsSet = true;
  }

  /** Forgets the driver. */
  reset(): void {
    this.#hasReference = false;
    this.#baseIsSet = false;
    this.forgetPast();
  }

  /** The next frame passes unsmoothed. */
  forgetPast(): void {
    this.#filter.reset();
    this.#change.fill(0);
    this.#certainty.fill(0);
    this.#lastMs = Number.NaN;
  }

  /**
   * The shading of the next frame, null while there is nothing to measure against.
   * @param calmness how much the face is as in the reference, 0..1: only then the room's light can be told from its own
   */
  read(
    tones: SkinTones,
    { regions }: FaceVisibility,
    calmness: number,
    timeMs: number,
    tuning: PooledTuning,
    mirrored: boolean,
  ): Shading | null {
    if (!this.#hasReference && calmness > 0.5) this.setReference(tones);
    if (!this.#baseIsSet) return null;
    const first = Number.isNaN(this.#lastMs);
    const elapsedMs = first ? 0 : Math.max(0, timeMs - this.#lastMs);
    if (first || elapsedMs > 0) this.#lastMs = timeMs;
    this.#followReference(tones, calmness, elapsedMs);

    const seen = FACE_REGIONS.map((region) => regions[region]);
    const gain = first ? 1 : smoothingGain(CERTAINTY_CUTOFF_HZ, elapsedMs / 1000);
    for (let patch = 0; patch < SKIN_PATCH_COUNT; patch++) {
      const facing = Math.min(tones.facing[patch], this.#base.facing[patch]) * seen[REGION_OF_PATCH[patch]];
      const certainty = IS_LID[patch] ? 0 : facing;
      this.#certainty[patch] += gain * (certainty - this.#certainty[patch]);
      // What is not seen stays as it was last, and counts less and less.
      if (certainty > 0) this.#change[patch] = tones.brightness[patch] - this.#base.brightness[patch];
    }
    this.#evenForehead();
    this.#filter.filter(this.#change, timeMs, tuning);
    return this.#compose(mirrored);
  }

  #followReference(tones: SkinTones, calmness: number, elapsedMs: number): void {
    const room = calmness * (1 - Math.exp(-elapsedMs / ROOM_LIGHT_MS));
    const blend = 1 - Math.exp(-elapsedMs / REFERENCE_BLEND_MS);
    const [target, base] = [this.#target, this.#base];
    for (let patch = 0; patch < SKIN_PATCH_COUNT; patch++) {
      const facing = tones.facing[patch];
      if (facing > target.facing[patch]) {
        // Better seen than ever before.
        target.brightness[patch] += calmness * (tones.brightness[patch] - target.brightness[patch]);
        target.facing[patch] += calmness * (facing - target.facing[patch]);
      }
      target.brightness[patch] += room * facing * (tones.brightness[patch] - target.brightness[patch]);
      base.brightness[patch] += blend * (target.brightness[patch] - base.brightness[patch]);
      base.facing[patch] += blend * (target.facing[patch] - base.facing[patch]);
    }
  }

  /** Keeps the forehead's patches near their mean. */
  #evenForehead(): void {
    let [sum, weight] = [0, 0];
    for (const patch of FOREHEAD) {
      sum += this.#certainty[patch] * this.#change[patch];
      weight += this.#certainty[patch];
    }
    if (weight === 0) return;
    const mean = sum / weight;
    for (const patch of FOREHEAD) {
      const aside = this.#change[patch] - mean;
      this.#change[patch] = mean + MOST_ON_FOREHEAD * Math.tanh(aside / MOST_ON_FOREHEAD);
    }
  }

  #compose(mirrored: boolean): Shading {
    const change = Float32Array.from(this.#change);
    const certainty = Float32Array.from(this.#certainty);
    if (!mirrored) return { change, certainty };
    return {
      change: change.map((_, patch) => change[MIRRORED_PATCH[patch]]),
      certainty: certainty.map((_, patch) => certainty[MIRRORED_PATCH[patch]]),
    };
  }
}

function createTones(): SkinTones {
  return { brightness: new Float32Array(SKIN_PATCH_COUNT), facing: new Float32Array(SKIN_PATCH_COUNT) };
}

function copyTones(from: SkinTones, to: SkinTones): void {
  to.brightness.set(from.brightness);
  to.facing.set(from.facing);
}

function patchesOf(region: FaceRegion): number[] {
  const wanted = FACE_REGIONS.indexOf(region);
  return Array.from(REGION_OF_PATCH.keys()).filter((patch) => REGION_OF_PATCH[patch] === wanted);
}

function lidPatches(): Uint8Array {
  const lids = new Set(
    EYES.flatMap((eye) => [...eye.upperLid, ...eye.lowerLid, ...eye.upperCrease, ...eye.lowerCrease]),
  );
  return Uint8Array.from({ length: SKIN_PATCH_COUNT }, (_, patch) =>
    SKIN_TRIANGLES.subarray(3 * patch, 3 * patch + 3).some((corner) => lids.has(corner)) ? 1 : 0,
  );
}

/** For each patch the one nearest to its mirror image: the mesh is not cut alike everywhere on both sides. */
function mirroredPatches(): Uint16Array {
  const middles = new Float64Array(3 * SKIN_PATCH_COUNT);
  const mirrored = new Float64Array(3 * SKIN_PATCH_COUNT);
  SKIN_TRIANGLES.forEach((corner, i) => {
    for (let axis = 0; axis < 3; axis++) {
      middles[3 * Math.floor(i / 3) + axis] += CANONICAL_FACE[3 * corner + axis] / 3;
      mirrored[3 * Math.floor(i / 3) + axis] += CANONICAL_FACE[3 * MIRROR_OF[corner] + axis] / 3;
    }
  });
  return Uint16Array.from({ length: SKIN_PATCH_COUNT }, (_, patch) => {
    let [nearest, least] = [0, Number.POSITIVE_INFINITY];
    for (let other = 0; other < SKIN_PATCH_COUNT; other++) {
      let distance = 0;
      for (let axis = 0; axis < 3; axis++) distance += (middles[3 * other + axis] - mirrored[3 * patch + axis]) ** 2;
      if (distance < least) [nearest, least] = [other, distance];
    }
    return nearest;
  });
}
