import { describe, expect, test } from 'vitest';
import type { FaceLandmarks } from '../face/face-landmarks.ts';
import type { SquareRegion } from '../face/face-region.ts';
import { CANONICAL_FACE } from '../motion/canonical-face.ts';
import { SteadySquare } from './steady-square.ts';

const [WIDTH, HEIGHT] = [1280, 720];
const FRAME_MS = 40;

function faceAt(x: number, scale = 60): FaceLandmarks {
  const points = CANONICAL_FACE.map((value, i) => value * scale + (i % 3 === 0 ? x : i % 3 === 1 ? HEIGHT / 2 : 0));
  return { points: Float32Array.from(points), confidence: 1 };
}

class Camera {
  readonly #square = new SteadySquare();
  #timeMs = 0;

  /** The squares of some frames of one face. */
  film(face: FaceLandmarks, frames = 1, afterMs = FRAME_MS): SquareRegion[] {
    return Array.from({ length: frames }, () => {
      this.#timeMs += afterMs;
      return this.#square.follow(face, WIDTH, HEIGHT, this.#timeMs);
    });
  }
}

describe('SteadySquare', () => {
  test('frames head and shoulders, and rests while the head moves within', () => {
    const camera = new Camera();
    const [first] = camera.film(faceAt(600));
    expect(Math.abs(first.centerX - 600)).toBeLessThan(first.sizePx * 0.05);
    expect(first.sizePx).toBeGreaterThan(100);
    for (let i = 0; i < 50; i++) {
      const [square] = camera.film(faceAt(600 + 0.07 * first.sizePx * Math.sin(i), 60 + 5 * Math.cos(i)));
      expect(square).toEqual(first);
    }
  });

  test('follows a head that goes away, without a jump, and rests again', () => {
    const camera = new Camera();
    const [first] = camera.film(faceAt(500));
    const squares = camera.film(faceAt(700), 100);
    let before = first;
    for (const square of squares) {
      expect(square.centerX).toBeGreaterThanOrEqual(before.centerX);
      expect(square.centerX - before.centerX).toBeLessThan(0.12 * 200);
      before = square;
    }
    expect(Math.abs(before.centerX - first.centerX - 200)).toBeLessThan(0.03 * before.sizePx);
    expect(squares.at(-2)).toEqual(before);
  });

  test('follows one that leans in', () => {
    const camera = new Camera();
    const [first] = camera.film(faceAt(600, 48));
    const near = camera.film(faceAt(600, 80), 100).at(-1) as SquareRegion;
    expect(near.sizePx / first.sizePx).toBeGreaterThan(80 / 48 / 1.05);
    expect(near.sizePx / first.sizePx).toBeLessThan((80 / 48) * 1.01);
  });

  test('meets a face that was away where it is', () => {
    const camera = new Camera();
    camera.film(faceAt(400));
    const [met] = camera.film(faceAt(900), 1, 5000);
    expect(Math.abs(met.centerX - 900)).toBeLessThan(met.sizePx * 0.05);
  });
});
