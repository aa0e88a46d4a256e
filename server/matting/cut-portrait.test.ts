import { describe, expect, test } from 'vitest';
import type { PortraitLayers } from '../imaging/portrait-layers.ts';
import type { RgbaImage } from '../imaging/rgba-image.ts';
import { cutPortrait } from './cut-portrait.ts';
import { type DrawnPerson, drawPerson, faceAt, grain, HAIR, SKIN, type Wall } from './testing/drawn-person.ts';

const SIZE = 160;
const plain: Wall = () => [150, 170, 160];
const patterned: Wall = (x, y) => [
  120 + 60 * Math.sin(x / 9),
  150 + 50 * Math.sin(y / 13 + x / 31),
  90 + 40 * Math.sin((x + y) / 17),
];

function cut({ still, landmarks }: DrawnPerson): PortraitLayers {
  const { layers, refusal } = cutPortrait(still, landmarks);
  expect(refusal).toBeNull();
  return layers!;
}

/** The largest difference of person over background and the still, levels. */
function compositionError({ person, background }: PortraitLayers, still: RgbaImage): number {
  let worst = 0;
  for (let i = 0; i < still.data.length; i++) {
    if (i % 4 === 3) continue;
    const a = person.data[i - (i % 4) + 3] / 255;
    worst = Math.max(worst, Math.abs(a * person.data[i] + (1 - a) * background.data[i] - still.data[i]));
  }
  return worst;
}

/** Mean difference of the found alpha and the true one, over the whole picture. */
function matteError({ person }: PortraitLayers, { alpha }: DrawnPerson): number {
  return alpha.reduce((sum, a, i) => sum + Math.abs(a - person.data[4 * i + 3] / 255), 0) / alpha.length;
}

function grey({ still, ...rest }: DrawnPerson): DrawnPerson {
  const data = still.data.map((level, i) => {
    const at = i - (i % 4);
    return i % 4 === 3 ? level : 0.3 * still.data[at] + 0.59 * still.data[at + 1] + 0.11 * still.data[at + 2];
  });
  return { ...rest, still: { ...still, data } };
}

describe.each([
  ['before a plain wall', () => drawPerson(SIZE, SIZE, plain), 0.01],
  ['before a pattern', () => drawPerson(SIZE, SIZE, patterned), 0.03],
  ['in grey', () => grey(drawPerson(SIZE, SIZE, plain)), 0.015],
  ['at the edge of the picture', () => drawPerson(SIZE, SIZE, plain, { centerX: 0.27 }), 0.02],
  ['very near', () => drawPerson(SIZE, SIZE, plain, { faceWidth: 0.55, centerY: 0.5 }), 0.02],
  ['small', () => drawPerson(SIZE, SIZE, plain, { faceWidth: 0.2, centerY: 0.55 }), 0.03],
  ['in a picture that is no square', () => drawPerson(SIZE, 120, plain, { faceWidth: 0.25 }), 0.02],
])('a person %s', (_, draw, mostError) => {
  const drawn = draw();
  const layers = cut(drawn);

  test('is found', () => expect(matteError(layers, drawn)).toBeLessThan(mostError));

  test('is the still again over the background', () => {
    expect(compositionError(layers, drawn.still)).toBeLessThanOrEqual(2);
    expect(layers.background.data.every((level, i) => i % 4 < 3 || level === 255)).toBe(true);
  });
});

describe('hair', () => {
  const drawn = drawPerson(SIZE, SIZE, plain);
  const { person } = cut(drawn);

  test('fades as it does in the picture', () => {
    let error = 0;
    let count = 0;
    for (let i = 0; i < drawn.alpha.length; i++) {
      if (drawn.alpha[i] < 0.2 || drawn.alpha[i] > 0.8) continue;
      error += Math.abs(person.data[4 * i + 3] / 255 - drawn.alpha[i]);
      count++;
    }
    expect(count).toBeGreaterThan(100);
    expect(error / count).toBeLessThan(0.12);
  });

  test('brings nothing of the old wall along', () => {
    for (let i = 0; i < drawn.alpha.length; i++) {
      if (drawn.alpha[i] < 0.4 || drawn.alpha[i] === 1) continue;
      // The wall is green and light: hair with some of it left would be, too.
      expect(person.data[4 * i + 1]).toBeLessThan(HAIR[1] + 60);
    }
  });
});

