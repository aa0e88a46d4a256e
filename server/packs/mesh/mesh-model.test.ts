import { describe, expect, it } from 'vitest';
import { EYES, LIPS } from '../../face/face-topology.ts';
import type { RgbaImage } from '../../imaging/rgba-image.ts';
import { createRgbaImage } from '../../imaging/rgba-image.ts';
import type { Motion } from '../../motion/motion.ts';
import { neutralMotion } from '../../motion/motion-extractor.ts';
import { fromAngles } from '../../motion/rotation.ts';
import { MeshModel } from './mesh-model.ts';
import { COLOURS, drawPortrait, findColour } from './testing/drawn-portrait.ts';

const DEGREE = Math.PI / 180;
const model = await MeshModel.load();

function turned(yawDeg: number, pitchDeg: number, rollDeg: number): Motion {
  const angles = { yawRad: yawDeg * DEGREE, pitchRad: pitchDeg * DEGREE, rollRad: rollDeg * DEGREE };
  return { ...neutralMotion(), rotation: fromAngles(angles, new Float32Array(9)) };
}

/** The lower half of the mouth and the chin go down, the upper lip a little up. */
function mouthOpened(amount: number): Motion {
  const motion = neutralMotion();
  for (const i of [...LIPS.lowerInner.slice(1, -1), ...LIPS.lowerOuter.slice(1, -1), 152, 200, 199, 148, 377, 18]) {
    motion.expression[3 * i + 1] = amount;
  }
  for (const i of LIPS.upperInner.slice(1, -1)) motion.expression[3 * i + 1] = -0.1 * amount;
  return motion;
}

async function perform(width: number, height: number, motion: Motion): Promise<RgbaImage> {
  const { still, landmarks } = drawPortrait(width, height);
  const portrait = await model.prepare(still, landmarks);
  const out = createRgbaImage(width, height);
  await model.animate(portrait, motion, out);
  return out;
}

