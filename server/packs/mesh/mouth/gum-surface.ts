import type { DentalArch } from './dental-arch.ts';
import { placeOnArch } from './dental-arch.ts';
import type { Colour, SurfaceBuilder } from './surface-builder.ts';
import { FLESH_TINT } from './surface-builder.ts';
import { middleOf, neckReach } from './tooth-surface.ts';

const GUM: Colour = [0.46, 0.2, 0.185];
const GLOSS = 0.13;
/** Columns per tooth. */
const STEPS = 4;
/** Between two teeth the gum reaches down by this share of the crown: the papilla. */
const PAPILLA = 0.36;
/** Between teeth it lies closer to the arch by this share. */
const PAPILLA_REACH = 0.35;

/** Rows from the edge of the gum on: distance from it along the tooth, reach beyond the crown, shade. */
const OUTER_ROWS = [
  [-0.02, -0.14, 0.7],
  [0.02, 0.03, 0.92],
  [0.2, 0.07, 1],
  [0.9, 0.1, 0.8],
  [1.6, 0.6, 0.4],
] as const;
const INNER_ROWS = [
  [-0.02, -0.14, 0.7],
  [0.02, 0.04, 0.9],
  [0.4, 0.09, 0.9],
  [1.3, 0.4, 0.5],
] as const;

/** Adds the gum of an arch, its outer side towards lip and cheek or its inner one towards the tongue. */
export function addGum(builder: SurfaceBuilder, arch: DentalArch, side: 'outer' | 'inner'): void {
  const rows = side === 'outer' ? OUTER_ROWS : INNER_ROWS;
  const outwards = side === 'outer' ? 1 : -1;
  const tissue = { colour: GUM, tint: FLESH_TINT, gloss: GLOSS, jawShare: arch.jawShare };
  const columns = gumColumns(arch);
  const first = builder.vertexCount;
  for (const [beyond, reachBeyond, shade] of rows) {
    for (const { place, mirror, margin, reach } of columns) {
      const out = outwards * (reach[side] + reachBeyond);
      builder.vertex(
        mirror * (place.x + out * place.alongZ),
        arch.edgeY - arch.direction * (margin + beyond),
        place.z - out * place.alongX,
        tissue,
        shade,
      );
    }
  }
  builder.grid({ first, columns: columns.length, rows: rows.length });
}

interface GumColumn {
  readonly place: ReturnType<typeof placeOnArch>;
  readonly mirror: 1 | -1;
  /** Distance of the gum's edge from the level of the front teeth's edge. */
  readonly margin: number;
  readonly reach: { readonly outer: number; readonly inner: number };
}

/** From the last tooth on the left to the last one on the right. */
function gumColumns(arch: DentalArch): GumColumn[] {
  const half: GumColumn[] = [];
  arch.teeth.forEach((tooth, index) => {
    const neck = neckReach(tooth);
    const steps = index + 1 === arch.teeth.length ? STEPS + 1 : STEPS;
    for (let step = 0; step < steps; step++) {
      const across = (2 * step) / STEPS - 1;
      const towardsPapilla = across * across;
      const reach = 1 - PAPILLA_REACH * towardsPapilla;
      half.push({
        place: placeOnArch(arch, middleOf(arch, index) + (across * tooth.width) / 2),
        mirror: 1,
        margin: tooth.recess + tooth.crown * (1 - PAPILLA * towardsPapilla * Math.abs(across)),
        reach: { outer: neck.outer * reach, inner: neck.inner * reach },
      });
    }
  });
  // The first column is the middle line, which both halves share.
  const left = half.slice(1).map((column): GumColumn => ({ ...column, mirror: -1 }));
  return [...left.reverse(), ...half];
}
