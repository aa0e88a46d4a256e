import type { EyePoints } from '../../../face/face-topology.ts';
import { EYES, MESH_POINT_COUNT } from '../../../face/face-topology.ts';
import { lidGap } from '../../../motion/face-measures.ts';
import { smoothstep } from '../../../motion/smoothstep.ts';
import type { Texture } from '../raster/texture.ts';
import { sampleTexture } from '../raster/texture.ts';
import type { Light } from '../skin-light.ts';
import { toLinear } from '../skin-light.ts';

/**
 * What a picture says about the light in which teeth would stand. Skin alone cannot tell a dark room from dark skin;
 * the white of the eyes can, and in a painting it is the painter's own white.
 */
export interface MouthLight {
  /** Per channel, 1 = white light at full exposure. */
  readonly light: Light;
  /** 1 in a colour picture, 0 in one that is all of one hue … */
  readonly colour: number;
  /** … which is this one: channels over their luminance, linear. */
  readonly hue: Light;
}

/** Linear brightness of an eye's white, shaded by lids and lashes, at full exposure. */
const REFERENCE_SCLERA = 0.38;
/** Lids closer than this (eye widths) leave no white to be trusted. */
const LEAST_LID_GAP = 0.15;
/** How much the white of the eyes says about brightness and hue; the rest is told by the skin. */
const SCLERA_BRIGHTNESS = 0.36;
const SCLERA_HUE = 0.62;
const MOST_LIGHT = 1.2;
const LEAST_LIGHT = 0.06;
/** Beside the iris (in its radii) and away from the corners (of the eye's width) is white. */
const BESIDE_IRIS = 1.25;
const CORNER_SHARE = 0.14;
const STEPS_ALONG = 28;
/** Between the lids, 0 at the upper one: below the lashes' shadow. */
const ACROSS = [0.4, 0.5, 0.6, 0.7];
/** Of the samples by brightness: above veins and shade, below the glint. */
const BRIGHTNESS_FROM = 0.6;
const BRIGHTNESS_TO = 0.9;
/** Scatter of chromaticity over a face, of pictures of one hue and of coloured ones. */
const ONE_HUE_SCATTER = 0.025;
const COLOURED_SCATTER = 0.05;
/** Every how many-th point of the mesh is looked at for that. */
const SCATTER_STRIDE = 5;

type Rgb = [red: number, green: number, blue: number];

/** `points`: the portrait's landmarks in pixels of `still`. `skinLight`: what the skin says. */
export function measureMouthLight(still: Texture, points: Float32Array, skinLight: Light): MouthLight {
  const { scatter, mean } = chromaticity(still, points);
  const luminance = Math.max(1e-4, luminanceOf(mean));
  return {
    light: lightWithSclera(scleraColour(still, points), skinLight),
    colour: smoothstep(ONE_HUE_SCATTER, COLOURED_SCATTER, scatter),
    hue: [mean[0] / luminance, mean[1] / luminance, mean[2] / luminance],
  };
}

function lightWithSclera(sclera: Rgb | null, skinLight: Light): Light {
  if (!sclera) return skinLight;
  const skinBrightness = (skinLight[0] + skinLight[1] + skinLight[2]) / 3;
  const scleraMean = Math.max(1e-3, (sclera[0] + sclera[1] + sclera[2]) / 3);
  const scleraBrightness = scleraMean / REFERENCE_SCLERA;
  const blended = skinBrightness ** (1 - SCLERA_BRIGHTNESS) * scleraBrightness ** SCLERA_BRIGHTNESS;
  const brightness = Math.min(MOST_LIGHT, Math.max(LEAST_LIGHT, blended));
  const channel = (k: number) => {
    const bySclera = Math.max(0.05, sclera[k] / scleraMean) ** SCLERA_HUE;
    const bySkin = (skinLight[k] / skinBrightness) ** (1 - SCLERA_HUE);
    return brightness * bySclera * bySkin;
  };
  return [channel(0), channel(1), channel(2)];
}

