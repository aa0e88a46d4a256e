import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { LID_NET_FILE, LidNet } from './lid-net.ts';
import type { LidLines, OpenEye } from './lid-planes.ts';
import { CROP_HEIGHT, CROP_WIDTH, fillEye, INPUT_PLANES, readOutputPlanes, writeInputPlanes } from './lid-planes.ts';

/** One eye of the training's held-out people, from the crop to the net's answer, as `models/training` computes it. */
const sample = JSON.parse(await readFile(new URL('lid-net-sample.json', folder()), 'utf8')) as Record<
  string,
  string
> & {
  left: number;
  right: number;
};

function folder(): URL {
  return new URL('../../../../models/mesh/', import.meta.url);
}

function floats(base64: string): Float32Array {
  return new Float32Array(new Uint8Array(Buffer.from(base64, 'base64')).buffer);
}

const bytes = Buffer.from(sample.picture, 'base64');
const area = CROP_WIDTH * CROP_HEIGHT;
const picture = Float32Array.from({ length: 3 * area }, (_, i) => bytes[(i % area) * 3 + Math.floor(i / area)] / 255);
const lashes = Float32Array.from(Buffer.from(sample.lashes, 'base64'), (value) => value / 255);
const eye: OpenEye = {
  upper: floats(sample.open_upper),
  lower: floats(sample.open_lower),
  left: sample.left,
  right: sample.right,
};
const lids: LidLines = { upper: floats(sample.upper), lower: floats(sample.lower) };

/** Every `step`th pixel of every `step`th row of each plane. */
function thinned(planes: Float32Array, step: number): number[] {
  return [...planes].filter((_, i) => i % step === 0 && Math.floor((i % area) / CROP_WIDTH) % step === 0);
}

function greatestDifference(actual: readonly number[], expected: Float32Array): number {
  expect(actual.length).toBe(expected.length);
  return Math.max(...actual.map((value, i) => Math.abs(value - expected[i])));
}

describe('what goes into the lid net and comes out', () => {
  const filled = fillEye(picture, eye);
  const planes = new Float32Array(INPUT_PLANES * area);
  writeInputPlanes({ picture, filled, eye, lids, lashes }, planes);

  it('fills the eye with skin as the training does', () => {
    expect(greatestDifference(thinned(filled, 8), floats(sample.filled))).toBeLessThan(1e-4);
    expect(greatestDifference(thinned(picture, 8), floats(sample.filled))).toBeGreaterThan(0.05);
  });

  it('prepares the input planes as the training does', () => {
    expect(greatestDifference(thinned(planes, 8), floats(sample.planes))).toBeLessThan(1e-4);
  });

  it('gets the light from the network that the training got', async () => {
    const net = await LidNet.load();
    const [light] = await net.run(1, (_, input) => input.set(planes));
    expect(greatestDifference(thinned(light, 4), floats(sample.light))).toBeLessThan(2e-3);
    const { gain, alpha } = readOutputPlanes(light, eye, false);
    expect(greatestDifference(thinned(gain, 4), floats(sample.gain))).toBeLessThan(4e-3);
    expect(greatestDifference(thinned(alpha, 4), floats(sample.alpha))).toBeLessThan(1e-3);
    await net.close();
  });

  it('gives the same answer for an eye alone and among others', async () => {
    const net = await LidNet.load();
    const [alone] = await net.run(1, (_, input) => input.set(planes));
    const both = await net.run(2, (index, input) => (index === 1 ? input.set(planes) : input.fill(0.3)));
    expect(greatestDifference([...both[1]], alone)).toBeLessThan(1e-4);
    expect(greatestDifference([...both[0]], alone)).toBeGreaterThan(0.1);
    await net.close();
  });

  it('leaves tints out for grey pictures', () => {
    const { gain } = readOutputPlanes(new Float32Array(4 * area).fill(0.7), eye, true);
    expect(gain[0]).toBe(gain[area]);
    expect(gain[2 * area]).toBe(gain[area]);
    expect(readOutputPlanes(new Float32Array(4 * area).fill(0.7), eye, false).gain[0]).not.toBe(gain[area]);
  });
});

describe('the file of the lid net', () => {
  it('is small, and the one that its card tells about', async () => {
    const file = await readFile(LID_NET_FILE);
    const card = await readFile(new URL('lid-net.md', folder()), 'utf8');
    expect(file.length).toBeLessThanOrEqual(2 * 1024 * 1024);
    expect(card).toContain(createHash('sha256').update(file).digest('hex'));
    expect(card).toContain(file.length.toLocaleString('en'));
  });

  it('is missed loudly', async () => {
    await expect(LidNet.load('absent.onnx')).rejects.toThrow(/absent\.onnx/);
  });
});
