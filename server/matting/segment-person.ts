import type { ColorPlanes } from './color-planes.ts';
import { FEATURE_COUNT, GaussianMixture } from './gaussian-mixture.ts';
import { GridCut, hasNeighbour, NEIGHBOUR_COUNT, neighbourDistance, neighbourOffset } from './grid-cut.ts';
import { type PersonOutline, SURELY_BACKGROUND, SURELY_PERSON } from './person-outline.ts';

/** Gaussians of the person's pixels and of the background's. */
const PERSON_COMPONENTS = 7;
const BACKGROUND_COMPONENTS = 7;
/** Cuts, each with colours learned from the one before. */
const ROUNDS = 4;
/** The whole picture's side, in units of colour: neighbours of a like colour are one thing, far ones are two. */
const PLACE_SCALE = 35;
/** The shoulders below the chin, face widths. */
const SHOULDER_DROP = 0.35;
/** Most that a pixel's colour alone can say, nats: one odd pixel must not outvote its neighbourhood. */
const MOST_COLOR_EVIDENCE = 12;
/** What an average figure's shape says, nats, and over which distance it is unsure, face widths. */
const SHAPE_EVIDENCE = 4.5;
/** Inside, below the neck, it says more: heads differ by their hair, all have a chest. */
const TRUNK_EVIDENCE = 6;
/** Between head and shoulders there may as well be hair as wall. */
const HAIR_OR_WALL_EVIDENCE = 2;
const SHAPE_DOUBT = 0.3;
/** Background is learned from pixels this far from the average figure (big hair is nearer), face widths, … */
const SAFE_DISTANCE = 0.6;
/** Shoulders may be anywhere: beside them nothing is learned but from afar. */
const TRUNK_SAFE_DISTANCE = [0.6, 0.5, 0.25, 0.1];
const SURELY_INSIDE = 0.06;
const SAFETY_KEPT = [1, 0.6, 0.3, 0.1];
/** … or from the farthest part of what lies outside of it where the picture is tight. */
const LEAST_SAFE_SHARE = 0.35;
/** Cost of a label edge through even colour (GrabCut's γ). */
const EDGE_COST = 8;
/** What each face width further inside of the average figure adds, nats; and beside the trunk, further outside. */
const DEEP_EVIDENCE = 14;
const FAR_EVIDENCE = 5;
const CERTAIN = 1e6;

/** What colours say about who is whose. */
export interface PersonSegmentation {
  /** 1 for the person. */
  readonly labels: Uint8Array;
  /** Log odds of person against background by colour and place alone, nats. */
  readonly evidence: Float32Array;
}

/**
 * GrabCut (Rother, Kolmogorov, Blake 2004) from what the face says: mixtures of colour and place for both sides, an
 * average figure's shape as a prior, and a minimum cut along edges. Null where one side has no pixels to learn from.
 */
export function segmentPerson(picture: ColorPlanes, outline: PersonOutline): PersonSegmentation | null {
  const { width, height } = picture;
  const features = featuresOf(picture, outline.chinYPx + SHOULDER_DROP * outline.faceWidthPx);
  let labels: Uint8Array = Uint8Array.from(outline.expected, (inside, i) => initialLabel(inside, outline.known[i]));
  let evidence: Float32Array = new Float32Array(width * height);
  const safety = safelyOutside(outline);
  for (let round = 0; round < ROUNDS; round++) {
    const persons = indicesOf(
      labels,
      (label, i) =>
        label === 1 && (round > 0 || outline.expected[i] > SURELY_INSIDE || outline.known[i] === SURELY_PERSON),
    );
    const backgrounds = indicesOf(
      labels,
      (label, i) =>
        label === 0 &&
        outline.expected[i] < (outline.trunk[i] ? -TRUNK_SAFE_DISTANCE[round] : safety * SAFETY_KEPT[round]),
    );
    if (persons.length < 50 || backgrounds.length < 50) return null;
    evidence = colorEvidence(
      features,
      GaussianMixture.learn(features, persons, PERSON_COMPONENTS),
      GaussianMixture.learn(features, backgrounds, BACKGROUND_COMPONENTS),
    );
    const cut = new GridCut(width, height, terminalCosts(evidence, outline), edgeCosts(picture));
    const next = cut.solve();
    const changed = next.reduce((count, label, i) => count + Number(label !== labels[i]), 0);
    labels = next;
    if (changed < 1e-3 * labels.length) break;
  }
  return { labels, evidence };
}