/** Linear colour of the brighter of the eyes' whites, or null where both eyes are shut or too small. */
function scleraColour(still: Texture, points: Float32Array): Rgb | null {
  let best: Rgb | null = null;
  for (const eye of EYES) {
    const white = whiteOf(eye, still, points);
    if (white && (!best || luminanceOf(white) > luminanceOf(best))) best = white;
  }
  return best;
}

function whiteOf(eye: EyePoints, still: Texture, points: Float32Array): Rgb | null {
  if (lidGap(points, eye) < LEAST_LID_GAP) return null;
  const centreX = points[3 * eye.irisCenter];
  const centreY = points[3 * eye.irisCenter + 1];
  let radius = 0;
  for (const point of eye.irisRing) {
    radius += Math.hypot(points[3 * point] - centreX, points[3 * point + 1] - centreY) / eye.irisRing.length;
  }
  const samples: Rgb[] = [];
  for (let step = 0; step <= STEPS_ALONG; step++) {
    const along = CORNER_SHARE + (1 - 2 * CORNER_SHARE) * (step / STEPS_ALONG);
    for (const across of ACROSS) {
      const x = betweenLids(eye, points, along, across, 0);
      const y = betweenLids(eye, points, along, across, 1);
      if (Math.hypot(x - centreX, y - centreY) > BESIDE_IRIS * radius) samples.push(linearAt(still, x, y));
    }
  }
  if (samples.length < 4) return null;
  samples.sort((a, b) => luminanceOf(a) - luminanceOf(b));
  const first = Math.floor(BRIGHTNESS_FROM * samples.length);
  const last = Math.max(first + 1, Math.floor(BRIGHTNESS_TO * samples.length));
  return meanOf(samples.slice(first, last));
}

/** Coordinate `k` of the place `along` the eye (0..1 from corner to corner) and `across` from upper to lower lid. */
function betweenLids(eye: EyePoints, points: Float32Array, along: number, across: number, k: 0 | 1): number {
  const place = along * (eye.upperLid.length - 1);
  const segment = Math.min(eye.upperLid.length - 2, Math.floor(place));
  const t = place - segment;
  const on = (lid: readonly number[]) => points[3 * lid[segment] + k] * (1 - t) + points[3 * lid[segment + 1] + k] * t;
  return on(eye.upperLid) * (1 - across) + on(eye.lowerLid) * across;
}

/** How much the hue varies over the face, and its mean colour. */
function chromaticity(still: Texture, points: Float32Array): { scatter: number; mean: Rgb } {
  const samples: Rgb[] = [];
  for (let point = 0; point < MESH_POINT_COUNT; point += SCATTER_STRIDE) {
    samples.push(linearAt(still, points[3 * point], points[3 * point + 1]));
  }
  let [sumX, sumY, squares, weights] = [0, 0, 0, 1e-6];
  for (const [red, green, blue] of samples) {
    const sum = red + green + blue;
    // Dark pixels have no hue to speak of.
    if (sum < 0.1) continue;
    const [x, y] = [(red - blue) / sum, (red - green) / sum];
    sumX += x * sum;
    sumY += y * sum;
    squares += (x * x + y * y) * sum;
    weights += sum;
  }
  const variance = squares / weights - (sumX / weights) ** 2 - (sumY / weights) ** 2;
  return { scatter: Math.sqrt(Math.max(0, variance)), mean: meanOf(samples) };
}

function linearAt(still: Texture, x: number, y: number): Rgb {
  const colour = sampleTexture(still, x, y);
  return [toLinear(colour & 255), toLinear((colour >>> 8) & 255), toLinear((colour >>> 16) & 255)];
}

function meanOf(samples: readonly Rgb[]): Rgb {
  const mean: Rgb = [0, 0, 0];
  for (const sample of samples) for (let k = 0; k < 3; k++) mean[k] += sample[k] / samples.length;
  return mean;
}

function luminanceOf([red, green, blue]: Rgb): number {
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
