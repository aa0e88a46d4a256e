import { smoothstep } from '../../../motion/smoothstep.ts';
import type { DentalArch, Tooth, ToothKind } from './dental-arch.ts';
import { placeOnArch } from './dental-arch.ts';
import type { Colour, SurfaceBuilder, Tissue } from './surface-builder.ts';

/** Linear reflectance of a tooth in the middle of its crown. */
const ENAMEL: Colour = [0.64, 0.565, 0.45];
const GLOSS = 0.22;
/** Towards the gum enamel is thin and the yellow dentine shows: loss of green and blue. */
const NECK_GREEN = 0.06;
const NECK_BLUE = 0.17;
/** The edge lets light through. */
const EDGE_RED = 0.1;
const EDGE_GREEN = 0.06;
/** Neighbours shade each other's sides, the gum the neck. */
const SIDE_SHADE = 0.33;
const NECK_SHADE = 0.1;
/** The sides towards the tongue and the hollows of biting surfaces see less of the light. */
const INNER_SHADE = 0.3;
const HOLLOW_SHADE = 0.68;

/** One crown as rings from the edge to below the gum. */
interface CrownProfile {
  /** Half of the width of each ring, of the tooth's own. */
  readonly width: readonly number[];
  /** How far each ring reaches out from the arch towards lip and cheek, cm … */
  readonly outer: readonly number[];
  /** … and towards the tongue. */
  readonly inner: readonly number[];
  /** Exponent of the rings' superellipse, inverted: 1 is an ellipse, less is squarer. */
  readonly squareness: number;
  readonly pointsPerRing: number;
  /** How deep the middle of the biting surface lies, cm. */
  readonly hollow: number;
}

/** Where the rings are: 0 at the edge, 1 at the gum; the last one is hidden by it. */
const RING_HEIGHTS = [0, 0.1, 0.45, 1.12];

const PROFILES: Record<ToothKind, CrownProfile> = {
  incisor: {
    width: [0.95, 0.985, 1, 0.76],
    outer: [0.03, 0.09, 0.165, 0.125],
    inner: [0.03, 0.1, 0.26, 0.5],
    squareness: 0.72,
    pointsPerRing: 10,
    hollow: -0.01,
  },
  canine: {
    width: [0.62, 0.87, 1, 0.74],
    outer: [0.05, 0.13, 0.22, 0.17],
    inner: [0.05, 0.14, 0.32, 0.5],
    squareness: 0.85,
    pointsPerRing: 10,
    hollow: -0.02,
  },
  premolar: {
    width: [0.74, 0.91, 1, 0.78],
    outer: [0.27, 0.37, 0.45, 0.37],
    inner: [0.26, 0.37, 0.45, 0.37],
    squareness: 0.8,
    pointsPerRing: 10,
    hollow: 0.16,
  },
  molar: {
    width: [0.8, 0.92, 1, 0.84],
    outer: [0.36, 0.47, 0.53, 0.45],
    inner: [0.36, 0.46, 0.52, 0.45],
    squareness: 0.66,
    pointsPerRing: 10,
    hollow: 0.14,
  },
};

/** Adds the tooth `index` places from the middle line, `side` 1 on the right of the picture or −1 on its left. */
export function addTooth(builder: SurfaceBuilder, arch: DentalArch, index: number, side: 1 | -1): void {
  const tooth = arch.teeth[index];
  const profile = PROFILES[tooth.kind];
  const place = placeOnArch(arch, middleOf(arch, index));
  const turn = tooth.turn[side === 1 ? 0 : 1];
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  const alongX = place.alongX * cos - place.alongZ * sin;
  const alongZ = place.alongX * sin + place.alongZ * cos;
  const first = builder.vertexCount;
  const count = profile.pointsPerRing;
  const at = (along: number, out: number, fromEdge: number, tissue: Tissue, shade: number) =>
    builder.vertex(
      side * (place.x + along * alongX + out * alongZ),
      arch.edgeY - arch.direction * (tooth.recess + fromEdge),
      place.z + along * alongZ - out * alongX,
      tissue,
      shade,
    );
  RING_HEIGHTS.forEach((height, ring) => {
    const tissue = tissueAt(height, tooth.tone[side === 1 ? 0 : 1], arch.jawShare);
    for (let k = 0; k < count; k++) {
      const angle = (2 * Math.PI * (k + 0.5)) / count;
      const across = power(Math.cos(angle), profile.squareness);
      const out = power(Math.sin(angle), profile.squareness);
      const reach = out > 0 ? profile.outer[ring] : profile.inner[ring];
      const cusp = cuspRecess(tooth.kind, across) * Math.max(0, 1 - height / 0.6) ** 2;
      const side01 = smoothstep(0.7, 1, Math.abs(across)) * smoothstep(0.02, 0.3, height);
      const inside = out < 0 ? INNER_SHADE * -out : 0;
      const shade = (1 - SIDE_SHADE * side01) * (1 - NECK_SHADE * height * height) * (1 - inside);
      at((across * profile.width[ring] * tooth.width) / 2, out * reach, height * tooth.crown + cusp, tissue, shade);
    }
  });
  const top = at(
    0,
    0,
    profile.hollow,
    tissueAt(0, tooth.tone[0], arch.jawShare),
    profile.hollow > 0 ? HOLLOW_SHADE : 1,
  );
  // A mirrored tooth, and one that points up, has its surface wound the other way.
  const isMirrored = side * arch.direction === -1;
  builder.fan(first, count, top, isMirrored);
  builder.grid({ first, columns: count, rows: RING_HEIGHTS.length }, { isRing: true, isMirrored });
}

/** Distance along the arch of the middle of a tooth. */
export function middleOf({ teeth }: DentalArch, index: number): number {
  let distance = teeth[index].width / 2;
  for (let k = 0; k < index; k++) distance += teeth[k].width;
  return distance;
}

/** How far the outside of a crown stands out from the arch where the gum begins. */
export function neckReach({ kind }: Tooth): { outer: number; inner: number } {
  const { outer, inner } = PROFILES[kind];
  const blend = (reach: readonly number[]) => (reach[2] + 2 * reach[3]) / 3;
  return { outer: blend(outer), inner: blend(inner) };
}

/** How much further back the edge is beside the middle of the tooth; `across` −1 towards the middle line … 1. */
function cuspRecess(kind: ToothKind, across: number): number {
  switch (kind) {
    case 'incisor':
      return 0.03 * across ** 4 + 0.03 * Math.max(0, across) ** 2;
    case 'canine':
      return 0.09 * Math.abs(across + 0.1);
    case 'premolar':
      return 0.07 * Math.abs(across);
    case 'molar':
      return 0.06 * Math.cos(Math.PI * across) ** 2;
  }
}

function tissueAt(height: number, tone: number, jawShare: number): Tissue {
  const neck = smoothstep(0.4, 1.1, height);
  const edge = smoothstep(0.3, 0, height);
  const [red, green, blue] = ENAMEL;
  return {
    colour: [
      red * tone * (1 - EDGE_RED * edge),
      green * tone ** 1.2 * (1 - NECK_GREEN * neck) * (1 - EDGE_GREEN * edge),
      blue * tone ** 1.7 * (1 - NECK_BLUE * neck),
    ],
    gloss: GLOSS,
    jawShare,
  };
}

function power(value: number, exponent: number): number {
  return Math.sign(value) * Math.abs(value) ** exponent;
}
