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
  const rows: [string, Reenactment][] = [...Object.entries(result.clips), ['mean', result.mean]];
  const nameWidth = Math.max(...rows.map(([name]) => name.length));
  const heading = ['', ...FLOORS.map(({ name }) => name), 'pose °'];
  const body = rows.map(([name, row]) => [
    name,
    ...FLOORS.map((floor) => cell(floor, row)),
    fixed(row.pose.totalDeg, 2),
  ]);
  const floors = ['floor', ...FLOORS.map(({ better, limit }) => `${better === 'lower' ? '≤' : '≥'} ${limit}`), ''];
  const met = ['', ...FLOORS.map((floor) => verdict(floor, result.mean)), ''];
  const lines = [heading, ...body, floors, met].map(([name, ...cells]) =>
    [name.padEnd(nameWidth), ...cells.map((text, i) => text.padStart(i < 4 ? 15 : 11))].join(' ').trimEnd(),
  );
  const sampled = result.every > 1 ? `, every ${result.every}th frame` : '';
  return `Pack ${result.pack}${sampled}; in brackets what copying the portrait gives\n\n${lines.join('\n')}\n`;
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
