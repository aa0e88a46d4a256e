import { SILHOUETTE } from '../../../face/face-topology.ts';
import type { RgbaImage } from '../../../imaging/rgba-image.ts';
import type { Similarity } from '../../../motion/procrustes.ts';
import { applySimilarity, invertSimilarity } from '../../../motion/procrustes.ts';
import { smoothstep } from '../../../motion/smoothstep.ts';
import { EAR, hairBehind, jawHeight, NECK, OutlineTurn, outlineDepth } from './head-shape.ts';
import { NeckColumn } from './neck-column.ts';
import type { Spoke } from './person-outline.ts';
import { TOP_AT, tracePerson } from './person-outline.ts';
import type { HeadGeometry } from './surroundings.ts';
import { BEHIND_FACE } from './surroundings.ts';
import { TrunkMotion } from './trunk-motion.ts';

/**
 * Vertices along a spoke: at the face's outline, then over the hair (shares of what the face does not cover), then at
 * the end of its soft edge, …
 */
const OVER_HAIR = [0, 0.12, 0.3, 0.5, 0.7, 0.88, 1];
/** … from there to the border (shares of the way), and once far outside of the picture. */
const BEYOND_HAIR = [0.12, 0.3, 0.55, 0.8, 1];
const RINGS = 1 + OVER_HAIR.length + 1 + BEYOND_HAIR.length + 1;
const SPOKES = SILHOUETTE.length;
/** The vertices from here on lie at the picture's border or outside. */
const SHEET_VERTICES = RINGS * SPOKES;
const FIRST_AT_BORDER = (RINGS - 2) * SPOKES;
const FIRST_BEYOND_EDGE = (2 + OVER_HAIR.length) * SPOKES;

/** Canonical units below the jaw over which neck and trunk take over from the head; hair hangs lower. */
const NECK_REACH = 1.15;
const HAIR_REACH_MORE = 0.45;
/** Depth changes from the jaw's to the neck's over this distance below it, canonical units. */
const JAW_OVERHANG = 0.3;
/** The jaw's expression pulls the neck along so far, the temples' the hair, in face radii. */
const EXPRESSION_REACH_BELOW = 0.75;
const EXPRESSION_REACH = 0.4;
/** What the border cuts off stays at the border, with motion into the picture fading over this distance, face radii. */
const BORDER_FADE = 0.6;

/**
 * An ear is no deeper behind the face's outline than so many times as far as it stands out beside it, or it would be
 * drawn out like an elf's as the head turns.
 */
const STEEPEST_EAR = 1.2;

export interface SheetVertex {
  /** The point of the face's outline that it belongs to. */
  readonly landmark: number;
  /** Distances from the head's middle to either side, and below the jaw, canonical units. */
  readonly aside: number;
  readonly below: number;
  /** Share of the way from the face's outline to the hair's. */
  readonly overHair: number;
  /** Whether there is skin and not hair, 0…1. */
  readonly skin: number;
}

/**
 * Everything of a person that is not the face: hair, ears, neck and trunk, as one sheet of vertices around the face.
 * Hair and ears lie in depth on the head and turn with it; the neck bends between the head and the trunk.
 *
 * What is seen at the head's outline slides over the skull as the head turns, so that the outline with its soft edge
 * stays an outline: on the side that comes into view hair stretches, on the other it closes up.
 */
export class PersonSheet {
  readonly vertexCount: number;
  readonly #width: number;
  readonly #height: number;
  readonly #spokes: readonly Spoke[];
  readonly #fadePx: number;
  readonly #ownPose: Similarity;
  readonly #trunk: TrunkMotion;
  readonly #neck: NeckColumn;
  /** Of the sheet's own vertices: those that anything of the person is seen on. */
  readonly #triangles: readonly number[];
  readonly #turn: OutlineTurn;
  readonly #slid = new Float64Array(3);
  readonly #placed = new Float64Array(3);
  readonly #mirrored = new Float64Array(9);
  /** xyz triples: in the still (pixels), in the head's own frame, and posed as in the still. */
  readonly #own: Float32Array;
  readonly #inHead: Float64Array;
  readonly #ownPosed: Float64Array;
  /** What else is known of each vertex; the neck's are not among them. */
  readonly ownVertices: readonly SheetVertex[];
  /** Per vertex: share of the outline's slide, of the head's motion against the trunk's, of the outline's expression. */
  readonly #slide: Float32Array;
  readonly #withHead: Float32Array;
  readonly #expression: Float32Array;

