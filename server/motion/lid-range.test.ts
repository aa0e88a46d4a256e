import { describe, expect, it } from 'vitest';
import { openingFromGap } from './lid-opening.ts';
import { LidRange } from './lid-range.ts';

const FRAME_MS = 33;
const OPEN = 0.36;

/** Shows `range` an open eye, then a closed one of `gap` for `frames`, then an open one again. */
function blink(range: LidRange, gap: number, startMs: number, frames = 4): number {
  const gaps = [OPEN, OPEN, (OPEN + gap) / 2, ...Array<number>(frames).fill(gap), (OPEN + gap) / 2, OPEN, OPEN];
  gaps.forEach((each, i) => {
    range.observe(each, OPEN, startMs + i * FRAME_MS);
  });
  return startMs + (gaps.length + 30) * FRAME_MS;
}

function taught(blinks: number, gap: number, frames?: number): LidRange {
  const range = new LidRange();
  let timeMs = 0;
  for (let i = 0; i < blinks; i++) timeMs = blink(range, gap, timeMs, frames);
  return range;
}

describe('LidRange', () => {
  it('begins with what most closed eyes read', () => {
    for (const open of [0.22, 0.3, 0.4]) {
      const closed = new LidRange().closedGap(open);
      expect(closed).toBeGreaterThan(0.1);
      expect(closed).toBeLessThan(0.16);
    }
  });

  it('learns from blinks of eyes whose closed lids read far apart, so that they close wholly', () => {
    expect(openingFromGap(0.2, new LidRange().closedGap(OPEN), OPEN)).toBeGreaterThan(0.2);
    expect(openingFromGap(0.2, taught(4, 0.2).closedGap(OPEN), OPEN)).toBeLessThan(0.03);
  });

  it('does not learn much from eyes that close tightly: lids at rest stay closed', () => {
    expect(taught(8, 0.04).closedGap(OPEN)).toBeGreaterThan(0.11);
  });

  it('takes a long glance down for no blink', () => {
    expect(taught(4, 0.21, 30).closedGap(OPEN)).toBe(new LidRange().closedGap(OPEN));
  });

  it('never takes an open eye for closed, whatever it reads', () => {
    expect(taught(20, 0.22).closedGap(OPEN)).toBeLessThan(0.62 * OPEN);
    expect(openingFromGap(OPEN, taught(20, 0.22).closedGap(OPEN), OPEN)).toBeCloseTo(1, 6);
  });

  it('survives one odd blink among others, and forgets with a reset', () => {
    const range = taught(4, 0.13);
    const before = range.closedGap(OPEN);
    blink(range, 0.215, 1e5);
    expect(Math.abs(range.closedGap(OPEN) - before)).toBeLessThan(0.01);
    range.reset();
    expect(range.closedGap(OPEN)).toBe(new LidRange().closedGap(OPEN));
  });
});