describe('MeshModel', () => {
  it.each([
    [256, 256],
    [512, 512],
    [700, 900],
    [333, 251],
  ])('draws the still picture itself at %i×%i when nothing moves', async (width, height) => {
    const { still } = drawPortrait(width, height);
    expect(await perform(width, height, neutralMotion())).toEqual(still);
  });

  it('refuses an output of another size', async () => {
    const { still, landmarks } = drawPortrait(256, 256);
    const portrait = await model.prepare(still, landmarks);
    await expect(model.animate(portrait, neutralMotion(), createRgbaImage(256, 255))).rejects.toThrow(RangeError);
  });

  it('draws the same frame for the same motion, whatever it drew before', async () => {
    const { still, landmarks } = drawPortrait(256, 256);
    const portrait = await model.prepare(still, landmarks);
    const [first, other, again] = [createRgbaImage(256, 256), createRgbaImage(256, 256), createRgbaImage(256, 256)];
    await model.animate(portrait, turned(12, 5, -8), first);
    await model.animate(portrait, { ...mouthOpened(0.4), lidOpening: [0, 0.4] }, other);
    await model.animate(portrait, turned(12, 5, -8), again);
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });

  it('takes a picture from wherever it lies in memory, as messages between processes bring it', async () => {
    const { still, landmarks } = drawPortrait(256, 256);
    const pool = Buffer.alloc(still.data.length + 64);
    const data = pool.subarray(13, 13 + still.data.length);
    data.set(still.data);
    const portrait = await model.prepare({ ...still, data }, landmarks);
    const out = createRgbaImage(256, 256);
    await model.animate(portrait, neutralMotion(), out);
    expect(out.data).toEqual(still.data);
  });

  it('leaves the still picture and the opacity as they are', async () => {
    const { still, landmarks } = drawPortrait(256, 256);
    const before = still.data.slice();
    const portrait = await model.prepare(still, landmarks);
    const out = createRgbaImage(256, 256);
    await model.animate(portrait, { ...mouthOpened(0.5), lidOpening: [0, 0] }, out);
    expect(portrait.still.data).toEqual(before);
    expect(out.data.filter((_, i) => i % 4 === 3).every((alpha) => alpha === 255)).toBe(true);
  });

  it.each([-20, -10, 10, 20])('rolls the drawn eyes by the %i degrees that the head rolls', async (rollDeg) => {
    const out = await perform(512, 512, turned(0, 0, rollDeg));
    const half = (left: boolean): RgbaImage => {
      const copy = { ...out, data: out.data.slice() };
      for (let o = 0; o < copy.data.length; o += 4) {
        if ((o / 4) % 512 < 256 !== left) copy.data.fill(0, o, o + 4);
      }
      return copy;
    };
    const leftEye = findColour(half(true), COLOURS.iris, 90);
    const rightEye = findColour(half(false), COLOURS.iris, 90);
    const drawnDeg = Math.atan2(rightEye.y - leftEye.y, rightEye.x - leftEye.x) / DEGREE;
    expect(Math.abs(drawnDeg - rollDeg)).toBeLessThan(2);
  });

  it('turns the nose to the left for a yaw to the left, and down for a nod', async () => {
    const nose = (image: RgbaImage) => findColour(image, COLOURS.noseTip);
    const rest = nose(drawPortrait(512, 512).still);
    expect(nose(await perform(512, 512, turned(15, 0, 0))).x).toBeLessThan(rest.x - 10);
    expect(nose(await perform(512, 512, turned(-15, 0, 0))).x).toBeGreaterThan(rest.x + 10);
    expect(nose(await perform(512, 512, turned(0, 12, 0))).y).toBeGreaterThan(rest.y + 6);
    expect(nose(await perform(512, 512, turned(0, -12, 0))).y).toBeLessThan(rest.y - 6);
  });

  it('moves and grows the head with translation and scale', async () => {
    const { still, scale } = drawPortrait(512, 512);
    const rest = findColour(still, COLOURS.noseTip);
    const moved = findColour(
      await perform(512, 512, { ...neutralMotion(), translation: [0.2, -0.1, 0], scale: 1.15 }),
      COLOURS.noseTip,
    );
    expect(moved.x - rest.x).toBeCloseTo(0.2 * scale, -1);
    expect(moved.count / rest.count).toBeGreaterThan(1.15);
  });

  it('keeps the border of the picture where it is, within what half a pixel makes', async () => {
    const { still } = drawPortrait(512, 512);
    const out = await perform(512, 512, { ...turned(20, -10, 15), translation: [0.8, -0.3, 0], scale: 1.2 });
    for (let i = 0; i < 512; i++) {
      for (const [x, y] of [
        [i, 0],
        [i, 511],
        [0, i],
        [511, i],
      ]) {
        const o = 4 * (y * 512 + x);
        for (let k = 0; k < 3; k++) expect(Math.abs(out.data[o + k] - still.data[o + k])).toBeLessThanOrEqual(6);
      }
    }
  });

  it('shows the inside of a mouth that opens', async () => {
    const { landmarks } = drawPortrait(512, 512);
    const darkInMouth = (image: RgbaImage, motion: number) => {
      const lipY = landmarks.points[3 * 13 + 1];
      const chinY = landmarks.points[3 * 152 + 1] + motion * 100;
      let dark = 0;
      for (let y = Math.floor(lipY); y < chinY; y++) {
        for (let x = 215; x < 297; x++) {
          const o = 4 * (y * image.width + x);
          if (image.data[o] + image.data[o + 1] + image.data[o + 2] < 150) dark++;
        }
      }
      return dark;
    };
    const closed = darkInMouth(await perform(512, 512, neutralMotion()), 0);
    const slightly = darkInMouth(await perform(512, 512, mouthOpened(0.15)), 0.15);
    const wide = darkInMouth(await perform(512, 512, mouthOpened(0.5)), 0.5);
    expect(slightly).toBeGreaterThan(closed);
    expect(wide).toBeGreaterThan(slightly + 200);
  });

  it('hides the irises under lids that close, one by one', async () => {
    const count = async (lidOpening: [number, number]) =>
      findColour(await perform(512, 512, { ...neutralMotion(), lidOpening }), COLOURS.iris, 110).count;
    const open = await count([1, 1]);
    expect(open).toBeGreaterThan(100);
    expect(await count([0, 0])).toBe(0);
    const wink = await count([0, 1]);
    expect(wink / open).toBeGreaterThan(0.35);
    expect(wink / open).toBeLessThan(0.65);
    expect(await count([0.5, 0.5])).toBeLessThan(0.8 * open);
  });

  it('closes lids with skin, not with what the eye was', async () => {
    const { landmarks } = drawPortrait(512, 512);
    const out = await perform(512, 512, { ...neutralMotion(), lidOpening: [0, 0] });
    for (const eye of EYES) {
      const x = Math.round(landmarks.points[3 * eye.irisCenter]);
      const y = Math.round(landmarks.points[3 * eye.upperLid[4] + 1] + 2);
      const o = 4 * (y * 512 + x);
      for (let k = 0; k < 3; k++) expect(Math.abs(out.data[o + k] - COLOURS.skin[k])).toBeLessThan(30);
    }
  });

  it('moves the irises where the driver looks', async () => {
    const look = async (x: number) => {
      const gaze = [
        [x, 0],
        [x, 0],
      ] as [[number, number], [number, number]];
      return findColour(await perform(512, 512, { ...neutralMotion(), gaze }), COLOURS.iris, 90).x;
    };
    const straight = await look(0);
    expect(await look(-0.12)).toBeLessThan(straight - 3);
    expect(await look(0.12)).toBeGreaterThan(straight + 3);
  });

  it('draws any motion, however wild, and only from skin and surroundings that are there', async () => {
    const { still, landmarks } = drawPortrait(256, 256);
    const portrait = await model.prepare(still, landmarks);
    const out = createRgbaImage(256, 256);
    const wild: Motion[] = [
      { ...turned(80, 70, 170), scale: 9, translation: [40, -30, 5] },
      { ...turned(-89, -60, -120), scale: 0.01, translation: [-40, 30, -5] },
      {
        ...mouthOpened(5),
        lidOpening: [7, -3],
        gaze: [
          [5, 5],
          [-5, -5],
        ],
      },
      { ...neutralMotion(), expression: Float32Array.from({ length: 1434 }, (_, i) => Math.sin(i * 7) * 2) },
    ];
    for (const motion of wild) {
      await model.animate(portrait, motion, out);
      expect([...portrait.geometry.moved].every(Number.isFinite)).toBe(true);
      expect(out.data.filter((_, i) => i % 4 === 3).every((alpha) => alpha === 255)).toBe(true);
    }
  });

  it('changes little from frame to frame when the motion does', async () => {
    const { still, landmarks } = drawPortrait(256, 256);
    const portrait = await model.prepare(still, landmarks);
    const [a, b] = [createRgbaImage(256, 256), createRgbaImage(256, 256)];
    for (let step = 0; step < 20; step++) {
      const at = (t: number): Motion => ({
        ...turned(20 * t, 8 * t, 10 * t),
        lidOpening: [1 - t, 1 - t],
        gaze: [
          [0.1 * t, 0],
          [0.1 * t, 0],
        ],
      });
      await model.animate(portrait, at(step / 20), a);
      await model.animate(portrait, at(step / 20 + 0.002), b);
      let difference = 0;
      for (let i = 0; i < a.data.length; i++) difference += Math.abs(a.data[i] - b.data[i]);
      expect(difference / a.data.length).toBeLessThan(0.8);
    }
  });
});