function initialLabel(inside: number, known: number): number {
  if (known !== 0) return known === SURELY_PERSON ? 1 : 0;
  return inside > -0.02 ? 1 : 0;
}

/** Below the shoulders, height counts no more: of the wall beside the shoulders it is the upper part that is known. */
function featuresOf({ width, height, data }: ColorPlanes, lowestYPx: number): Float32Array {
  const features = new Float32Array(width * height * FEATURE_COUNT);
  const scale = PLACE_SCALE / Math.max(width, height);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) features[i * FEATURE_COUNT + c] = data[3 * i + c];
    features[i * FEATURE_COUNT + 3] = (i % width) * scale;
    features[i * FEATURE_COUNT + 4] = Math.min(Math.floor(i / width), lowestYPx) * scale;
  }
  return features;
}

/** The (negative) distance to the average figure from which on the background's colours are learned. */
function safelyOutside({ expected, trunk }: PersonOutline): number {
  const sorted = expected.filter((distance, i) => distance < 0 && !trunk[i]).sort();
  return Math.max(-SAFE_DISTANCE, sorted[Math.floor(LEAST_SAFE_SHARE * sorted.length)] ?? 0);
}

function indicesOf(labels: Uint8Array, isWanted: (label: number, pixel: number) => boolean): Int32Array {
  const indices: number[] = [];
  for (let i = 0; i < labels.length; i++) if (isWanted(labels[i], i)) indices.push(i);
  return Int32Array.from(indices);
}

function colorEvidence(features: Float32Array, person: GaussianMixture, background: GaussianMixture): Float32Array {
  const evidence = new Float32Array(features.length / FEATURE_COUNT);
  for (let i = 0; i < evidence.length; i++) {
    const odds = person.logDensity(features, i) - background.logDensity(features, i);
    evidence[i] = MOST_COLOR_EVIDENCE * Math.tanh(odds / MOST_COLOR_EVIDENCE);
  }
  return evidence;
}

function terminalCosts(evidence: Float32Array, outline: PersonOutline): Float32Array {
  const { expected, known, trunk } = outline;
  return evidence.map((odds, i) => {
    if (known[i] === SURELY_PERSON) return CERTAIN;
    if (known[i] === SURELY_BACKGROUND) return -CERTAIN;
    const depth = expected[i] > 0 || trunk[i] ? Math.max(0, Math.abs(expected[i]) - SHAPE_DOUBT) : 0;
    const deep = (expected[i] > 0 ? DEEP_EVIDENCE : -FAR_EVIDENCE) * depth;
    const most = evidenceOfShape(outline, i);
    return odds + most * Math.tanh(expected[i] / SHAPE_DOUBT) + deep;
  });
}

function evidenceOfShape({ expected, trunk, besideNeck }: PersonOutline, pixel: number): number {
  if (expected[pixel] > 0) return trunk[pixel] ? TRUNK_EVIDENCE : SHAPE_EVIDENCE;
  return besideNeck[pixel] ? HAIR_OR_WALL_EVIDENCE : SHAPE_EVIDENCE;
}

function edgeCosts(picture: ColorPlanes): Float32Array[] {
  const { width, height, data } = picture;
  const count = width * height;
  const links = Array.from({ length: NEIGHBOUR_COUNT }, () => new Float32Array(count));
  let sum = 0;
  let pairs = 0;
  for (let d = 0; d < NEIGHBOUR_COUNT; d += 2) {
    const offset = neighbourOffset(d, width);
    for (let i = 0; i < count; i++) {
      if (!hasNeighbour(d, i % width, Math.floor(i / width), width, height)) continue;
      const squared = contrast(data, i, i + offset);
      links[d][i] = squared;
      sum += squared;
      pairs++;
    }
  }
  const beta = 1 / Math.max(1e-6, (2 * sum) / pairs);
  for (let d = 0; d < NEIGHBOUR_COUNT; d += 2) {
    const offset = neighbourOffset(d, width);
    const cost = EDGE_COST / neighbourDistance(d);
    for (let i = 0; i < count; i++) {
      if (!hasNeighbour(d, i % width, Math.floor(i / width), width, height)) continue;
      links[d][i] = cost * Math.exp(-beta * links[d][i]);
      links[d ^ 1][i + offset] = links[d][i];
    }
  }
  return links;
}

function contrast(data: Float32Array, a: number, b: number): number {
  return (
    (data[3 * a] - data[3 * b]) ** 2 +
    (data[3 * a + 1] - data[3 * b + 1]) ** 2 +
    (data[3 * a + 2] - data[3 * b + 2]) ** 2
  );
}
