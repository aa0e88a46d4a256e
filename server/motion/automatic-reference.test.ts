import { describe, expect, it } from 'vitest';
import { ALL_SEEN } from '../face/face-visibility.ts';
import { AutomaticReference } from './automatic-reference.ts';
import { CANONICAL_FACE } from './canonical-face.ts';

const FACE = { points: CANONICAL_FACE, confidence: 1 };

/** Times (ms) at which a reference was taken from faces of the given neutralities, ten a second. */
function taken(neutralityAt: (timeMs: number) => number, lengthMs: number): number[] {
  const search = new AutomaticReference();
  const times: number[] = [];
  for (let timeMs = 0; timeMs <= lengthMs; timeMs += 100) {
    if (search.offer(FACE, neutralityAt(timeMs), timeMs)) times.push(timeMs);
  }
  return times;
}

describe('AutomaticReference', () => {
  it('takes the first face, then better ones, and stands still once it has a good one', () => {
    expect(taken((timeMs) => (timeMs < 1000 ? 9 : timeMs < 3000 ? 1 : 0.1), 20_000)).toEqual([0, 1000]);
  });

  it('waits for a driver who begins with a smile, and then takes only a neutral face', () => {
    expect(taken((timeMs) => (timeMs < 12_000 ? 8 : timeMs < 15_000 ? 5 : 1), 30_000)).toEqual([0, 15_000]);
  });

  it('does not creep', () => {
    expect(taken((timeMs) => 1 - timeMs / 1e5, 5000)).toEqual([0]);
  });

  it('gives up in the end', () => {
    expect(taken((timeMs) => (timeMs < 70_000 ? 8 : 0), 90_000)).toEqual([0]);
  });

  it('takes no face with a hand over it', () => {
    const visibility = { ...ALL_SEEN, regions: { ...ALL_SEEN.regions, mouth: 0 } };
    expect(new AutomaticReference().offer({ ...FACE, visibility }, 0.1, 0)).toBe(false);
  });
});
