/** Parts of a face that can be covered apart from each other; left and right as in an unmirrored picture. */
export const FACE_REGIONS = [
  'mouth',
  'jaw',
  'cheekLeft',
  'cheekRight',
  'eyeLeft',
  'eyeRight',
  'brows',
  'forehead',
] as const;
export type FaceRegion = (typeof FACE_REGIONS)[number];

/** How much of a face is seen, as the picture tells: 0 covered, 1 seen. */
export interface FaceVisibility {
  readonly regions: Readonly<Record<FaceRegion, number>>;
  /** Whether the irises are seen, the one on the left of an unmirrored picture first. */
  readonly irises: readonly [number, number];
}

export const ALL_SEEN: FaceVisibility = {
  regions: { mouth: 1, jaw: 1, cheekLeft: 1, cheekRight: 1, eyeLeft: 1, eyeRight: 1, brows: 1, forehead: 1 },
  irises: [1, 1],
};

/** The visibility of the face seen in a mirror. */
export function mirrorVisibility({ regions, irises }: FaceVisibility): FaceVisibility {
  return {
    regions: {
      ...regions,
      cheekLeft: regions.cheekRight,
      cheekRight: regions.cheekLeft,
      eyeLeft: regions.eyeRight,
      eyeRight: regions.eyeLeft,
    },
    irises: [irises[1], irises[0]],
  };
}
