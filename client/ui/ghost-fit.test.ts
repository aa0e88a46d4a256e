import { describe, expect, it } from 'vitest';
import { approach, driverPath, frameOf, ghostPath, restingFrame } from './ghost-fit.ts';

const square: [number, number][][] = [
  [
    [0.4, 0.3],
    [0.6, 0.3],
    [0.6, 0.7],
    [0.4, 0.7],
  ],
];

describe('frame of a face', () => {
  it('is its box in units of the picture height', () => {
    expect(frameOf(square, 4 / 3)).toEqual({
      centerX: expect.closeTo(2 / 3),
      centerY: 0.5,
      height: expect.closeTo(0.4),
    });
  });

  it('is on the other side in a mirror', () => {
    const shifted = square.map((line) => line.map(([x, y]): [number, number] => [x - 0.2, y]));
    expect(frameOf(shifted, 1, true)!.centerX).toBeCloseTo(0.7);
  });

  it('is nothing without contours', () => {
    expect(frameOf([], 1)).toBeNull();
    expect(frameOf([[[0.5, 0.5]]], 1)).toBeNull();
  });
});

describe('ghost of a portrait', () => {
  it('fills the frame of the driver’s face, neither turned nor stretched', () => {
    const path = ghostPath(square, { centerX: 0.5, centerY: 0.5, height: 0.8 });
    expect(path).toBe('M300.0 100.0L700.0 100.0L700.0 900.0L300.0 900.0');
  });

  it('follows calmly', () => {
    const [from, to] = [restingFrame(1), { centerX: 1, centerY: 1, height: 1 }];
    const next = approach(from, to, 0.5);
    expect(next.centerX).toBeCloseTo(0.75);
    expect(next.height).toBeCloseTo(0.775);
  });

  it('is empty where the portrait has no contours', () => {
    expect(ghostPath([], restingFrame(1))).toBe('');
  });
});

describe('contours of the driver', () => {
  it('are drawn as the picture is shown', () => {
    const line: [number, number][][] = [
      [
        [0.25, 0.5],
        [0.5, 0.5],
      ],
    ];
    expect(driverPath(line, 2, false)).toBe('M500.0 500.0L1000.0 500.0');
    expect(driverPath(line, 2, true)).toBe('M1500.0 500.0L1000.0 500.0');
  });
});
