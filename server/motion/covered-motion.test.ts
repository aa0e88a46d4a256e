import { beforeEach, describe, expect, it } from 'vitest';
import { BROWS, LIPS } from '../face/face-topology.ts';
import { ALL_SEEN, type FaceRegion, type FaceVisibility } from '../face/face-visibility.ts';
import { CoveredMotion } from './covered-motion.ts';
import { createMotionState, type MotionState } from './motion-state.ts';

const FRAME_MS = 40;
const LIP = 3 * LIPS.lowerInner[5] + 1;
const BROW = 3 * BROWS[0].upper[2] + 1;
const LOWER_FACE: FaceRegion[] = ['mouth', 'jaw', 'cheekLeft', 'cheekRight'];

const covering = (...regions: FaceRegion[]): FaceVisibility => ({
  ...ALL_SEEN,
  regions: { ...ALL_SEEN.regions, ...Object.fromEntries(regions.map((region) => [region, 0])) },
});

function stateOf(change: (state: MotionState) => void): MotionState {
  const state = createMotionState();
  change(state);
  return state;
}

/** Everything moves by `amount`. */
const moving = (amount: number) =>
  stateOf(({ expression, rotation, place, gaze }) => {
    for (const values of [expression, rotation, place, gaze]) values.fill(amount);
  });

let covered: CoveredMotion;
let timeMs: number;
beforeEach(() => {
  covered = new CoveredMotion();
  timeMs = 0;
});

/** The last of `frames` frames of `state` under `visibility`. */
function perform(state: MotionState, visibility: FaceVisibility, frames: number): MotionState {
  let last = state;
  for (let i = 0; i < frames; i++) {
    last = createMotionState();
    last.all.set(state.all);
    covered.apply(last, visibility, timeMs);
    timeMs += FRAME_MS;
  }
  return last;
}

describe('CoveredMotion', () => {
  it('leaves alone what is seen', () => {
    expect(perform(moving(0.1), ALL_SEEN, 10).all).toEqual(moving(0.1).all);
  });

  it('holds the mouth under a hand, as it was before the hand came, and lets the brows go on', () => {
    perform(moving(0.1), ALL_SEEN, 10);
    // The hand comes: landmarks slip before it is noticed.
    perform(moving(0.3), ALL_SEEN, 2);
    const held = perform(moving(0.3), covering(...LOWER_FACE), 10);
    expect(held.expression[LIP]).toBeCloseTo(0.1, 2);
    expect(held.expression[BROW]).toBeCloseTo(0.3, 2);
  });

  it('eases what is held for long to neutral', () => {
    perform(moving(0.1), ALL_SEEN, 10);
    expect(perform(moving(0.3), covering(...LOWER_FACE), 50).expression[LIP]).toBeCloseTo(0.1, 2);
    expect(perform(moving(0.3), covering(...LOWER_FACE), 150).expression[LIP]).toBeLessThan(0.01);
  });

  it('goes back to what it sees, without a jump', () => {
    perform(moving(0.1), ALL_SEEN, 10);
    let last = perform(moving(0.3), covering('mouth'), 20).expression[LIP];
    for (let frame = 0; frame < 40; frame++) {
      const now = perform(moving(0.3), ALL_SEEN, 1).expression[LIP];
      expect(now).toBeGreaterThanOrEqual(last - 1e-9);
      expect(now - last).toBeLessThan(0.06);
      last = now;
    }
    expect(last).toBeCloseTo(0.3, 6);
  });

  it('lets a covered eye go with the other, and holds both where both are covered', () => {
    const blinking = stateOf(({ lids }) => lids.set([0, 0.9]));
    perform(moving(0), ALL_SEEN, 10);
    expect(perform(blinking, covering('eyeLeft'), 10).lids[0]).toBeCloseTo(0.9, 2);
    covered.reset();
    perform(moving(0), ALL_SEEN, 10);
    const both = perform(
      stateOf(({ lids }) => lids.set([0.1, 0.1])),
      covering('eyeLeft', 'eyeRight'),
      10,
    );
    expect(both.lids[0]).toBeCloseTo(1, 1);
    expect(both.lids[1]).toBeCloseTo(1, 1);
  });

  it('follows tilt and place of a head with a hand over its mouth, and little of a turn', () => {
    perform(moving(0), ALL_SEEN, 10);
    const { rotation, place } = perform(moving(0.2), covering(...LOWER_FACE), 20);
    expect(rotation[2]).toBeCloseTo(0.2, 3);
    expect(place[0]).toBeCloseTo(0.2, 3);
    expect(Math.abs(rotation[1])).toBeLessThan(0.08);
    expect(Math.abs(place[3])).toBeLessThan(0.08);
  });

  it('holds the head where most of the face is covered', () => {
    perform(moving(0.05), ALL_SEEN, 10);
    const { rotation, place } = perform(moving(0.3), covering(...LOWER_FACE, 'eyeLeft', 'eyeRight', 'brows'), 20);
    for (const value of [...rotation, ...place]) expect(value).toBeCloseTo(0.05, 2);
  });
});
