import { SILHOUETTE } from '../../../face/face-topology.ts';
import { CANONICAL_FACE } from '../../../motion/canonical-face.ts';
import type { Similarity } from '../../../motion/procrustes.ts';
import { rollBetween } from '../../../motion/rotation.ts';
import { smoothstep } from '../../../motion/smoothstep.ts';
import { softLimit } from './motion-limits.ts';

/**
 * What is around the face: rings of vertices at growing distances from its outline, which carry hair, ears and neck
 * along with the head, and leave the background where it is.
 */

/** Distances from the outline, in mean face radii. */
const RING_DISTANCES = [0.07, 0.15, 0.25, 0.38, 0.55, 0.75, 1, 1.35, 1.8];
const SPOKES = SILHOUETTE.length;
/** Up to here the rings turn with the head's outline; farther out they only shift, scale and roll with its centre. */
const RIGID_UNTIL = 0.45;
/** Motion fades out between these distances; below the chin, where shoulders begin, sooner. */
const FADE_FROM = 0.5;
const FADE_TO = 1.7;
const FADE_FROM_BELOW = 0.15;
const FADE_TO_BELOW = 1.2;
/** The jaw's expression reaches this far. */
const EXPRESSION_REACH = 0.5;
/** Near the picture's border everything comes to rest, over this distance. */
const BORDER_FADE = 0.6;
/** Nothing goes farther than this share of its way to the border, so that the border's pixels stay in sight. */
const BORDER_ROOM = 0.75;
/** Rings lie behind every face by this much, the inner before the outer: depth added to that of the outline, pixels. */
export const BEHIND_FACE = 1e4;
const RECEDE = 1.2;

interface RingVertex {
  readonly x: number;
  readonly y: number;
  /** Depth behind the outline. */
  readonly behind: number;
  /** The landmark of the outline that it belongs to. */
  readonly landmark: number;
  /** Weight of the shift with the head's centre against the turn with the outline. */
  readonly shiftWeight: number;
  readonly expressionWeight: number;
  /** 0 at rest … 1 with the head. */
  readonly mobility: number;
}

/** The portrait's geometry that moves the rings. Points are xyz triples in pixels. */
export interface HeadGeometry {
  /** The portrait's own landmarks. */
  readonly own: Float32Array;
  readonly ownPose: Similarity;
  readonly pose: Similarity;
  /** Landmarks under the pose, without and with expression. */
  readonly posed: Float64Array;
  readonly target: Float32Array;
}

export class Surroundings {
  readonly vertexCount: number = RING_DISTANCES.length * SPOKES;
  readonly #width: number;
  readonly #height: number;
  readonly #vertices: readonly RingVertex[];
  readonly #moved = new Float64Array(3);
  readonly #ownCentre = new Float64Array(3);

  /** `own`: the portrait's landmarks in a picture of `width × height` pixels. */
  constructor(own: Float32Array, width: number, height: number) {
    this.#width = width;
    this.#height = height;
    let [centreX, centreY] = [0, 0];
    for (const landmark of SILHOUETTE) {
      centreX += own[3 * landmark] / SPOKES;
      centreY += own[3 * landmark + 1] / SPOKES;
    }
    let radius = 0;
    for (const landmark of SILHOUETTE) {
      radius += Math.hypot(own[3 * landmark] - centreX, own[3 * landmark + 1] - centreY) / SPOKES;
    }
    const vertices: RingVertex[] = [];
    for (const distance of RING_DISTANCES) {
      for (const landmark of SILHOUETTE) {
        const [fromX, fromY] = [own[3 * landmark], own[3 * landmark + 1]];
        const length = Math.max(1e-6, Math.hypot(fromX - centreX, fromY - centreY));
        const directionX = (fromX - centreX) / length;
        const directionY = (fromY - centreY) / length;
        const wanted = distance * radius;
        const outward = Math.min(wanted, distanceToBorder(fromX, fromY, directionX, directionY, width, height));
        const x = fromX + directionX * outward;
        const y = fromY + directionY * outward;
        const below = Math.max(0, directionY);
        const fade = smoothstep(
          FADE_FROM + (FADE_FROM_BELOW - FADE_FROM) * below,
          FADE_TO + (FADE_TO_BELOW - FADE_TO) * below,
          distance,
        );
        const toBorder = Math.min(x, y, width - x, height - y);
        vertices.push({
          x,
          y,
          behind: BEHIND_FACE + RECEDE * wanted,
          landmark,
          shiftWeight: smoothstep(0, RIGID_UNTIL, distance),
          expressionWeight: Math.max(0, 1 - distance / EXPRESSION_REACH) * 0.8,
          mobility: (1 - fade) * smoothstep(0, BORDER_FADE * radius, toBorder),
        });
      }
    }
    this.#vertices = vertices;
  }

