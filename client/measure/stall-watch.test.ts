import { describe, expect, it } from 'vitest';
import { StallWatch } from './stall-watch.ts';

describe('stall watch', () => {
  it('neither flows nor is stalled before the first frame', () => {
    const watch = new StallWatch(1500);
    expect(watch.isFlowing(10_000)).toBe(false);
    expect(watch.isStalled(10_000)).toBe(false);
  });

  it('is stalled when no frame has come for longer than the limit, and flows again with the next', () => {
    const watch = new StallWatch(1500);
    watch.frame(1000);
    expect(watch.isStalled(2500)).toBe(false);
    expect(watch.isStalled(2501)).toBe(true);
    watch.frame(2600);
    expect(watch.isFlowing(2600)).toBe(true);
  });

  it('gives a page that was hidden another interval', () => {
    const watch = new StallWatch(1500);
    watch.frame(0);
    watch.restart(60_000);
    expect(watch.isStalled(61_000)).toBe(false);
    expect(watch.isStalled(61_501)).toBe(true);
  });
});
