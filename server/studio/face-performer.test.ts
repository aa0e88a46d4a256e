import { describe, expect, test } from 'vitest';
import { DEFAULT_SETTINGS, type SessionSettings } from '../../shared/settings.ts';
import { type FaceLandmarks, LANDMARK_COUNT } from '../face/face-landmarks.ts';
import { createRgbaImage, type RgbaImage } from '../imaging/rgba-image.ts';
import { neutralMotion } from '../motion/motion-extractor.ts';
import type { MotionModel, Portrait } from '../packs/motion-model.ts';
import { FacePerformer, type MotionSource, type Tracker } from './face-performer.ts';
import { AiLabel } from './mark/ai-label.ts';

const SIZE = 128;
const FRAME_MS = 40;
const STILL = [10, 20, 30] as const;
const ANIMATED = [200, 150, 100] as const;

function flat(color: readonly number[], size = SIZE): RgbaImage {
  const image = createRgbaImage(size, size);
  for (let i = 0; i < image.data.length; i++) if (i % 4 !== 3) image.data[i] = color[i % 4];
  return image;
}

function noise(seed: number): RgbaImage {
  const image = createRgbaImage(64, 48);
  let state = seed;
  for (let i = 0; i < image.data.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    if (i % 4 !== 3) image.data[i] = state >>> 24;
  }
  return image;
}

const FACE: FaceLandmarks = { points: new Float32Array(LANDMARK_COUNT * 3).fill(60), confidence: 1 };

/** A performer over scripted parts: the test says what the tracker sees and which stage fails. */
class Stage {
  sees: FaceLandmarks | null = FACE;
  fails: 'track' | 'motion' | 'animate' | null = null;
  color: readonly number[] = ANIMATED;
  readonly reported: string[] = [];
  readonly references: FaceLandmarks[] = [];
  readonly configured: SessionSettings[] = [];
  portraitsClosed = 0;
  readonly performer: FacePerformer<Portrait>;
  #timeMs = 0;

  constructor({ still = flat(STILL) }: { still?: RgbaImage } = {}) {
    const tracker: Tracker = {
      track: async () => {
        if (this.fails === 'track') throw new Error('track');
        return this.sees;
      },
    };
    const motion: MotionSource = {
      configure: (settings) => this.configured.push(settings),
      setReference: (face) => this.references.push(face),
      extract: () => {
        if (this.fails === 'motion') throw new Error('motion');
        return neutralMotion();
      },
    };
    const model: MotionModel = {
      name: 'flat',
      executionProvider: 'cpu',
      prepare: async () => portrait,
      animate: async (_portrait, _motion, out) => {
        out.data.set(flat(this.color).data.subarray(0, this.fails === 'animate' ? 5000 : undefined));
        if (this.fails === 'animate') throw new Error('animate');
      },
    };
    const portrait: Portrait = { width: SIZE, height: SIZE, still, close: () => this.portraitsClosed++ };
    this.performer = new FacePerformer({
      tracker,
      motion,
      model,
      portrait,
      face: null,
      settings: DEFAULT_SETTINGS,
      onStageError: (stage) => this.reported.push(stage),
    });
  }

  /** Performs frames until `forMs` have passed; the last one. */
  async play(forMs: number, driving: RgbaImage = noise(1)) {
    let performed = await this.#next(driving);
    for (let passed = FRAME_MS; passed < forMs; passed += FRAME_MS) performed = await this.#next(driving);
    return performed;
  }

  #next(driving: RgbaImage) {
    this.#timeMs += FRAME_MS;
    return this.performer.perform(driving, this.#timeMs);
  }

