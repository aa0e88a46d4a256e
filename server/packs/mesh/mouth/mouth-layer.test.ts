import { describe, expect, it } from 'vitest';
import { LIPS } from '../../../face/face-topology.ts';
import type { RgbaImage } from '../../../imaging/rgba-image.ts';
import type { Motion } from '../../../motion/motion.ts';
import { neutralMotion } from '../../../motion/motion-extractor.ts';
import { fromAngles } from '../../../motion/rotation.ts';
import { PortraitGeometry } from '../geometry/portrait-geometry.ts';
import { createTexture } from '../raster/texture.ts';
import type { Light } from '../skin-light.ts';
import { drawPortrait } from '../testing/drawn-portrait.ts';
import { MouthLayer } from './mouth-layer.ts';

const SIZE = 512;
const DAYLIGHT: Light = [1, 1, 1];

/** Lower lip and chin drop, the upper lip rises: canonical units. */
function mouth(drop: number, rise = 0, yawDeg = 0, chin = drop): Motion {
  const motion = neutralMotion();
  for (const point of [...LIPS.lowerInner.slice(1, -1), ...LIPS.lowerOuter.slice(1, -1), 18]) {
    motion.expression[3 * point + 1] = drop;
  }
  for (const point of [200, 199, 152, 148, 377]) motion.expression[3 * point + 1] = chin;
  for (const point of [...LIPS.upperInner.slice(2, -2), ...LIPS.upperOuter.slice(2, -2)]) {
    motion.expression[3 * point + 1] = -rise;
  }
  fromAngles({ yawRad: (yawDeg * Math.PI) / 180, pitchRad: 0, rollRad: 0 }, motion.rotation);
  return motion;
}

/** Draws only the mouth, over black, so that all that is not black is the inside of the mouth. */
function drawn(motion: Motion, light: Light = DAYLIGHT, portrait = drawPortrait(SIZE, SIZE)) {
  const geometry = new PortraitGeometry(portrait.landmarks.points, SIZE, SIZE);
  const layer = new MouthLayer(geometry, light, createTexture(portrait.still));
  geometry.move(motion);
  const out: RgbaImage = { width: SIZE, height: SIZE, data: new Uint8Array(SIZE * SIZE * 4) };
  layer.draw(out);
  return { out, geometry, layer };
}

/** As bright, for its place, and as little red as only teeth are. */
function isTooth(data: Uint8Array, o: number): boolean {
  return data[o + 1] > 80 && data[o + 2] > 0.62 * data[o];
}

function toothRows({ data }: RgbaImage): number[] {
  const rows: number[] = [];
  for (let o = 0; o < data.length; o += 4) if (isTooth(data, o)) rows.push(Math.floor(o / 4 / SIZE));
  return rows;
}

function brightestGreen({ data }: RgbaImage): number {
  let brightest = 0;
  for (let o = 1; o < data.length; o += 4) brightest = Math.max(brightest, data[o]);
  return brightest;
}

function brightness({ data }: RgbaImage): number {
  let sum = 0;
  for (let o = 0; o < data.length; o += 4) sum += data[o] + data[o + 1] + data[o + 2];
  return sum;
}

