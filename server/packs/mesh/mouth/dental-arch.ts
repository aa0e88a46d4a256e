/**
 * Where the teeth stand and how large they are, in centimetres. Curves of the arches, heights of the edges and the
 * axis of the jaw are measured on the neutral head of ICT-FaceKit (USC ICT, MIT licence); widths and lengths of crowns
 * are the means of Wheeler, "Dental Anatomy, Physiology and Occlusion".
 */

export type ToothKind = 'incisor' | 'canine' | 'premolar' | 'molar';

export interface Tooth {
  readonly kind: ToothKind;
  /** Mesiodistal. */
  readonly width: number;
  /** From the edge to the gum. */
  readonly crown: number;
  /** How much shorter than the front tooth it is at its edge. */
  readonly recess: number;
  /** Nobody's teeth stand in a perfect row: turn about the long axis, radians, right and left. */
  readonly turn: readonly [number, number];
  /** … and brightness, right and left. */
  readonly tone: readonly [number, number];
}

export interface DentalArch {
  /** Upper teeth point down: 1; lower: −1. */
  readonly direction: 1 | -1;
  /** y of the front edge with the jaw closed. */
  readonly edgeY: number;
  /** x and z of the row's middle on the right, from the middle line backwards. */
  readonly curve: readonly (readonly [x: number, z: number])[];
  /** From the middle line outwards; the last molars are never seen. */
  readonly teeth: readonly Tooth[];
  readonly jawShare: 0 | 1;
}

function tooth(
  kind: ToothKind,
  width: number,
  crown: number,
  recess: number,
  turn: readonly [number, number] = [0, 0],
  tone: readonly [number, number] = [1, 1],
): Tooth {
  return { kind, width, crown, recess, turn, tone };
}

export const UPPER_ARCH: DentalArch = {
  direction: 1,
  edgeY: 0,
  curve: [
    [0, -0.03],
    [0.42, 0.02],
    [1.14, 0.35],
    [1.72, 0.9],
    [2.02, 1.67],
    [2.2, 2.35],
    [2.38, 3.15],
    [2.5, 4.05],
    [2.55, 5],
  ],
  teeth: [
    tooth('incisor', 0.86, 1.05, 0, [0.03, -0.02], [1, 0.99]),
    tooth('incisor', 0.68, 0.92, 0.08, [-0.05, 0.04], [0.97, 0.98]),
    tooth('canine', 0.77, 1, 0.04, [0.04, 0.02], [0.93, 0.92]),
    tooth('premolar', 0.72, 0.86, 0.1, [0, -0.05], [0.88, 0.89]),
    tooth('premolar', 0.69, 0.8, 0.13, [0.03, 0], [0.8, 0.8]),
    tooth('molar', 1.02, 0.74, 0.18, [0, 0], [0.7, 0.7]),
  ],
  jawShare: 0,
};

export const LOWER_ARCH: DentalArch = {
  direction: -1,
  edgeY: -0.2,
  curve: [
    [0, 0.15],
    [0.46, 0.19],
    [1.07, 0.49],
    [1.57, 1.05],
    [1.86, 1.8],
    [2.05, 2.42],
    [2.28, 3.36],
    [2.42, 4.11],
    [2.5, 5],
  ],
  teeth: [
    tooth('incisor', 0.53, 0.88, 0, [-0.06, 0.05], [0.97, 0.99]),
    tooth('incisor', 0.58, 0.9, 0.02, [0.08, -0.04], [0.98, 0.96]),
    tooth('canine', 0.68, 1, -0.05, [-0.05, 0.06], [0.93, 0.93]),
    tooth('premolar', 0.7, 0.84, 0.04, [0, 0.05], [0.7, 0.69]),
    tooth('premolar', 0.71, 0.8, 0.08, [0, 0], [0.48, 0.48]),
    tooth('molar', 1.1, 0.74, 0, [0, 0], [0.32, 0.32]),
  ],
  jawShare: 1,
};

/** The axis through both joints of the jaw: rigid fit of the rig's open lower teeth, residual 0.05 mm. */
export const JAW_AXIS_Y = -2.98;
export const JAW_AXIS_Z = 8.8;
/** Open as far as it will. */
export const WIDEST_JAW_RAD: number = (25 * Math.PI) / 180;

/** A place on an arch and the direction along it (unit). */
export interface ArchPlace {
  readonly x: number;
  readonly z: number;
  readonly alongX: number;
  readonly alongZ: number;
}

const STEPS = 12;

/** The place `distance` along the right half of the arch, a Catmull-Rom curve; straight on beyond its end. */
export function placeOnArch({ curve }: DentalArch, distance: number): ArchPlace {
  let walked = 0;
  let [px, pz] = curve[0];
  for (let segment = 0; segment + 1 < curve.length; segment++) {
    for (let step = 1; step <= STEPS; step++) {
      const [x, z] = curvePoint(curve, segment, step / STEPS);
      const length = Math.hypot(x - px, z - pz);
      const isLast = segment + 2 === curve.length && step === STEPS;
      if (walked + length >= distance || isLast) {
        const [alongX, alongZ] = [(x - px) / length, (z - pz) / length];
        const rest = distance - walked;
        return { x: px + alongX * rest, z: pz + alongZ * rest, alongX, alongZ };
      }
      walked += length;
      [px, pz] = [x, z];
    }
  }
  throw new RangeError('An arch needs two points');
}

function curvePoint(curve: DentalArch['curve'], segment: number, t: number): [number, number] {
  const b = curve[segment];
  const c = curve[segment + 1];
  // The other half of the arch mirrors this one.
  const a: readonly [number, number] = segment > 0 ? curve[segment - 1] : [-curve[1][0], curve[1][1]];
  const d = curve[segment + 2] ?? [2 * c[0] - b[0], 2 * c[1] - b[1]];
  const at = (k: 0 | 1) =>
    0.5 *
    (2 * b[k] +
      (c[k] - a[k]) * t +
      (2 * a[k] - 5 * b[k] + 4 * c[k] - d[k]) * t * t +
      (3 * b[k] - a[k] - 3 * c[k] + d[k]) * t * t * t);
  return [at(0), at(1)];
}