  /** Triangles of the rings, the innermost joined to the outline; ring vertices begin at index `first`. */
  triangles(first: number): Uint16Array {
    const out: number[] = [];
    const index = (ring: number, spoke: number) =>
      ring < 0 ? SILHOUETTE[spoke % SPOKES] : first + ring * SPOKES + (spoke % SPOKES);
    for (let ring = -1; ring < RING_DISTANCES.length - 1; ring++) {
      for (let spoke = 0; spoke < SPOKES; spoke++) {
        const corners = [
          index(ring, spoke),
          index(ring, spoke + 1),
          index(ring + 1, spoke + 1),
          index(ring + 1, spoke),
        ];
        out.push(corners[0], corners[1], corners[2], corners[0], corners[2], corners[3]);
      }
    }
    return Uint16Array.from(out);
  }

  /** Writes the rings' own places into `out` from vertex `first` on. */
  writeOwn(out: Float32Array, first: number): void {
    this.#vertices.forEach(({ x, y, behind }, i) => {
      out.set([x, y, behind], 3 * (first + i));
    });
  }

  /** Everything takes its colour from its own place. */
  writeSources(_source: Float32Array, _first: number): void {}

  /** Writes where the rings are under `head` into `out` from vertex `first` on. */
  writeMoved(head: HeadGeometry, out: Float32Array, first: number): void {
    const { own, ownPose, pose, posed, target } = head;
    const growth = pose.scale / ownPose.scale;
    headCentre(ownPose, this.#ownCentre);
    headCentre(pose, this.#moved);
    const [ownX, ownY] = this.#ownCentre;
    const [movedX, movedY] = this.#moved;
    const roll = rollBetween(ownPose.rotation, pose.rotation);
    const cos = Math.cos(roll) * growth;
    const sin = Math.sin(roll) * growth;
    let o = 3 * first;
    for (const vertex of this.#vertices) {
      const i = 3 * vertex.landmark;
      // With the outline: it turns, what lies outside of it keeps its distance.
      const turnedX = posed[i] - own[i] + (vertex.x - own[i]) * (growth - 1);
      const turnedY = posed[i + 1] - own[i + 1] + (vertex.y - own[i + 1]) * (growth - 1);
      // With the head's centre: a similarity in the picture.
      const hx = vertex.x - ownX;
      const hy = vertex.y - ownY;
      const shiftedX = movedX - ownX + (cos - 1) * hx - sin * hy;
      const shiftedY = movedY - ownY + sin * hx + (cos - 1) * hy;
      const expressedX = (target[i] - posed[i]) * vertex.expressionWeight;
      const expressedY = (target[i + 1] - posed[i + 1]) * vertex.expressionWeight;
      const w = vertex.shiftWeight;
      const dx = (turnedX + (shiftedX - turnedX) * w + expressedX) * vertex.mobility;
      const dy = (turnedY + (shiftedY - turnedY) * w + expressedY) * vertex.mobility;
      out[o] = vertex.x + softLimit(dx, BORDER_ROOM * Math.max(0, dx < 0 ? vertex.x : this.#width - vertex.x));
      out[o + 1] = vertex.y + softLimit(dy, BORDER_ROOM * Math.max(0, dy < 0 ? vertex.y : this.#height - vertex.y));
      out[o + 2] = target[i + 2] + vertex.behind;
      o += 3;
    }
  }
}

/** How far one can go from (x, y) before leaving the picture; 0 outside of it. */
function distanceToBorder(x: number, y: number, dx: number, dy: number, width: number, height: number): number {
  const alongX = dx > 0 ? (width - x) / dx : dx < 0 ? -x / dx : Number.POSITIVE_INFINITY;
  const alongY = dy > 0 ? (height - y) / dy : dy < 0 ? -y / dy : Number.POSITIVE_INFINITY;
  return Math.max(0, Math.min(alongX, alongY));
}

/** The middle of the head between the ears, in canonical units behind the face. */
const EAR_DEPTH = (CANONICAL_FACE[3 * 234 + 2] + CANONICAL_FACE[3 * 454 + 2]) / 2;

function headCentre({ rotation: r, scale, translation: t }: Similarity, out: Float64Array): void {
  for (let k = 0; k < 3; k++) out[k] = scale * r[3 * k + 2] * EAR_DEPTH + t[k];
}
