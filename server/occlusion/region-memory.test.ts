import { describe, expect, it } from 'vitest';
import { CHANNELS, createFaceSamples, type FaceSamples, SAMPLE_COUNT } from './face-samples.ts';
import { RegionMemory } from './region-memory.ts';

/** −1..1, the same for the same number. */
const noise = (i: number) => Math.sin(i * 12.9898 + Math.cos(i * 78.233) * 43.7);

/** Skin with structure of `seed`, brighter by `light` (logarithm), its contrast times `contrast`; all of it in view. */
function skin(seed: number, { light = 0, contrast = 1, weight = 1 } = {}): FaceSamples {
  const samples = createFaceSamples();
  for (let i = 0; i < SAMPLE_COUNT * CHANNELS; i++)
    samples.values[i] = 4 + light + 0.15 * contrast * noise(i + 1e4 * seed);
  samples.weights.fill(weight);
  return samples;
}

function looked(times: number, at: FaceSamples, memory = new RegionMemory('mouth')): RegionMemory {
  for (let i = 0; i < times; i++) memory.observe(at, false);
  return memory;
}

describe('RegionMemory', () => {
  it('agrees with what it has seen, in any light', () => {
    const memory = looked(30, skin(1));
    expect(memory.agreement(skin(1))).toBeCloseTo(1, 3);
    expect(memory.agreement(skin(1, { light: -1.5 }))).toBeCloseTo(1, 3);
    expect(memory.agreement(skin(1, { contrast: 0.4 }))).toBeGreaterThan(0.95);
    expect(memory.agreement(skin(2))).toBeLessThan(0.3);
  });

  it('notices within two frames that something else is there, and within three that it is gone', () => {
    const memory = looked(30, skin(1));
    expect(looked(2, skin(2), memory).isCovered).toBe(true);
    expect(looked(60, skin(2), memory).isCovered).toBe(true);
    expect(looked(3, skin(1), memory).isCovered).toBe(false);
  });

  it('is not upset by one odd frame', () => {
    const memory = looked(30, skin(1));
    looked(1, skin(2), memory);
    expect(memory.isCovered).toBe(false);
    looked(1, skin(1), memory);
    looked(1, skin(2), memory);
    expect(memory.isCovered).toBe(false);
  });

  it('learns a slow change', () => {
    const memory = looked(30, skin(1));
    for (let i = 0; i <= 200; i++) {
      const changing = skin(1);
      const other = skin(2);
      for (let k = 0; k < changing.values.length; k++) {
        changing.values[k] += ((other.values[k] - changing.values[k]) * i) / 200;
      }
      memory.observe(changing, false);
      expect(memory.isCovered).toBe(false);
    }
  });

  it('says nothing in the first frames, and of what is turned away', () => {
    const memory = new RegionMemory('mouth');
    looked(3, skin(1), memory);
    expect(looked(3, skin(2), memory).isCovered).toBe(false);
    const turned = looked(30, skin(1));
    expect(turned.agreement(skin(2, { weight: 0 }))).toBeNull();
    expect(looked(10, skin(2, { weight: 0 }), turned).isCovered).toBe(false);
  });

  it('begins anew when told', () => {
    const memory = looked(10, skin(2), looked(30, skin(1)));
    expect(memory.isCovered).toBe(true);
    memory.forget();
    expect(looked(30, skin(2), memory).isCovered).toBe(false);
  });
});
