import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RgbaImage } from '../imaging/rgba-image.ts';
import { decodePicture } from '../portraits/decode-picture.ts';
import { cosineOf, FaceEmbedder, type FaceEmbedding } from './face-embedder.ts';
import { findFaces } from './face-finder.ts';
import { FaceModels } from './face-models.ts';

const GALLERY = new URL('../../client/public/gallery/', import.meta.url);

let models: FaceModels;
let embedder: FaceEmbedder;
let people: RgbaImage[];
beforeAll(async () => {
  models = await FaceModels.load();
  embedder = await FaceEmbedder.load();
  const entries: { file: string; style: string }[] = JSON.parse(
    await readFile(new URL('gallery.json', GALLERY), 'utf8'),
  );
  people = await Promise.all(
    // Paintings are not what the network was made for.
    entries
      .filter(({ style }) => style === 'photo')
      .slice(0, 4)
      .map(async ({ file }) => decodePicture(await readFile(new URL(file, GALLERY)), { workingSidePx: 512 })),
  );
});
afterAll(async () => {
  await embedder.close();
  await models.close();
});

async function embed(image: RgbaImage) {
  const [face] = await findFaces(models, image);
  if (!face) throw new Error('no face');
  return embedder.embed(image, face);
}

function darkened({ width, height, data }: RgbaImage): RgbaImage {
  return { width, height, data: data.map((value, i) => (i % 4 === 3 ? value : value * 0.75)) };
}

function mirrored({ width, height, data }: RgbaImage): RgbaImage {
  const out = { width, height, data: data.slice() };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = 4 * (y * width + width - 1 - x);
      out.data.set(data.subarray(from, from + 4), 4 * (y * width + x));
    }
  }
  return out;
}

test('one person in other light, or in a mirror, is nearer than any other person', async () => {
  const embeddings: FaceEmbedding[] = [];
  for (const person of people) embeddings.push(await embed(person));
  for (const [i, person] of people.entries()) {
    const others = embeddings.filter((_, k) => k !== i).map((other) => cosineOf(embeddings[i], other));
    for (const changed of [darkened(person), mirrored(person)]) {
      const same = cosineOf(embeddings[i], await embed(changed));
      expect(same).toBeGreaterThan(0.6);
      expect(same).toBeGreaterThan(Math.max(...others) + 0.05);
    }
  }
});

test('an embedding is of unit length, belongs to the caller, and is the same every time', async () => {
  const [first, second] = [await embed(people[0]), await embed(people[1])];
  expect(cosineOf(first, first)).toBeCloseTo(1, 5);
  expect(cosineOf(second, second)).toBeCloseTo(1, 5);
  expect([...(await embed(people[0]))]).toEqual([...first]);
});