describe('what is behind', () => {
  test('a plain wall stays plain', () => {
    const { background } = cut(drawPerson(SIZE, SIZE, plain));
    const wall = plain(0, 0);
    for (let i = 0; i < background.data.length; i++) {
      if (i % 4 < 3) expect(Math.abs(background.data[i] - wall[i % 4])).toBeLessThan(12);
    }
  });

  test('keeps its grain', () => {
    const noisy = drawPerson(SIZE, SIZE, (x, y) => [150 + 9 * grain(y, x, 5), 170, 160]);
    const { background } = cut(noisy);
    const deviation = (x0: number) => {
      const values = Array.from({ length: 900 }, (_, i) => {
        const at = (60 + Math.floor(i / 30)) * SIZE + x0 + (i % 30);
        return background.data[4 * at];
      });
      const mean = values.reduce((sum, value) => sum + value) / values.length;
      return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
    };
    expect(deviation(65)).toBeGreaterThan(0.5 * deviation(2));
  });

  test('shows nothing of the face', () => {
    const { background } = cut(drawPerson(SIZE, SIZE, patterned));
    for (let i = 0; i < background.data.length; i += 4) {
      const skin = Math.abs(background.data[i] - SKIN[0]) + Math.abs(background.data[i + 2] - SKIN[2]);
      expect(skin).toBeGreaterThan(12);
    }
  });

  test('another person stays there', () => {
    const drawn = drawPerson(SIZE, SIZE, plain, { centerX: 0.36, faceWidth: 0.28 });
    const other = faceAt(0.86 * SIZE, 0.42 * SIZE, 0.2 * SIZE);
    const { data } = drawn.still;
    const inOther: number[] = [];
    for (let i = 0; i < SIZE * SIZE; i++) {
      const [x, y] = [(i % SIZE) - 0.86 * SIZE, Math.floor(i / SIZE) - 0.42 * SIZE];
      if (Math.hypot(x / 0.1, y / 0.13) > 0.9 * SIZE) continue;
      inOther.push(i);
      SKIN.forEach((level, c) => {
        data[4 * i + c] = level + grain(i, c, 1);
      });
    }
    const { layers } = cutPortrait(drawn.still, drawn.landmarks, [other]);
    for (const i of inOther) {
      expect(layers!.person.data[4 * i + 3]).toBeLessThan(30);
      expect(Math.abs(layers!.background.data[4 * i] - data[4 * i])).toBeLessThan(12);
    }
  });
});

describe('a portrait stays one layer', () => {
  const refusal = (drawn: DrawnPerson) => cutPortrait(drawn.still, drawn.landmarks).refusal;

  test('where everything has one colour', () => {
    const drawn = drawPerson(SIZE, SIZE, plain);
    drawn.still.data.fill(128);
    expect(refusal(drawn)).toMatch(/colours/);
  });

  test('where the background has the colours of the person', () => {
    const colors = [SKIN, HAIR, [40, 60, 120]] as const;
    const motley: Wall = (x, y) => colors[Math.floor(1.5 + 1.5 * grain(x >> 2, y >> 2, 3))];
    expect(refusal(drawPerson(SIZE, SIZE, motley))).not.toBeNull();
  });

  test('where the person fills it', () => {
    expect(refusal(drawPerson(SIZE, SIZE, plain, { faceWidth: 1.1, centerY: 0.5 }))).not.toBeNull();
  });

  test('where the face is too small to say where its person is', () => {
    expect(refusal(drawPerson(SIZE, SIZE, plain, { faceWidth: 0.04, centerY: 0.9 }))).not.toBeNull();
  });
});

test('the same picture is cut the same', () => {
  const { still, landmarks } = drawPerson(SIZE, SIZE, patterned);
  const [first, second] = [cutPortrait(still, landmarks), cutPortrait(still, landmarks)];
  expect(Buffer.compare(first.layers!.person.data, second.layers!.person.data)).toBe(0);
  expect(Buffer.compare(first.layers!.background.data, second.layers!.background.data)).toBe(0);
});
