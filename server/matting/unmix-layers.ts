import type { PortraitLayers } from '../imaging/portrait-layers.ts';
import type { RgbaImage } from '../imaging/rgba-image.ts';
import { createRgbaImage } from '../imaging/rgba-image.ts';
import type { FilledBackground } from './background-fill.ts';

/**
 * How far the background's colour may leave its estimate to explain what is seen: some levels, and where little of the
 * person is there, in proportion to how uneven the background is. So nothing of the person's edge stays on a plain
 * wall, and a pattern stays with the wall.
 */
const BACKGROUND_FREEDOM = { fromAlpha: 0.15, toAlpha: 0.7, least: 1.5, deviations: 1.5 } as const;

/**
 * Splits a picture into a person over a background so that both together are the picture again. The background keeps
 * near its estimate, the person takes what is left to explain, and where no colour of it can, it is less transparent
 * than was thought.
 * @param alpha 0…1
 * @param person estimated colours of the person, R G B floats, for where it is not seen at all
 * @param background likewise of the background, for the whole picture, and how uneven it is
 */
export function unmixLayers(
  still: RgbaImage,
  alpha: Float32Array,
  person: Float32Array,
  background: FilledBackground,
): PortraitLayers {
  const { width, height } = still;
  const layers = { person: createRgbaImage(width, height), background: createRgbaImage(width, height) };
  const behind = [0, 0, 0];
  for (let i = 0; i < width * height; i++) {
    const at = 4 * i;
    let opacity = Math.round(alpha[i] * 255);
    for (let c = 0; c < 3; c++) {
      const seen = still.data[at + c];
      const estimates = [person[3 * i + c], background.colors[3 * i + c]] as const;
      behind[c] = Math.round(level(backgroundLevel(seen, opacity / 255, estimates, background.variation[i])));
      if (opacity > 0) opacity = Math.max(opacity, leastOpacity(seen, behind[c]));
    }
    layers.person.data[at + 3] = opacity;
    for (let c = 0; c < 3; c++) {
      const seen = still.data[at + c];
      const a = opacity / 255;
      layers.background.data[at + c] = opacity === 0 ? seen : behind[c];
      layers.person.data[at + c] = Math.round(
        level(opacity === 0 ? person[3 * i + c] : (seen - (1 - a) * behind[c]) / a),
      );
    }
  }
  return layers;
}

/** The estimated level of the background, changed for what the estimates leave unexplained, within its freedom. */
function backgroundLevel(
  seen: number,
  alpha: number,
  [person, background]: readonly [number, number],
  variation: number,
): number {
  const { fromAlpha, toAlpha, least, deviations } = BACKGROUND_FREEDOM;
  const bound = Math.min(1, Math.max(0, (alpha - fromAlpha) / (toAlpha - fromAlpha)));
  const freedom = deviations * variation * (1 - bound) ** 3 + least;
  const unexplained = seen - alpha * person - (1 - alpha) * background;
  const share = ((1 - alpha) * unexplained) / (alpha ** 2 + (1 - alpha) ** 2);
  return background + Math.min(freedom, Math.max(-freedom, share));
}

/** The least opacity, 0…255, at which some level of the person over this background gives what is seen. */
function leastOpacity(seen: number, behind: number): number {
  if (seen === behind) return 0;
  const least = seen < behind ? 1 - seen / behind : 1 - (255 - seen) / (255 - behind);
  return Math.ceil(255 * least);
}

function level(value: number): number {
  return Math.min(255, Math.max(0, value));
}
