import { describe, expect, it } from 'vitest';
import { lightOnSkin, skinColours, toDisplay, toLinear } from './skin-light.ts';
import { COLOURS, drawPortrait } from './testing/drawn-portrait.ts';

describe('the light on a portrait', () => {
  it('is told by its skin', () => {
    const { still, landmarks } = drawPortrait(256, 256);
    expect(skinColours(still, landmarks.points).median).toEqual(COLOURS.skin);
  });

  it('is dimmer and redder on skin that is', () => {
    const day = lightOnSkin({ median: [225, 180, 155], shaded: [200, 150, 125] });
    const candle = lightOnSkin({ median: [150, 80, 40], shaded: [110, 50, 20] });
    expect(candle[0]).toBeLessThan(day[0]);
    expect(candle[0] / candle[2]).toBeGreaterThan(1.5 * (day[0] / day[2]));
  });

  it('is never blue, and finite in the dark', () => {
    const burnt = lightOnSkin({ median: [255, 255, 255], shaded: [255, 255, 255] });
    expect(burnt[0]).toBeGreaterThanOrEqual(burnt[2]);
    const dark = lightOnSkin({ median: [0, 0, 0], shaded: [0, 0, 0] });
    expect(dark.every((channel) => Number.isFinite(channel) && channel >= 0)).toBe(true);
  });
});

describe('display values', () => {
  it('invert linear ones below the knee and never clip above it', () => {
    for (const value of [0, 30, 90, 150, 190]) expect(toDisplay(toLinear(value))).toBe(value);
    let last = 0;
    for (let linear = 0; linear < 4; linear += 0.05) {
      const shown = toDisplay(linear);
      expect(shown).toBeGreaterThanOrEqual(last);
      last = shown;
    }
    expect(toDisplay(0.9)).toBeLessThan(250);
  });
});
