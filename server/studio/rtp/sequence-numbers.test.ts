import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { advanceSequence, sequenceDistance, timestampDistance } from './sequence-numbers.ts';

describe('sequence numbers', () => {
  it('counts across the wrap in both directions', () => {
    expect(sequenceDistance(65_535, 0)).toBe(1);
    expect(sequenceDistance(0, 65_535)).toBe(-1);
    expect(sequenceDistance(65_000, 500)).toBe(1036);
    expect(advanceSequence(65_535)).toBe(0);
  });

  it('measures what it advanced by', () => {
    fc.assert(
      fc.property(fc.nat(0xffff), fc.nat(0x7fff), (from, count) => {
        expect(sequenceDistance(from, advanceSequence(from, count))).toBe(count);
      }),
    );
  });
});

describe('timestamps', () => {
  it('measures across the wrap', () => {
    expect(timestampDistance(0xffff_ffff, 2999)).toBe(3000);
    expect(timestampDistance(2999, 0xffff_ffff)).toBe(-3000);
  });
});
