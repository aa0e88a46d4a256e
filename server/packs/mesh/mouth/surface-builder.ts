/**
 * Surfaces of the mouth as triangles, in centimetres: x to the right of the picture, y down, z away from the viewer,
 * the origin between the edges of the upper front teeth.
 */
export interface MouthMesh {
  readonly vertexCount: number;
  /** x, y, z of each vertex with the jaw closed. */
  readonly positions: Float32Array;
  /** Unit normals; which of the two sides is of no account. */
  readonly normals: Float32Array;
  /** Linear reflectance, red, green, blue, with the shade that the shape itself throws. */
  readonly albedo: Float32Array;
  /** How much of the hue of the light the tissue takes on, 0..1. */
  readonly tint: Float32Array;
  /** Strength of the highlight of what is wet. */
  readonly gloss: Float32Array;
  /** Share of the jaw's motion that a vertex takes part in: 0 fixed to the skull, 1 to the jaw. */
  readonly jawShare: Float32Array;
  /** What is likely in front comes first. */
  readonly triangles: Uint16Array;
  /** So many of the first indices are of closed bodies, which are not seen from within: wound clockwise outside. */
  readonly closedIndexCount: number;
}

/** See `Tissue.tint`: of gums, tongue, palate and cheeks. */
export const FLESH_TINT = 0.66;

export type Colour = readonly [red: number, green: number, blue: number];

/** What a vertex is made of. */
export interface Tissue {
  readonly colour: Colour;
  /** How much of the hue of the light it takes on, 0..1; all where not said. */
  readonly tint?: number;
  readonly gloss: number;
  readonly jawShare: number;
}

/** Vertices that form a grid, row by row. */
export interface VertexGrid {
  readonly first: number;
  readonly columns: number;
  readonly rows: number;
}

/** Collects vertices and triangles into a `MouthMesh`. */
export class SurfaceBuilder {
  readonly #positions: number[] = [];
  readonly #albedo: number[] = [];
  readonly #tint: number[] = [];
  readonly #gloss: number[] = [];
  readonly #jawShare: number[] = [];
  readonly #triangles: number[] = [];
  #closedIndexCount = 0;

  get vertexCount(): number {
    return this.#gloss.length;
  }

  /** Adds a vertex, its colour darkened by `shade` (0..1), and returns its index. */
  vertex(x: number, y: number, z: number, tissue: Tissue, shade = 1): number {
    this.#positions.push(x, y, z);
    for (const channel of tissue.colour) this.#albedo.push(channel * shade);
    this.#tint.push(tissue.tint ?? 1);
    this.#gloss.push(tissue.gloss * shade);
    this.#jawShare.push(tissue.jawShare);
    return this.vertexCount - 1;
  }

  /** All bodies so far are closed, and no others will be. */
  endClosed(): void {
    this.#closedIndexCount = this.#triangles.length;
  }

  #triangle(a: number, b: number, c: number, isMirrored: boolean): void {
    if (isMirrored) this.#triangles.push(a, c, b);
    else this.#triangles.push(a, b, c);
  }

  /** Closes the surface over a grid of vertices that lie row by row; `isRing` joins the last column to the first. */
  grid({ first, columns, rows }: VertexGrid, { isRing = false, isMirrored = false } = {}): void {
    for (let row = 0; row + 1 < rows; row++) {
      for (let column = 0; column + (isRing ? 0 : 1) < columns; column++) {
        const next = (column + 1) % columns;
        const [a, b] = [first + row * columns + column, first + row * columns + next];
        this.#triangle(a, b, b + columns, isMirrored);
        this.#triangle(a, b + columns, a + columns, isMirrored);
      }
    }
  }

  /** Closes the hole of a ring of `count` vertices with a fan around `centre`. */
  fan(firstOfRing: number, count: number, centre: number, isMirrored = false): void {
    for (let k = 0; k < count; k++) {
      this.#triangle(firstOfRing + ((k + 1) % count), firstOfRing + k, centre, isMirrored);
    }
  }

  build(): MouthMesh {
    const positions = Float32Array.from(this.#positions);
    const triangles = Uint16Array.from(this.#triangles);
    const normals = new Float32Array(positions.length);
    writeNormals(positions, triangles, 0, triangles.length, normals);
    return {
      vertexCount: this.vertexCount,
      positions,
      normals,
      albedo: Float32Array.from(this.#albedo),
      tint: Float32Array.from(this.#tint),
      gloss: Float32Array.from(this.#gloss),
      jawShare: Float32Array.from(this.#jawShare),
      triangles,
      closedIndexCount: this.#closedIndexCount,
    };
  }
}

/**
 * Writes the normals of the vertices of `triangles[from … to − 1]`, smooth over the surface (means of the triangles'
 * normals weighted by area). Vertices of other triangles are left alone.
 */
export function writeNormals(
  positions: Float32Array,
  triangles: Uint16Array,
  from: number,
  to: number,
  normals: Float32Array,
): void {
  for (let i = from; i < to; i++) {
    const v = 3 * triangles[i];
    normals[v] = normals[v + 1] = normals[v + 2] = 0;
  }
  for (let i = from; i < to; i += 3) {
    const a = 3 * triangles[i];
    const b = 3 * triangles[i + 1];
    const c = 3 * triangles[i + 2];
    const ux = positions[b] - positions[a];
    const uy = positions[b + 1] - positions[a + 1];
    const uz = positions[b + 2] - positions[a + 2];
    const vx = positions[c] - positions[a];
    const vy = positions[c + 1] - positions[a + 1];
    const vz = positions[c + 2] - positions[a + 2];
    const nx = uy * vz - uz * vy;
    const ny = uz * vx - ux * vz;
    const nz = ux * vy - uy * vx;
    for (let k = 0; k < 3; k++) {
      const v = 3 * triangles[i + k];
      normals[v] += nx;
      normals[v + 1] += ny;
      normals[v + 2] += nz;
    }
  }
  for (let i = from; i < to; i++) {
    const v = 3 * triangles[i];
    const length = Math.sqrt(normals[v] ** 2 + normals[v + 1] ** 2 + normals[v + 2] ** 2);
    const k = 1 / Math.max(1e-9, length);
    normals[v] *= k;
    normals[v + 1] *= k;
    normals[v + 2] *= k;
  }
}

/**
 * Puts the mesh into a light (per channel, 1 = white at full exposure), for good: reflectances become what is seen of
 * them at full occlusion. Flesh is seen less tinted than enamel, else it glows in a warm light.
 */
export function lightMesh({ albedo, gloss, tint }: MouthMesh, light: Colour): void {
  const brightness = (light[0] + light[1] + light[2]) / 3;
  for (let v = 0; v < tint.length; v++) {
    for (let k = 0; k < 3; k++) albedo[3 * v + k] *= brightness * (light[k] / brightness) ** tint[v];
    gloss[v] *= brightness;
  }
}
