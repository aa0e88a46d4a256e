import type { PortraitLayers } from '../imaging/portrait-layers.ts';
import type { RgbaImage } from '../imaging/rgba-image.ts';
import { createRgbaImage } from '../imaging/rgba-image.ts';

/**
 * Splits a picture into a person over a background so that both together are the picture again: what the estimated
 * colours leave unexplained goes to the two in proportion to how much of each is seen.
 * @param alpha 0…1
 * @param person estimated colours of the person where it is seen, R G B floats
 * @param background likewise of the background, for the whole picture
 */
export function unmixLayers(
  still: RgbaImage,
  alpha: Float32Array,
  person: Float32Array,
  background: Float32Array,
): PortraitLayers {
  const { width, height } = still;
  const layers = { person: createRgbaImage(width, height), background: createRgbaImage(width, height) };
  for (let i = 0; i < width * height; i++) {
    const opacity = Math.round(alpha[i] * 255);
    layers.person.data[4 * i + 3] = opacity;
    const a = opacity / 255;
    for (let c = 0; c < 3; c++) {
      const [front, back] = unmix(still.data[4 * i + c], a, person[3 * i + c], background[3 * i + c]);
      layers.person.data[4 * i + c] = front;
      layers.background.data[4 * i + c] = back;
    }
  }
  return layers;
}

/** Levels of person and background, each 0…255 and whole, whose mix is the seen level. */
function unmix(seen: number, alpha: number, person: number, background: number): [number, number] {
  if (alpha <= 0) return [Math.round(level(person)), seen];
  if (alpha >= 1) return [seen, Math.round(level(background))];
  const share = (seen - alpha * person - (1 - alpha) * background) / (alpha ** 2 + (1 - alpha) ** 2);
  let front = level(person + alpha * share);
  let back = level((seen - alpha * front) / (1 - alpha));
  front = level((seen - (1 - alpha) * back) / alpha);
  // Rounding the one leaves less for the other to make up for.
  if (alpha > 0.5) {
    back = Math.round(back);
    front = level(Math.round((seen - (1 - alpha) * back) / alpha));
  } else {
    front = Math.round(front);
    back = level(Math.round((seen - alpha * front) / (1 - alpha)));
  }
  return [front, back];
}

function level(value: number): number {
  return Math.min(255, Math.max(0, value));
}
