import type { Colour, SurfaceBuilder, Tissue } from './surface-builder.ts';
import { FLESH_TINT } from './surface-builder.ts';

/** Palate and throat, and the bag of cheeks and floor around everything: nothing is seen through a mouth. */

const PALATE: Colour = [0.43, 0.19, 0.175];
const CHEEK: Colour = [0.15, 0.042, 0.04];
const THROAT: Colour = [0.3, 0.09, 0.08];
const GLOSS = 0.03;

/** Middle line of the palate from behind the front teeth to the soft palate's edge: z, y, half width; rig, cm. */
const PALATE_ROWS = [
  [0.45, -0.75, 0.55],
  [0.8, -1.15, 0.95],
  [1.3, -1.66, 1.4],
  [2.2, -2.08, 1.75],
  [3.4, -2.2, 1.95],
  [4.8, -2.3, 2.1],
  [6, -2.15, 2.1],
  [7.2, -1.35, 1.9],
  [8.3, -0.95, 1.6],
  [8.7, -0.25, 0.6],
] as const;
const PALATE_COLUMNS = 7;
/** How far the vault comes down at its sides, of what it is high. */
const VAULT = 0.62;
/** The soft palate hangs in two bows beside the uvula. */
const SOFT_FROM_ROW = 8;

export function addPalate(builder: SurfaceBuilder): void {
  const tissue: Tissue = { colour: PALATE, tint: FLESH_TINT, gloss: GLOSS, jawShare: 0 };
  const soft: Tissue = { ...tissue, colour: THROAT };
  const first = builder.vertexCount;
  PALATE_ROWS.forEach(([z, y, halfWidth], row) => {
    for (let column = 0; column < PALATE_COLUMNS; column++) {
      const across = (2 * column) / (PALATE_COLUMNS - 1) - 1;
      const down = row < SOFT_FROM_ROW ? -y * VAULT * across ** 4 : -0.35 * Math.abs(Math.sin(Math.PI * across));
      // Furrows across the palate behind the front teeth, and the seam along it.
      const shade = (row > 0 && row < 4 && row % 2 === 1 ? 0.93 : 1) * (across === 0 ? 0.92 : 1);
      builder.vertex(across * halfWidth, y + down, z, row < SOFT_FROM_ROW - 1 ? tissue : soft, shade);
    }
  });
  builder.grid({ first, columns: PALATE_COLUMNS, rows: PALATE_ROWS.length });
}

/** Rings of the bag from behind the lips to the throat: z, half width, top, bottom with the jaw closed. */
const BAG_RINGS = [
  [0.3, 3.7, -2.9, 3.2],
  [1.4, 3.35, -2.8, 3],
  [3, 3.15, -2.7, 2.8],
  [5, 2.95, -2.6, 2.6],
  [6.8, 2.5, -2.4, 2.5],
  [8.2, 2, -1.8, 2.4],
  [9.4, 1.5, -1.2, 2.2],
] as const;
const BAG_POINTS = 16;

export function addBag(builder: SurfaceBuilder): void {
  const first = builder.vertexCount;
  BAG_RINGS.forEach(([z, halfWidth, top, bottom], ring) => {
    const inThroat = ring / (BAG_RINGS.length - 1);
    for (let k = 0; k < BAG_POINTS; k++) {
      const angle = (2 * Math.PI * k) / BAG_POINTS;
      const down = (1 + Math.sin(angle)) / 2;
      const tissue: Tissue = {
        colour: mix(CHEEK, THROAT, inThroat),
        tint: FLESH_TINT,
        gloss: GLOSS * (1 - inThroat),
        // Below, the bag goes with the jaw; the throat stays.
        jawShare: down * (1 - 0.5 * inThroat),
      };
      builder.vertex(halfWidth * Math.cos(angle), top + (bottom - top) * down, z, tissue);
    }
  });
  builder.grid({ first, columns: BAG_POINTS, rows: BAG_RINGS.length }, { isRing: true });
  const back = BAG_RINGS[BAG_RINGS.length - 1];
  const tissue: Tissue = { colour: THROAT, tint: FLESH_TINT, gloss: 0, jawShare: 0.3 };
  const centre = builder.vertex(0, (back[2] + back[3]) / 2, back[0] + 0.2, tissue);
  builder.fan(first + (BAG_RINGS.length - 1) * BAG_POINTS, BAG_POINTS, centre);
}

function mix(from: Colour, to: Colour, weight: number): Colour {
  const at = (k: number) => from[k] + (to[k] - from[k]) * weight;
  return [at(0), at(1), at(2)];
}
