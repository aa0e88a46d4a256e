import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HoldAndFade, type PresentationStep } from './hold-and-fade.ts';

const TIMINGS = { holdMs: 1000, fadeMs: 1000, returnMs: 200 };
const FRAME_MS = 40;

/** What is on the screen, as shares of three flat pictures: plays the steps as the performer does. */
class Screen {
  held = 0;
  live = 0;
  still = 1;

  /** A new live frame is another picture than the live ones shown before: those are `held` now. */
  show(step: PresentationStep): this {
    if (step.towards === null) return this;
    const keep = 1 - step.amount;
    this.held = (this.held + this.live) * keep;
    this.still = this.still * keep + (step.towards === 'still' ? step.amount : 0);
    this.live = step.towards === 'live' ? step.amount : 0;
    return this;
  }
}

describe('HoldAndFade', () => {
  test('waits with the still until a frame comes, then blends from the still to the face', () => {
    const fade = new HoldAndFade(TIMINGS);
    const screen = new Screen();
    expect(fade.faceLost(0, 'no-frame').state).toBe('waiting');
    expect(fade.faceLost(500, 'no-frame').state).toBe('waiting');
    const first = fade.faceSeen(540);
    expect(first.state).toBe('live');
    expect(screen.show(first).still).toBeCloseTo(0.8);
    for (let t = 580; t <= 700; t += FRAME_MS) screen.show(fade.faceSeen(t));
    expect(screen.still).toBe(0);
    expect(fade.faceSeen(740)).toEqual({ state: 'live', towards: 'live', amount: 1 });
  });

  test('begins with the face where nothing has been shown before', () => {
    expect(new HoldAndFade(TIMINGS).faceSeen(1234)).toEqual({ state: 'live', towards: 'live', amount: 1 });
  });

  test('a camera without a face shows the still, and says so', () => {
    const fade = new HoldAndFade(TIMINGS);
    expect(fade.faceLost(0, 'no-face')).toEqual({ state: 'still', towards: null, amount: 0 });
    expect(fade.faceLost(40, 'no-frame').state).toBe('still');
  });

  test('holds for a second after the face is lost, fades for a second, linearly, then is still', () => {
    const fade = new HoldAndFade(TIMINGS);
    const screen = new Screen();
    for (let t = 0; t <= 1000; t += FRAME_MS) screen.show(fade.faceSeen(t));
    for (let t = 1040; t <= 4000; t += FRAME_MS) {
      const step = fade.faceLost(t, 'no-face');
      screen.show(step);
      expect(step.state).toBe(t < 3000 ? 'holding' : 'still');
      expect(screen.still).toBeCloseTo(Math.min(1, Math.max(0, (t - 2000) / 1000)), 6);
    }
    expect(screen.held).toBe(0);
  });

  test('is still at once when it was not asked for a long time', () => {
    const fade = new HoldAndFade(TIMINGS);
    fade.faceSeen(0);
    expect(fade.faceLost(10_000, 'no-frame')).toEqual({ state: 'still', towards: 'still', amount: 1 });
  });

  test('after one missed frame the face goes on without a visible blend', () => {
    const fade = new HoldAndFade(TIMINGS);
    for (let t = 0; t <= 400; t += FRAME_MS) fade.faceSeen(t);
    fade.faceLost(440, 'no-face');
    const screen = new Screen().show(fade.faceSeen(480));
    screen.show(fade.faceSeen(520));
    expect(screen.live).toBe(1);
  });

  test('blends back to the face after a loss, also when nothing was shown meanwhile', () => {
    for (const asked of [true, false]) {
      const fade = new HoldAndFade(TIMINGS);
      for (let t = 0; t <= 400; t += FRAME_MS) fade.faceSeen(t);
      fade.faceLost(440, 'no-face');
      if (asked) for (let t = 480; t < 5000; t += FRAME_MS) fade.faceLost(t, 'no-face');
      const step = fade.faceSeen(5000);
      expect(step.state).toBe('live');
      expect(step.amount).toBeCloseTo(0.2);
    }
  });

  test('a relapse in the middle of the blend holds the mixture that is shown', () => {
    const fade = new HoldAndFade(TIMINGS);
    fade.faceSeen(0);
    for (let t = 40; t < 5000; t += FRAME_MS) fade.faceLost(t, 'no-face');
    fade.faceSeen(5000);
    expect(fade.faceLost(5040, 'no-face')).toEqual({ state: 'holding', towards: null, amount: 0 });
    expect(fade.faceSeen(5080).amount).toBeLessThanOrEqual(1);
  });

  test('blends to a changed setting while live', () => {
    const fade = new HoldAndFade(TIMINGS);
    for (let t = 0; t <= 400; t += FRAME_MS) fade.faceSeen(t);
    fade.blendNext();
    expect(fade.faceSeen(440).amount).toBeCloseTo(0.2);
  });

  test('whatever comes and goes, whatever the clock does, steps stay in range and the face is shown in the end', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.boolean(), fc.integer({ min: -500, max: 3000 })), { maxLength: 60 }),
        (events) => {
          const fade = new HoldAndFade(TIMINGS);
          let timeMs = 0;
          let latestMs = 0;
          for (const [seen, deltaMs] of events) {
            timeMs += deltaMs;
            latestMs = Math.max(latestMs, timeMs);
            const step = seen ? fade.faceSeen(timeMs) : fade.faceLost(timeMs, 'no-face');
            expect(step.amount).toBeGreaterThanOrEqual(0);
            expect(step.amount).toBeLessThanOrEqual(1);
            expect(step.state).toBe(seen ? 'live' : step.state === 'still' ? 'still' : 'holding');
          }
          for (let i = 1; i <= 10; i++) fade.faceSeen(latestMs + i * FRAME_MS);
          expect(fade.faceSeen(latestMs + 11 * FRAME_MS).amount).toBe(1);
        },
      ),
    );
  });
});