  /** `own`: the landmarks in the still, `ownPose` their pose; `person`: the person alone, with alpha. */
  constructor(own: Float32Array, ownPose: Similarity, person: RgbaImage) {
    const { spokes, meanRadius } = tracePerson(own, ownPose, person);
    this.#spokes = spokes;
    this.#width = person.width;
    this.#height = person.height;
    this.#fadePx = BORDER_FADE * meanRadius;
    this.#ownPose = ownPose;
    this.#trunk = new TrunkMotion(ownPose);
    this.#neck = new NeckColumn(ownPose, person, this.#trunk);
    this.vertexCount = SHEET_VERTICES + this.#neck.vertexCount;
    const count = SHEET_VERTICES;
    this.#own = new Float32Array(3 * count);
    this.#slide = new Float32Array(count);
    this.#withHead = new Float32Array(count);
    this.#expression = new Float32Array(count);
    const farPx = Math.max(person.width, person.height) / 2;
    const behind = hairBehind(hairAside(spokes) / ownPose.scale);
    this.#turn = new OutlineTurn(behind);
    const depthAtOutline = outlineDepth(ownPose, behind);
    const inHead = new Float64Array(3);
    const vertices: SheetVertex[] = [];
    for (let ring = 0; ring < RINGS; ring++) {
      spokes.forEach((spoke, s) => {
        const v = ring * SPOKES + s;
        const distance = distanceOf(spoke, ring, farPx);
        const [x, y] = [spoke.x + spoke.dx * distance, spoke.y + spoke.dy * distance];
        const overHair = Math.min(1, distance / spoke.hair);
        const outlineOfFace = own[3 * spoke.landmark + 2];
        const onHair = depthOnHair(spoke, overHair, outlineOfFace, depthAtOutline(x, y));
        invertSimilarity(ownPose, [x, y, onHair], inHead);
        const [aside, height] = inHead;
        const reach = spoke.hair / ownPose.scale;
        const isEar = earShare(spoke, height, reach);
        const isBare = bareShare(spoke, reach) * (1 - isEar);
        const rim = Math.min(
          depthAt(ownPose, aside, height, earDepth(height)),
          outlineOfFace + STEEPEST_EAR * spoke.hair,
        );
        const onEar = outlineOfFace + (rim - outlineOfFace) * overHair;
        const onHead = onHair * (1 - isEar - isBare) + onEar * isEar + outlineOfFace * isBare;
        const below = Math.max(0, height - jawHeight(aside));
        const z =
          onHead + (neckDepth(ownPose, aside, height) - onHead) * smoothstep(0, JAW_OVERHANG, below) * (1 - isBare);
        // The first ring is the outline itself.
        this.#own.set([x, y, ring === 0 ? outlineOfFace : z], 3 * v);
        vertices.push({ landmark: spoke.landmark, aside: Math.abs(aside), below, overHair, skin: spoke.skin });
        this.#withHead[v] =
          1 - smoothstep(0, NECK_REACH + HAIR_REACH_MORE * smoothstep(0.9, 1.3, Math.abs(aside)), below);
        const slides = smoothstep(-0.75, -0.2, spoke.upward) * (1 - isEar - isBare);
        this.#slide[v] = overHair * slides * this.#withHead[v];
        const downwards = smoothstep(-0.1, -0.6, spoke.upward);
        const pulled = EXPRESSION_REACH + (EXPRESSION_REACH_BELOW - EXPRESSION_REACH) * downwards;
        this.#expression[v] = 1 - smoothstep(0, pulled * meanRadius, distance);
      });
    }
    this.ownVertices = vertices;
    // Beyond a top that the border cuts off there is nothing, and not more of it.
    const isNothing = (v: number) => v >= FIRST_BEYOND_EDGE && this.#isLoose(v);
    this.#triangles = sheetTriangles().filter((_, i, all) => {
      const t = i - (i % 3);
      return !all.slice(t, t + 3).some(isNothing) && showsPerson(person, this.#own, all, t);
    });
    this.#inHead = invertSimilarity(ownPose, this.#own, new Float64Array(3 * count));
    this.#ownPosed = new Float64Array(3 * count);
    for (let v = 0; v < count; v++) this.#posed(v, ownPose, this.#ownPosed, 3 * v);
  }

  /** Number of vertices without the neck's: the first ones. */
  get ownCount(): number {
    return SHEET_VERTICES;
  }

  /** Triangles of hair and ear on one side of the head, the sign of x in its frame. */
  sideTriangles(side: number, first: number): number[] {
    const out: number[] = [];
    const isOnSide = (v: number) => side * this.#inHead[3 * v] > 0;
    const last = (OVER_HAIR.length + 2) * SPOKES;
    for (let t = 0; t < this.#triangles.length; t += 3) {
      const corners = this.#triangles.slice(t, t + 3);
      if (corners.every((v) => v < last && isOnSide(v))) out.push(...corners.map((v) => v + first));
    }
    return out;
  }

  /**
   * Writes where the sheet is under `pose` if it is taken for that of the other side of the head, mirrored; it comes
   * `nearer` pixels to the viewer. `out` begins with the mirrored landmarks. Only what goes with the head is meant to
   * be drawn.
   */
  writeMirrored(ownPose: Similarity, pose: Similarity, nearer: number, out: Float32Array, first: number): void {
    const mirrored = this.#mirrored;
    const r = ownPose.rotation;
    // The pose in which the mirrored head would be seen as the head is seen in the mirror.
    mirrored.set([r[0], -r[1], -r[2], -r[3], r[4], r[5], -r[6], r[7], r[8]]);
    this.#turn.set(mirrored, pose.rotation);
    const slid = this.#slid;
    for (let v = 0; v < SHEET_VERTICES; v++) {
      const o = 3 * (first + v);
      if (v < SPOKES) {
        const landmark = 3 * SILHOUETTE[v];
        for (let k = 0; k < 3; k++) out[o + k] = out[landmark + k];
        out[o + 2] += BEHIND_FACE - nearer;
        continue;
      }
      slid[0] = -this.#inHead[3 * v];
      slid[1] = this.#inHead[3 * v + 1];
      slid[2] = this.#inHead[3 * v + 2];
      this.#turn.slide(slid, 0, this.#slide[v], slid);
      applySimilarity(pose, slid, this.#placed);
      out[o] = this.#placed[0];
      out[o + 1] = this.#placed[1];
      out[o + 2] = this.#placed[2] + BEHIND_FACE - nearer;
    }
  }

  /** Triangles of sheet and neck; vertices begin at index `first`. */
  triangles(first: number): Uint16Array {
    const neck = this.#neck.triangles(first + SHEET_VERTICES);
    return Uint16Array.from([...this.#triangles.map((v) => v + first), ...neck]);
  }

  /** Writes the sheet's own place into `out` from vertex `first` on. */
  writeOwn(out: Float32Array, first: number): void {
    out.set(this.#own, 3 * first);
    for (let v = first; v < first + SHEET_VERTICES; v++) out[3 * v + 2] += BEHIND_FACE;
    this.#neck.writeMoved(this.#ownPose, BEHIND_FACE, out, first + SHEET_VERTICES);
  }

  /** Writes into `source` where what the still hides takes its colour from; the rest comes from where it is. */
  writeSources(source: Float32Array, first: number): void {
    // What the outline hides of the hair next to it is like what is seen there first.
    for (let s = 0; s < SPOKES; s++) {
      for (let k = 0; k < 2; k++) source[3 * (first + s) + k] = this.#own[3 * (SPOKES + s) + k];
    }
    this.#neck.writeSources(source, first + SHEET_VERTICES);
  }

  /** Writes where the sheet is under `head` into `out` from vertex `first` on. */
  writeMoved({ ownPose, pose, posed, target }: HeadGeometry, out: Float32Array, first: number): void {
    const trunk = this.#trunk;
    const own = this.#own;
    const slid = this.#slid;
    trunk.set(pose);
    this.#turn.set(ownPose.rotation, pose.rotation);
    for (let v = 0; v < SHEET_VERTICES; v++) {
      const i = 3 * v;
      const o = 3 * (first + v);
      const spoke = this.#spokes[v % SPOKES];
      const landmark = 3 * spoke.landmark;
      const [x, y] = [own[i], own[i + 1]];
      const withHead = this.#withHead[v];
      this.#posed(v, pose, slid, 0);
      const expression = this.#expression[v];
      const trunkX = trunk.shiftX(x, y);
      const trunkY = trunk.shiftY(x, y);
      const headX = slid[0] - this.#ownPosed[i];
      const headY = slid[1] - this.#ownPosed[i + 1];
      const dx = trunkX + (headX - trunkX) * withHead + (target[landmark] - posed[landmark]) * expression;
      const dy = trunkY + (headY - trunkY) * withHead + (target[landmark + 1] - posed[landmark + 1]) * expression;
      if (v < SPOKES) {
        // The outline itself: where the face is.
        for (let k = 0; k < 3; k++) out[o + k] = target[landmark + k];
        out[o + 2] += BEHIND_FACE;
        continue;
      }
      const held = v >= FIRST_AT_BORDER ? 1 : Math.max(spoke.cut, 1 - withHead);
      out[o] = x + dx * (1 - held * this.#heldBack(dx > 0 ? x : this.#width - x));
      out[o + 1] = y + dy * (1 - held * this.#heldBack(dy > 0 ? y : this.#height - y));
      out[o + 2] = own[i + 2] + (slid[2] - this.#ownPosed[i + 2]) * withHead + BEHIND_FACE;
    }
    this.#neck.writeMoved(pose, BEHIND_FACE, out, first + SHEET_VERTICES);
  }

  /** Whether a vertex lies on a spoke over the top of the head, which the border cuts off. */
  #isLoose(v: number): boolean {
    const { reachesBorder, upward } = this.#spokes[v % SPOKES];
    return reachesBorder && upward > TOP_AT;
  }

  /** How much of its motion away from a border a vertex has to give up: 1 at the border and beyond, 0 far from it. */
  #heldBack(distancePx: number): number {
    return smoothstep(this.#fadePx, 0, distancePx);
  }

  /** Where vertex `v` is under `pose` by the head's motion alone, for the turn that is set. */
  #posed(v: number, { rotation: r, scale, translation: t }: Similarity, out: Float64Array, o: number): void {
    const p = this.#slid;
    this.#turn.slide(this.#inHead, 3 * v, this.#slide[v], p);
    const [x, y, z] = [p[0], p[1], p[2]];
    out[o] = scale * (r[0] * x + r[1] * y + r[2] * z) + t[0];
    out[o + 1] = scale * (r[3] * x + r[4] * y + r[5] * z) + t[1];
    out[o + 2] = scale * (r[6] * x + r[7] * y + r[8] * z) + t[2];
  }
}

/** How far hair stands out beside the face: the median over the spokes to either side, pixels. */
function hairAside(spokes: readonly Spoke[]): number {
  const aside = spokes.filter(({ upward }) => Math.abs(upward) < 0.5).map(({ hair }) => hair);
  return aside.sort((a, b) => a - b)[aside.length >> 1] ?? 0;
}

function sheetTriangles(): number[] {
  const out: number[] = [];
  for (let ring = 0; ring < RINGS - 1; ring++) {
    for (let spoke = 0; spoke < SPOKES; spoke++) {
      const [a, b] = [ring * SPOKES + spoke, ring * SPOKES + ((spoke + 1) % SPOKES)];
      out.push(a, b, b + SPOKES, a, b + SPOKES, a + SPOKES);
    }
  }
  return out;
}

/** Whether anything of the person lies under the triangle at `t` of `triangles`, or next to it; outside, the border's. */
function showsPerson(person: RgbaImage, places: Float32Array, triangles: readonly number[], t: number): boolean {
  const { width, height, data } = person;
  const [a, b, c] = [3 * triangles[t], 3 * triangles[t + 1], 3 * triangles[t + 2]];
  const [ax, ay] = [places[a], places[a + 1]];
  const [ux, uy] = [places[b] - ax, places[b + 1] - ay];
  const [vx, vy] = [places[c] - ax, places[c + 1] - ay];
  // As many samples along either side as leave no pixel between them.
  const steps = Math.max(1, Math.ceil(Math.max(Math.hypot(ux, uy), Math.hypot(vx, vy), Math.hypot(ux - vx, uy - vy))));
  for (let i = -1; i <= steps + 1; i++) {
    for (let j = -1; j <= steps + 1 - i; j++) {
      const x = Math.min(width - 1, Math.max(0, Math.floor(ax + (ux * i + vx * j) / steps)));
      const y = Math.min(height - 1, Math.max(0, Math.floor(ay + (uy * i + vy * j) / steps)));
      if (data[4 * (y * width + x) + 3] > 0) return true;
    }
  }
  return false;
}

function distanceOf(spoke: Spoke, ring: number, farPx: number): number {
  if (ring === 0) return 0;
  const { covered, hair } = spoke;
  if (ring <= OVER_HAIR.length) return covered + 1 + (hair - covered - 1) * OVER_HAIR[ring - 1];
  const edge = hair + spoke.fringe;
  const beyond = ring - OVER_HAIR.length - 2;
  if (beyond < 0) return edge;
  const border = Math.max(spoke.border, edge + 1);
  return beyond < BEYOND_HAIR.length ? edge + (border - edge) * BEYOND_HAIR[beyond] : border + farPx;
}

/** Depth of hair over a spoke: round, from that of the face's outline to that of the head's. */
function depthOnHair(
  { faceRadius, hair }: Spoke,
  overHair: number,
  outlineOfFace: number,
  outlineOfHead: number,
): number {
  const inner = faceRadius / (faceRadius + hair);
  const at = inner + (1 - inner) * overHair;
  return outlineOfHead + (outlineOfFace - outlineOfHead) * Math.sqrt((1 - at * at) / (1 - inner * inner));
}

/**
 * Whether a spoke at a height, `reach` from the outline to its end (canonical units), shows an ear, which turns with
 * the head and does not slide: 0…1.
 */
function earShare({ skin }: Spoke, height: number, reach: number): number {
  // What stands out so little is an ear where it cannot be told by its colour: in shadow, or beside a bald head.
  const looksLikeIt = Math.max(skin, smoothstep(0.3, 0.22, reach));
  return looksLikeIt * smoothstep(0.6, 0.4, reach) * smoothstep(-0.35, 0.05, height) * smoothstep(1.15, 0.9, height);
}

/** Whether a spoke ends at the bare face, `reach` (canonical units) from the outline, and there is no hair: 0…1. */
function bareShare({ upward }: Spoke, reach: number): number {
  const isJaw = smoothstep(0.3, 0.15, reach) * smoothstep(0.3, 0, upward);
  return Math.max(isJaw, smoothstep(0.12, 0.05, reach));
}

function earDepth(height: number): number {
  return EAR.rimDepth + (EAR.lobeDepth - EAR.rimDepth) * smoothstep(EAR.rimHeight, EAR.lobeHeight, height);
}

/** Depth of the neck's front in the picture, at a place in the head's frame. */
function neckDepth(pose: Similarity, aside: number, height: number): number {
  const across = Math.min(1, Math.abs(aside) / NECK.radius);
  return depthAt(pose, aside, height, NECK.depth - NECK.radius * Math.sqrt(1 - across * across));
}

/** Depth in the picture of a place in the head's frame. */
function depthAt({ rotation: r, scale, translation: t }: Similarity, x: number, y: number, z: number): number {
  return scale * (r[6] * x + r[7] * y + r[8] * z) + t[2];
}
