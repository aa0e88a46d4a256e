import { smoothstep } from '../../../motion/smoothstep.ts';
import type { Colour, MouthMesh, SurfaceBuilder, VertexGrid } from './surface-builder.ts';
import { FLESH_TINT, writeNormals } from './surface-builder.ts';

const TONGUE: Colour = [0.6, 0.255, 0.25];
const GLOSS = 0.13;

/** A tongue as rows across it from below the tip to the root: z, y of the middle, half width; cm, jaw closed. */
type TonguePose = readonly (readonly [z: number, y: number, halfWidth: number])[];

/** At rest: behind and below the lower teeth's edges. Measured on the rig's tongue, its blade a little lower. */
const REST: TonguePose = [
  [2.2, 1, 0.9],
  [1.25, 0.8, 0.7],
  [0.92, 0.55, 0.75],
  [1.05, 0.3, 1],
  [1.5, 0.06, 1.25],
  [2.2, -0.12, 1.5],
  [3.2, -0.24, 1.7],
  [4.5, -0.26, 1.85],
  [5.8, -0.05, 1.8],
  [6.9, 0.9, 1.5],
];
/** “ee”: bunched high and forward. */
const FORWARD: TonguePose = [
  [2.1, 0.9, 0.9],
  [1.1, 0.66, 0.75],
  [0.75, 0.38, 0.85],
  [0.9, 0.08, 1.1],
  [1.35, -0.35, 1.4],
  [2.1, -0.82, 1.65],
  [3.1, -1.12, 1.8],
  [4.4, -0.95, 1.85],
  [5.7, -0.3, 1.75],
  [6.8, 0.9, 1.5],
];
/** “ah”: flat on the floor of the mouth. */
const LOW: TonguePose = [
  [2.3, 1.1, 0.9],
  [1.3, 0.92, 0.75],
  [0.95, 0.66, 0.8],
  [1.08, 0.4, 1.05],
  [1.6, 0.18, 1.35],
  [2.4, 0.08, 1.6],
  [3.4, 0.04, 1.8],
  [4.6, 0, 1.9],
  [5.9, 0.1, 1.8],
  [7, 0.9, 1.5],
];
/** “oo”: drawn back, its hind part raised. */
const BACK: TonguePose = [
  [2.9, 1, 0.9],
  [2.05, 0.85, 0.65],
  [1.7, 0.6, 0.7],
  [1.8, 0.32, 0.95],
  [2.25, 0.02, 1.2],
  [2.95, -0.36, 1.45],
  [3.9, -0.85, 1.65],
  [5, -1.1, 1.75],
  [6.1, -0.55, 1.7],
  [7.1, 0.8, 1.5],
];
const COLUMNS = 9;
/** Columns lie on a half circle: dense where the sides fall off. */
const SINES = Array.from({ length: COLUMNS }, (_, k) => Math.sin(((2 * k) / (COLUMNS - 1) - 1) * (Math.PI / 2)));
/** It fills the arch: its sides touch the teeth. */
const WIDER_CM = 0.2;
const TIP_ROUNDING = 0.95;
/** How far the sides go down, cm, and how deep the furrow along the middle is. */
const ROUNDING = 0.62;
const FURROW = 0.07;
/** The root stays at the throat when the jaw opens. */
const ROOT_JAW_SHARE = 0.55;
/** The whole stays behind a jaw that drops far, cm. */
const STAYS_CM = 0.35;

/** How much of each vowel's pose the tongue takes; the rest of 1 is rest. */
export interface TongueShape {
  forward: number;
  low: number;
  back: number;
}

/** Adds the tongue at rest and returns where its vertices are. */
export function addTongue(builder: SurfaceBuilder): VertexGrid {
  const grid = { first: builder.vertexCount, columns: COLUMNS, rows: REST.length };
  REST.forEach(([z, y, halfWidth], row) => {
    for (let column = 0; column < COLUMNS; column++) {
      const across = SINES[column];
      const shade = (1 - 0.12 * Math.exp(-((across / 0.25) ** 2))) * (1 - 0.35 * across ** 4) * (row < 3 ? 0.7 : 1);
      const jawShare = 1 - (1 - ROOT_JAW_SHARE) * smoothstep(4, REST.length - 1, row);
      builder.vertex(across * halfWidth, y, z, { colour: TONGUE, tint: FLESH_TINT, gloss: GLOSS, jawShare }, shade);
    }
  });
  builder.grid(grid);
  return grid;
}

/** Moves the tongue's vertices in `mesh` into a shape. `jaw`: 0 closed … 1 wide. */
export class Tongue {
  readonly #mesh: MouthMesh;
  readonly #grid: VertexGrid;
  #from = 0;
  #to = 0;

  constructor(mesh: MouthMesh, grid: VertexGrid) {
    this.#mesh = mesh;
    this.#grid = grid;
    const isTongue = (vertex: number) => vertex >= grid.first && vertex < grid.first + grid.columns * grid.rows;
    this.#from = mesh.triangles.findIndex(isTongue);
    this.#to = mesh.triangles.findLastIndex(isTongue) + 1;
  }

  pose({ forward, low, back }: TongueShape, jaw: number): void {
    const { positions, normals, triangles } = this.#mesh;
    const rest = 1 - forward - low - back;
    let i = 3 * this.#grid.first;
    for (let row = 0; row < REST.length; row++) {
      const [r, f, l, b] = [REST[row], FORWARD[row], LOW[row], BACK[row]];
      const z = rest * r[0] + forward * f[0] + low * l[0] + back * b[0];
      const y = rest * r[1] + forward * f[1] + low * l[1] + back * b[1] - STAYS_CM * jaw;
      const halfWidth = rest * r[2] + forward * f[2] + low * l[2] + back * b[2];
      // Above the tip the sides are lower, below it higher.
      const rounding = row > 2 ? ROUNDING * Math.min(1, (row - 1) / 5) : row < 2 ? -0.15 : 0.1;
      const furrow = row > 3 ? FURROW : 0;
      for (let column = 0; column < COLUMNS; column++, i += 3) {
        const sine = SINES[column];
        const fall = 1 - Math.sqrt(1 - sine * sine);
        positions[i] = sine * (halfWidth + WIDER_CM);
        positions[i + 1] = y + rounding * fall + furrow * Math.max(0, 1 - 12 * sine * sine);
        // The tip is round seen from above.
        positions[i + 2] = z + (row > 0 && row < 7 ? TIP_ROUNDING * sine * sine * (1 - 0.12 * row) : 0);
      }
    }
    writeNormals(positions, triangles, this.#from, this.#to, normals);
  }
}
