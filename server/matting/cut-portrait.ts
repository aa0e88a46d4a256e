import type { FaceLandmarks } from '../face/face-landmarks.ts';
import type { PortraitLayers } from '../imaging/portrait-layers.ts';
import type { RgbaImage } from '../imaging/rgba-image.ts';
import { BAND, sideColors, solveAlpha } from './alpha-matte.ts';
import { fillBackground } from './background-fill.ts';
import { enlarge, shrink, toColorPlanes } from './color-planes.ts';
import { distanceTransform } from './distance-transform.ts';
import { measureMatte, refusalOf } from './matte-quality.ts';
import { personOutline, signedDistance } from './person-outline.ts';
import { segmentPerson } from './segment-person.ts';
import { unmixLayers } from './unmix-layers.ts';

/** Why a portrait stays one layer, in words for a log. */
export type CutRefusal = string;

/** What came of cutting a portrait: its layers, or why it has none. */
export type PortraitCut =
  | { readonly layers: PortraitLayers; readonly refusal: null }
  | { readonly layers: null; readonly refusal: CutRefusal };

/** Longer side at which the person is found; the edge itself is drawn at full size. */
const SEARCH_SIDE_PX = 256;
/** Half the width of the band in which the edge is looked for, face widths: along hair, and along clothes. */
const HAIR_BAND = 0.075;
const BODY_BAND = 0.03;

/** Alpha below which nothing of the person is seen. */
const BARELY_PERSON = 0.02;
/** How far JPEG's blocks and coarse colours smear an edge, pixels. */
const FRINGE_PX = 6;

/**
 * Cuts the person of a portrait from the background, and fills in what is behind. Where the two cannot be told
 * apart well enough it has no layers. Takes about a second of one core.
 * @param others further faces in the picture: they belong to the background
 */
export function cutPortrait(
  still: RgbaImage,
  landmarks: FaceLandmarks,
  others: readonly FaceLandmarks[] = [],
): PortraitCut {
  const { width, height } = still;
  const size = [width, height] as const;
  const scale = Math.min(1, SEARCH_SIDE_PX / Math.max(width, height));
  const searchSize = [Math.round(width * scale), Math.round(height * scale)] as const;
  const picture = toColorPlanes(still);
  const small = {
    width: searchSize[0],
    height: searchSize[1],
    data: shrink(picture.data, 3, size, searchSize),
  };
  const outline = personOutline(...searchSize, scale, landmarks, others);
  const segmentation = segmentPerson(small, outline);
  if (segmentation === null) return refuse('there is too little to see of the person or of what is behind');

  const distances = signedDistance(segmentation.labels, ...searchSize);
  const inside = enlarge(distances, 1, searchSize, size);
  const facePx = outline.faceWidthPx / scale;
  const trimap = new Uint8Array(width * height);
  const rough = new Float32Array(width * height);
  const chinY = landmarks.points[3 * 152 + 1];
  for (let i = 0; i < trimap.length; i++) {
    const y = Math.floor(i / width);
    const below = Math.min(1, Math.max(0, (y - chinY) / (0.4 * facePx)));
    const band = (HAIR_BAND + (BODY_BAND - HAIR_BAND) * below) * facePx;
    const distance = inside[i] / scale;
    trimap[i] = distance > band ? 1 : distance < -band ? 0 : BAND;
    rough[i] = Math.min(1, Math.max(0, 0.5 + distance / 3));
  }
  const alpha = solveAlpha(picture, trimap, rough, enlarge(segmentation.evidence, 1, searchSize, size));
  const quality = measureMatte(outline, segmentation, distances, shrink(alpha, 1, size, searchSize));
  const refusal = refusalOf(quality);
  if (refusal !== null) return refuse(refusal);
  const solved = Uint8Array.from(alpha, (value) => (value > 1 - BARELY_PERSON ? 1 : value < BARELY_PERSON ? 0 : BAND));
  const hole = Uint8Array.from(alpha, (value, i) => (value > BARELY_PERSON || trimap[i] !== 0 ? 1 : 0));
  const background = fillBackground(picture.data, hole, width, height);
  const { person } = sideColors(picture, solved);
  includeFringe(alpha, width, height);
  return { layers: unmixLayers(still, alpha, person, background), refusal: null };
}

/**
 * Gives the pixels just outside of the person the least alpha there is: what lossy pictures smear beyond an edge is
 * then the person's to carry, instead of staying on the wall as an outline of who was there.
 */
function includeFringe(alpha: Float32Array, width: number, height: number): void {
  const isPerson = alpha.map((value) => (value > BARELY_PERSON ? 1 : 0));
  const { distances } = distanceTransform(isPerson, width, height);
  for (let i = 0; i < alpha.length; i++) {
    if (distances[i] <= FRINGE_PX) alpha[i] = Math.max(alpha[i], 1 / 255);
  }
}

function refuse(refusal: CutRefusal): PortraitCut {
  return { layers: null, refusal };
}
