import type { Reenactment } from './clip-meter.ts';
import { FLOORS, type Floor, isMet } from './floors.ts';
import type { QualityResult } from './run-quality.ts';

/** One line of JSON, numbers to the fifth place: further ones say nothing. Floors are named with what was reached. */
export function formatJson(result: QualityResult): string {
  const floors = FLOORS.map((floor) => {
    const { name, better, limit, value } = floor;
    return { name, better, limit, reached: value(result.mean), met: isMet(floor, result.mean) };
  });
  const rounded = (_key: string, value: unknown) => (typeof value === 'number' ? Math.round(value * 1e5) / 1e5 : value);
  return `${JSON.stringify({ ...result, floors }, rounded)}\n`;
}

/** Tables for people. */
export function formatTables(result: QualityResult): string {
  const sampled = result.every > 1 ? `, one frame in ${result.every}` : '';
  const paragraphs = [
    `Pack ${result.pack}${sampled}; in brackets what copying the portrait gives`,
    reenactmentTable(result),
    remarks(result).join('\n'),
  ];
  return `${paragraphs.filter(Boolean).join('\n\n')}\n`;
}

function reenactmentTable({ clips, mean }: QualityResult): string {
  const rows: [string, Reenactment][] = [...Object.entries(clips), ['mean', mean]];
  const nameWidth = Math.max(...rows.map(([name]) => name.length));
  const heading = ['', ...FLOORS.map(({ name }) => name), 'pose °'];
  const body = rows.map(([name, row]) => [
    name,
    ...FLOORS.map((floor) => cell(floor, row)),
    fixed(row.pose.totalDeg, 2),
  ]);
  const floors = ['floor', ...FLOORS.map(({ better, limit }) => `${better === 'lower' ? '≤' : '≥'} ${limit}`), ''];
  const met = ['', ...FLOORS.map((floor) => verdict(floor, mean)), ''];
  return [heading, ...body, floors, met]
    .map(([name, ...cells]) => {
      const columns = cells.map((text, i) => text.padStart(FLOORS[i]?.copy(mean) == null ? 11 : 15));
      return [name.padEnd(nameWidth), ...columns].join(' ').trimEnd();
    })
    .join('\n');
}

function remarks({ clips, mean, identity, skipped, sheets }: QualityResult): string[] {
  const lines: string[] = [];
  const { landmarks, pixels } = mean.jitter;
  if (pixels.ours !== null) {
    lines.push(
      `Still driver: landmarks move ${fixed(landmarks.ours, 5)} a frame (the camera's ${fixed(landmarks.camera, 5)}), ` +
        `pixels ${fixed(pixels.ours, 5)} (${fixed(pixels.camera, 5)})`,
    );
  }
  if (identity) {
    lines.push(
      `Identity, driven by others: clips ${fixed(identity.clips, 3)} (worst frame ${fixed(identity.worstClipFrame, 3)}), ` +
        `gallery ${fixed(identity.gallery, 3)} (${fixed(identity.worstGalleryFrame, 3)}); ` +
        `one person's own frames ${fixed(identity.samePerson, 3)}, two people ${fixed(identity.differentPeople, 3)}`,
    );
  }
  for (const [name, clip] of Object.entries(clips)) {
    if (clip.mouthCorrelation === null) lines.push(`${name}: the mouth hardly moves; no correlation`);
    if (clip.lidCorrelation === null) lines.push(`${name}: the lids hardly move; no correlation`);
    if (clip.framesWithoutFace > 0) lines.push(`${name}: ${clip.framesWithoutFace} frames show no face to compare`);
    if (clip.framesOursWithoutFace > 0) {
      lines.push(`${name}: in ${clip.framesOursWithoutFace} of our frames the tracker finds no face`);
    }
  }
  for (const [name, reason] of Object.entries(skipped)) lines.push(`${name} ${reason}; it is left out`);
  if (sheets) lines.push(`Contact sheets (the camera's frames, ours, 4 × their difference): ${sheets}`);
  return lines;
}

function cell(floor: Floor, row: Reenactment): string {
  const copy = floor.copy(row);
  return fixed(floor.value(row), 4) + (copy === null ? '' : ` (${fixed(copy, 3)})`);
}

function verdict(floor: Floor, mean: Reenactment): string {
  const met = isMet(floor, mean);
  return met === null ? '–' : met ? 'met' : 'not met';
}

function fixed(value: number | null, digits: number): string {
  return value === null ? '–' : value.toFixed(digits);
}