  idle(forMs: number) {
    this.#timeMs += forMs;
    return this.performer.idle(this.#timeMs);
  }
}

/** The colour in the middle of the picture, away from the label. */
function middle({ image }: { image: RgbaImage }): number[] {
  const at = ((SIZE / 2) * SIZE + SIZE / 2) * 4;
  return [...image.data.subarray(at, at + 3)];
}

/** The label's pixels as they have to be over a flat colour. */
function expectLabel({ image }: { image: RgbaImage }): void {
  const marked = flat(middle({ image }));
  const label = new AiLabel(SIZE, SIZE);
  label.drawOn(marked);
  const { x, y, width, height } = label.box;
  for (let row = y; row < y + height; row++) {
    const from = (row * SIZE + x) * 4;
    const to = from + width * 4;
    expect(image.data.subarray(from, to)).toEqual(marked.data.subarray(from, to));
  }
}

describe('FacePerformer', () => {
  test('shows the animated portrait while there is a face', async () => {
    const stage = new Stage();
    const performed = await stage.play(1000);
    expect(performed.state).toBe('live');
    expect(middle(performed)).toEqual(ANIMATED);
    expect(performed.landmarks).toBe(FACE);
    expect(Object.keys(performed.times)).toEqual(['track', 'motion', 'animate', 'mark']);
  });

  test('waits with the still portrait until a frame comes', () => {
    const idle = new Stage().idle(40);
    expect(idle.state).toBe('waiting');
    expect(middle(idle)).toEqual(STILL);
  });

  test('holds, fades and rests when the face is lost, and blends back when it returns', async () => {
    const stage = new Stage();
    await stage.play(1000);
    stage.sees = null;
    const held = await stage.play(1000);
    expect([held.state, middle(held)]).toEqual(['holding', ANIMATED]);
    const fading = await stage.play(480);
    expect(fading.state).toBe('holding');
    expect(middle(fading)[0]).toBeGreaterThan(90);
    expect(middle(fading)[0]).toBeLessThan(120);
    const resting = await stage.play(600);
    expect([resting.state, middle(resting)]).toEqual(['still', STILL]);

    stage.sees = FACE;
    const first = await stage.play(40);
    expect(first.state).toBe('live');
    expect(middle(first)[0]).toBeLessThan(ANIMATED[0] / 2);
    expect(middle(await stage.play(200))).toEqual(ANIMATED);
  });

  test('does the same when the camera stops sending', async () => {
    const stage = new Stage();
    await stage.play(400);
    expect(middle(stage.idle(500))).toEqual(ANIMATED);
    expect(stage.idle(300).state).toBe('holding');
    expect(stage.idle(2000).state).toBe('still');
    expect(middle(stage.idle(40))).toEqual(STILL);
  });

  test.each([0, 255])('carries the label in every state, over brightness %i', async (brightness) => {
    const stage = new Stage({ still: flat([brightness, brightness, brightness]) });
    stage.color = [brightness, brightness, brightness];
    expectLabel(stage.idle(10)); // waiting
    expectLabel(await stage.play(1000)); // live
    stage.sees = null;
    expectLabel(await stage.play(500)); // holding
    expectLabel(await stage.play(1000)); // fading
    expectLabel(stage.idle(40)); // fading, without a camera
    expectLabel(await stage.play(2000)); // still
    stage.sees = FACE;
    expectLabel(await stage.play(80)); // blending back
  });

  describe.each(['track', 'motion', 'animate'] as const)('when %s fails', (failing) => {
    test('holds what was shown, tells of it, and recovers', async () => {
      const stage = new Stage();
      await stage.play(400);
      stage.fails = failing;
      stage.color = [1, 2, 3];
      const performed = await stage.play(200);
      expect(performed.state).toBe('holding');
      expect(middle(performed)).toEqual(ANIMATED);
      expect(new Set(stage.reported)).toEqual(new Set([failing]));
      expect((await stage.play(2000)).state).toBe('still');
      stage.fails = null;
      const recovered = await stage.play(400);
      expect([recovered.state, middle(recovered)]).toEqual(['live', [1, 2, 3]]);
    });

    test('shows nothing of a picture that was begun', async () => {
      const stage = new Stage();
      stage.fails = failing;
      const { image } = await stage.play(40);
      const still = flat(STILL);
      new AiLabel(SIZE, SIZE).drawOn(still);
      expect(image.data).toEqual(still.data);
    });
  });

  test('no pixel of the output depends on those of the driving frames, in any state', async () => {
    const outputs = await Promise.all(
      [noise(1), noise(2), flat([255, 255, 255], 200)].map(async (driving) => {
        const stage = new Stage();
        const shown: Buffer[] = [];
        const keep = ({ image }: { image: RgbaImage }) => shown.push(Buffer.from(image.data));
        keep(await stage.play(400, driving));
        stage.sees = null;
        for (let i = 0; i < 60; i++) keep(await stage.play(40, driving));
        stage.sees = FACE;
        stage.fails = 'animate';
        keep(await stage.play(200, driving));
        keep(stage.idle(40));
        return Buffer.concat(shown);
      }),
    );
    expect(outputs[1].equals(outputs[0])).toBe(true);
    expect(outputs[2].equals(outputs[0])).toBe(true);
  });

  test('never hands out the memory of a driving frame or of the still portrait', async () => {
    const still = flat(STILL);
    const stage = new Stage({ still });
    const driving = noise(3);
    const { image } = await stage.play(200, driving);
    expect(image.data.buffer).not.toBe(driving.data.buffer);
    stage.sees = null;
    await stage.play(3000, driving);
    expect(still.data).toEqual(flat(STILL).data);
  });

  test('calibrates on the face in view, or on a given one', async () => {
    const stage = new Stage();
    expect(stage.performer.calibrate()).toBeNull();
    await stage.play(40);
    expect(stage.performer.calibrate()?.points).toEqual(FACE.points);
    stage.sees = null;
    await stage.play(40);
    expect(stage.performer.calibrate()).toBeNull();
    expect(stage.performer.calibrate(FACE)).toBe(FACE);
    expect(stage.references).toHaveLength(2);
  });

  test('blends where a setting makes the picture jump, and not where a slider moves', async () => {
    const stage = new Stage();
    await stage.play(400);
    stage.color = [0, 0, 0];
    stage.performer.configure({ ...DEFAULT_SETTINGS, poseStrength: 0.5 });
    expect(middle(await stage.play(40))).toEqual([0, 0, 0]);
    stage.color = ANIMATED;
    stage.performer.configure({ ...DEFAULT_SETTINGS, mode: 'absolute' });
    expect(middle(await stage.play(40))[0]).toBeLessThan(ANIMATED[0] / 2);
    expect(stage.configured).toHaveLength(3);
  });

  test('takes one frame at a time', async () => {
    const stage = new Stage();
    const first = stage.performer.perform(noise(1), 0);
    await expect(stage.performer.perform(noise(1), 40)).rejects.toThrow('still at the last frame');
    await first;
    expect((await stage.performer.perform(noise(1), 80)).state).toBe('live');
  });

  test('closes its portrait once, after the frame in the works', async () => {
    const stage = new Stage();
    const performing = stage.performer.perform(noise(1), 0);
    stage.performer.close();
    stage.performer.close();
    expect(stage.portraitsClosed).toBe(0);
    await performing;
    expect(stage.portraitsClosed).toBe(1);
    await expect(stage.performer.perform(noise(1), 40)).rejects.toThrow('closed');
  });
});
