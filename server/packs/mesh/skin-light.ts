import type { RgbaImage } from '../../imaging/rgba-image.ts';

/** Cheeks, forehead, nose and chin: where skin is seen without shadow or hair. */
const SKIN_POINTS = [50, 280, 205, 425, 117, 346, 4, 151, 199, 101, 330];
/** Linear reflectance of a well lit, light skin, which the light on the portrait is told by. */
const REFERENCE_SKIN = [0.55, 0.36, 0.27];
/** Skin differs in colour as well as light does: only part of the tint is taken for light. */
const TINT_SHARE = 0.45;
/** Red over blue, at least. */
const LEAST_WARMTH = 1.08;
const BRIGHTNESS_SHARE = 0.75;
const MOST_LIGHT = 1.25;

/** The light that a portrait's face stands in, per channel, 1 = white light at full exposure; for what is drawn in. */
export type Light = readonly [number, number, number];

/** The skin as the portrait shows it, sRGB 0..255. */
export interface SkinColours {
  /** The sample of middling brightness. */
  readonly median: Colour;
  /** One in the shade, a quarter of the way up: bright skin is often burnt out and has lost its hue. */
  readonly shaded: Colour;
}

type Colour = readonly [number, number, number];

export function skinColours(image: RgbaImage, landmarks: Float32Array): SkinColours {
  const samples = SKIN_POINTS.map((point): Colour => {
    const x = Math.min(image.width - 1, Math.max(0, Math.floor(landmarks[3 * point])));
    const y = Math.min(image.height - 1, Math.max(0, Math.floor(landmarks[3 * point + 1])));
    const o = 4 * (y * image.width + x);
    return [image.data[o], image.data[o + 1], image.data[o + 2]];
  });
  samples.sort((a, b) => a[0] + a[1] + a[2] - (b[0] + b[1] + b[2]));
  return { median: samples[samples.length >> 1], shaded: samples[samples.length >> 2] };
}

/** Brightness from skin of middling brightness, hue from skin in the shade. */
export function lightOnSkin({ median, shaded }: SkinColours): Light {
  const exposure = Math.min(MOST_LIGHT, brightnessOf(seenLight(median)) ** BRIGHTNESS_SHARE);
  const hue = seenLight(shaded);
  const brightness = brightnessOf(hue);
  const tint = (k: number) => Math.max(0.02, hue[k] / brightness) ** TINT_SHARE;
  // Never taken for bluer than nearly white.
  const warmth = Math.max(1, (LEAST_WARMTH * tint(2)) / tint(0));
  return [exposure * tint(0) * Math.sqrt(warmth), exposure * tint(1), (exposure * tint(2)) / Math.sqrt(warmth)];
}

/** What light would show a well lit, light skin like this. */
function seenLight(colour: Colour): [number, number, number] {
  const channel = (k: number) => toLinear(colour[k]) / REFERENCE_SKIN[k];
  return [channel(0), channel(1), channel(2)];
}

function brightnessOf([red, green, blue]: Colour): number {
  return Math.max(0.02, (red + green + blue) / 3);
}

/** sRGB 0..255 → linear 0..1 (IEC 61966-2-1). */
export function toLinear(value: number): number {
  const v = value / 255;
  return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
}

const GAMMA_STEPS = 4096;
const gammaTable = Uint8Array.from({ length: GAMMA_STEPS + 1 }, (_, i) => {
  const v = i / GAMMA_STEPS;
  return Math.round(255 * (v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055));
});

/** Linear light → sRGB 0..255; brighter than 0.55 it is compressed, so that nothing clips. */
export function toDisplay(linear: number): number {
  const knee = 0.55;
  const v = linear < knee ? linear : knee + (1 - knee) * (1 - Math.exp(-(linear - knee) / (1 - knee)));
  return gammaTable[v <= 0 ? 0 : (v * GAMMA_STEPS + 0.5) | 0];
}
