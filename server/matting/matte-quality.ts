import { connectedPieces } from './connected-pieces.ts';
import type { PersonOutline } from './person-outline.ts';
import type { PersonSegmentation } from './segment-person.ts';

/** Measures by which a matte is believed or not. */
export interface MatteQuality {
  /** Part of the picture that is person. */
  readonly area: number;
  /** Part of the person that is in one piece with the face. */
  readonly inOnePiece: number;
  /** Part of the face that is opaque. */
  readonly faceOpacity: number;
  /** Part of an average skull around the face that is person: everybody has one, with hair or without. */
  readonly headCover: number;
  /** Part of the pixels around the head and shoulders whose colour says clearly that they are on the wrong side. */
  readonly contradicted: number;
  /** How clearly colours tell the two sides of the outline apart, 0 (not at all) to 1. */
  readonly separation: number;
  /** Mean width of the half-transparent edge, face widths. */
  readonly softness: number;
}

/** Beyond these a matte does more harm than one layer. */
const LIMITS = {
  leastArea: 0.05,
  mostArea: 0.93,
  leastInOnePiece: 0.9,
  leastFaceOpacity: 0.97,
  leastHeadCover: 0.95,
  mostContradicted: 0.12,
  leastSeparation: 0.48,
  mostSoftness: 0.068,
} as const;

/** Log odds that are clear, nats. */
const CLEAR_EVIDENCE = 4;
/** Pixels so near to the outline tell how its sides differ, face widths. */
const NEAR_OUTLINE = 0.15;
/** So far inside of the average head even a bald one is, face widths. */
const INSIDE_SKULL = 0.12;
/** Pixels so near to the average figure may be the person, face widths. */
const NEAR_FIGURE = 0.5;

/**
 * @param distances signed distance to the outline of the segmentation, pixels
 * @param alpha of the same size as the segmentation
 */
export function measureMatte(
  outline: PersonOutline,
  { labels, evidence }: PersonSegmentation,
  distances: Float32Array,
  alpha: Float32Array,
): MatteQuality {
  const { width, height, faceWidthPx, face, known, expected, trunk } = outline;
  const { pieceOf, sizes } = connectedPieces(labels, 1, width, height);
  const ofFace = new Set(pieceOf.filter((piece, i) => piece >= 0 && face[i]));
  let [persons, inOnePiece, faceSum, faceCount, wrong, judged, apart, near, soft, length, skull, covered] =
    Array<number>(12).fill(0);
  for (let i = 0; i < labels.length; i++) {
    persons += labels[i];
    if (labels[i] && ofFace.has(pieceOf[i])) inOnePiece++;
    if (face[i]) {
      faceSum += alpha[i];
      faceCount++;
    }
    if (expected[i] > INSIDE_SKULL && !trunk[i]) {
      skull++;
      covered += alpha[i];
    }
    soft += 4 * alpha[i] * (1 - alpha[i]);
    if (Math.abs(distances[i]) < 1) length += 0.5;
    if (known[i] !== 0) continue;
    const inFavour = labels[i] ? evidence[i] : -evidence[i];
    if (Math.abs(expected[i]) < NEAR_FIGURE) {
      judged++;
      if (inFavour < -CLEAR_EVIDENCE) wrong++;
    }
    if (Math.abs(distances[i]) < NEAR_OUTLINE * faceWidthPx) {
      near++;
      apart += Math.min(1, Math.max(-1, inFavour / CLEAR_EVIDENCE));
    }
  }
  return {
    area: persons / labels.length,
    inOnePiece: sizes.length === 0 ? 0 : inOnePiece / persons,
    faceOpacity: faceCount === 0 ? 0 : faceSum / faceCount,
    headCover: skull === 0 ? 0 : covered / skull,
    contradicted: judged === 0 ? 0 : wrong / judged,
    separation: near === 0 ? 0 : apart / near,
    softness: length === 0 ? 0 : soft / length / faceWidthPx,
  };
}

/** Why a matte should not be used, in words; null where it may. */
export function refusalOf(quality: MatteQuality): string | null {
  if (quality.area < LIMITS.leastArea) return 'the person is too small a part of the picture';
  if (quality.area > LIMITS.mostArea) return 'the person fills the picture';
  if (quality.inOnePiece < LIMITS.leastInOnePiece) return 'the person falls into pieces';
  if (quality.faceOpacity < LIMITS.leastFaceOpacity) return 'the cut would go through the face';
  if (quality.headCover < LIMITS.leastHeadCover) return 'the cut would go through the head';
  if (quality.contradicted > LIMITS.mostContradicted) return 'the cut would go against the colours';
  if (quality.separation < LIMITS.leastSeparation) return 'the person and the background have the same colours';
  if (quality.softness > LIMITS.mostSoftness) return 'the edge of the person is uncertain';
  return null;
}
