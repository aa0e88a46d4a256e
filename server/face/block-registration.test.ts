import { describe, expect, test } from 'vitest';
import { registerBlocks } from './block-registration.ts';

const SIDE = 16;
const WINDOW = { side: SIDE, top: 4, bottom: 12, left: 2, right: 14 };

/** A smooth picture of an eye: a dark disc under a dark line, moved by (`x`, `y`) blocks. */
function picture({ x = 0, y = 0, gain = 1, bias = 0 } = {}): Float32Array {
  return Float32Array.from({ length: SIDE * SIDE }, (_, i) => {
    const [u, v] = [(i % SIDE) - 7.7 - x, Math.floor(i / SIDE) - 7.9 - y];
    const disc = Math.exp(-(u * u + v * v) / 6);
    const line = Math.exp(-((v + 2 + 0.03 * u * u) ** 2) / 2);
    return (0.7 - 0.4 * disc - 0.2 * line) * gain + bias;
  });
}

describe('registerBlocks', () => {
  test('finds nothing between equal pictures', () => {
    const { shiftX, shiftY, largestResidual } = registerBlocks(picture(), picture(), WINDOW);
    expect([shiftX, shiftY, largestResidual]).toEqual([0, 0, 0]);
  });

  test.each([
    [0.2, 0],
    [0, -0.25],
    [-0.3, 0.3],
    [0.5, 0.1],
  ])('measures a movement by (%d, %d), and little is left unexplained', (x, y) => {
    const { shiftX, shiftY, largestResidual } = registerBlocks(picture(), picture({ x, y }), WINDOW);
    expect(shiftX).toBeCloseTo(x, 1);
    expect(shiftY).toBeCloseTo(y, 1);
    expect(largestResidual).toBeLessThan(0.01);
  });

  test('tells a movement from a change of light', () => {
    const { shiftX, shiftY, largestResidual } = registerBlocks(
      picture(),
      picture({ x: 0.3, gain: 0.8, bias: 0.05 }),
      WINDOW,
    );
    expect(shiftX).toBeCloseTo(0.3, 1);
    expect(shiftY).toBeCloseTo(0, 1);
    expect(largestResidual).toBeLessThan(0.01);
  });

  test('leaves what only a part of the picture did', () => {
    const changed = picture();
    for (let column = 5; column < 11; column++) changed[6 * SIDE + column] -= 0.2;
    expect(registerBlocks(picture(), changed, WINDOW).largestResidual).toBeGreaterThan(0.08);
  });

  test('takes a picture without structure to be at rest', () => {
    const flat = new Float32Array(SIDE * SIDE).fill(0.4);
    const { shiftX, shiftY, largestResidual } = registerBlocks(
      flat,
      flat.map((value) => value + 0.1),
      WINDOW,
    );
    expect(Math.hypot(shiftX, shiftY)).toBeCloseTo(0, 6);
    expect(largestResidual).toBeCloseTo(0, 6);
  });
});