describe('MouthLayer', () => {
  it('draws nothing into a mouth as closed as the portrait’s', () => {
    expect(brightness(drawn(neutralMotion()).out)).toBe(0);
  });

  it('draws only between the lips', () => {
    const { out, geometry } = drawn(mouth(0.45, 0.1));
    const [left, right] = [geometry.moved[3 * 78], geometry.moved[3 * 308]];
    const [top, bottom] = [geometry.moved[3 * 13 + 1], geometry.moved[3 * 14 + 1]];
    for (let o = 0; o < out.data.length; o += 4) {
      if (out.data[o] === 0) continue;
      const [x, y] = [(o / 4) % SIZE, Math.floor(o / 4 / SIZE)];
      expect(x).toBeGreaterThan(left - 4);
      expect(x).toBeLessThan(right + 4);
      expect(y).toBeGreaterThan(top - 4);
      expect(y).toBeLessThan(bottom + 4);
    }
  });

  it('shows no white strip where lips are barely parted', () => {
    for (const drop of [0.005, 0.01, 0.02]) expect(brightestGreen(drawn(mouth(drop)).out)).toBeLessThan(100);
    expect(brightestGreen(drawn(mouth(0.3, 0.1)).out)).toBeGreaterThan(150);
  });

  it('keeps the upper teeth with the skull and takes the lower ones down with the jaw', () => {
    // Lips that are drawn further down than the chin bare the lower teeth.
    const [half, wide] = [drawn(mouth(0.4, 0.12, 0, 0.15)), drawn(mouth(0.6, 0.12, 0, 0.35))];
    const middle = half.geometry.moved[3 * 13 + 1] + 18;
    const upperEdge = (image: RgbaImage) => Math.max(...toothRows(image).filter((y) => y < middle));
    const lowerEdge = (image: RgbaImage) => Math.min(...toothRows(image).filter((y) => y > middle));
    expect(Math.abs(upperEdge(half.out) - upperEdge(wide.out))).toBeLessThanOrEqual(1);
    expect(lowerEdge(wide.out)).toBeGreaterThan(lowerEdge(half.out) + 8);
    expect(lowerEdge(wide.out)).toBeLessThan(SIZE);
  });

  it.each([30, -30])('has dark molars on a head turned by %i°, whatever the front teeth', (yawDeg) => {
    const { out, geometry } = drawn(mouth(0.3, 0.12, yawDeg));
    const molars = { ...out, data: out.data.slice() };
    const middle = geometry.moved[3 * 13 + 1] + 18;
    molars.data.fill(0, 0, 4 * SIZE * Math.ceil(middle));
    expect(brightestGreen(molars)).toBeLessThan(0.65 * brightestGreen(out));
  });

  it('draws the same whatever it drew before', () => {
    const first = drawn(mouth(0.3, 0.05));
    const once = first.out.data.slice();
    first.geometry.move(mouth(0.6, 0.1, 20));
    first.layer.draw({ ...first.out, data: new Uint8Array(once.length) });
    first.geometry.move(mouth(0.3, 0.05));
    const again = { ...first.out, data: new Uint8Array(once.length) };
    first.layer.draw(again);
    expect(again.data).toEqual(once);
  });

  it('changes little when the mouth moves a little', () => {
    for (let step = 0; step < 24; step++) {
      const [a, b] = [drawn(mouth(0.02 + 0.02 * step)), drawn(mouth(0.0205 + 0.02 * step))];
      let [changed, worst] = [0, 0];
      for (let o = 0; o < a.out.data.length; o++) {
        const difference = Math.abs(a.out.data[o] - b.out.data[o]);
        changed += difference;
        worst = Math.max(worst, difference);
      }
      expect(changed / 4 / 2000).toBeLessThan(3);
      expect(worst).toBeLessThan(60);
    }
  });

  it('stays grey in a grey picture, though the light is said to be warm', () => {
    const portrait = drawPortrait(SIZE, SIZE);
    const still = { ...portrait.still, data: portrait.still.data.slice() };
    for (let o = 0; o < still.data.length; o += 4) {
      const grey = (3 * still.data[o] + 6 * still.data[o + 1] + still.data[o + 2]) / 10;
      still.data.fill(grey, o, o + 3);
    }
    const { out } = drawn(mouth(0.4, 0.1), [1.2, 1, 0.8], { ...portrait, still });
    expect(brightestGreen(out)).toBeGreaterThan(100);
    for (let o = 0; o < out.data.length; o += 4) {
      const [red, green, blue] = out.data.subarray(o, o + 3);
      expect(Math.max(red, green, blue) - Math.min(red, green, blue)).toBeLessThanOrEqual(3);
    }
  });

  it('draws red flesh and pale teeth in a coloured one', () => {
    const { data } = drawn(mouth(0.45, 0.1)).out;
    let [teeth, flesh] = [0, 0];
    for (let o = 0; o < data.length; o += 4) {
      if (isTooth(data, o)) teeth++;
      else if (data[o] > 60 && data[o + 1] < 0.75 * data[o]) flesh++;
    }
    expect(teeth).toBeGreaterThan(150);
    expect(flesh).toBeGreaterThan(400);
  });

  it('keeps the teeth that the portrait shows', () => {
    const smiling = drawPortrait(SIZE, SIZE, { opening: 0.12, colour: [60, 140, 235] });
    // A colour that no drawn tooth has; blue is bright enough for teeth when enough of green is in it.
    const { out } = drawn(mouth(0.4), DAYLIGHT, smiling);
    let own = 0;
    for (let o = 0; o < out.data.length; o += 4) if (out.data[o + 2] > out.data[o] + 40) own++;
    expect(own).toBeGreaterThan(200);
  });

  it('is darker in the light of a dark portrait', () => {
    const motion = mouth(0.4, 0.1);
    expect(brightness(drawn(motion, [0.3, 0.3, 0.3]).out)).toBeLessThan(0.75 * brightness(drawn(motion).out));
  });
});
