import type { Reenactment } from './clip-meter.ts';

/** A number of the mean over all clips that the product has to reach. */
export interface Floor {
  readonly name: string;
  readonly limit: number;
  readonly better: 'lower' | 'higher';
  value(result: Reenactment): number | null;
  /** What copying the portrait would give. */
  copy(result: Reenactment): number | null;
}

export const FLOORS: readonly Floor[] = [
  floor('face L1', 'lower', 0.03, 'face'),
  floor('mouth L1', 'lower', 0.047, 'mouth'),
  floor('whole L1', 'lower', 0.028, 'whole'),
  floor('landmarks', 'lower', 0.013, 'landmarks'),
  { name: 'mouth corr', better: 'higher', limit: 0.975, value: (result) => result.mouthCorrelation, copy: () => null },
  { name: 'lid corr', better: 'higher', limit: 0.92, value: (result) => result.lidCorrelation, copy: () => null },
];

function floor(
  name: string,
  better: Floor['better'],
  limit: number,
  part: 'face' | 'mouth' | 'whole' | 'landmarks',
): Floor {
  return { name, better, limit, value: (result) => result[part].ours, copy: (result) => result[part].copy };
}

/** Null where there is no number. */
export function isMet({ better, limit, value }: Floor, result: Reenactment): boolean | null {
  const reached = value(result);
  if (reached === null) return null;
  return better === 'lower' ? reached <= limit : reached >= limit;
}
