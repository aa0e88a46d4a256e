/** Prometheus' text format, version 0.0.4: https://prometheus.io/docs/instrumenting/exposition_formats/ */
export const PROMETHEUS_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

export interface Sample {
  readonly value: number;
  /** Names are ours; values may come from anywhere. */
  readonly labels?: Readonly<Record<string, string>>;
}

export interface Metric {
  readonly name: string;
  /** One line. */
  readonly help: string;
  readonly type: 'counter' | 'gauge';
  readonly samples: readonly Sample[];
}

/** Code points; longer values are cut. A sentence and what to do about it fit in. */
const MAX_LABEL_LENGTH = 300;
/** Series of one metric; those beyond are left out. */
const MAX_SAMPLES = 16;

/** The metrics as Prometheus reads them; one without samples is left out. */
export function prometheusText(metrics: readonly Metric[]): string {
  return metrics
    .filter(({ samples }) => samples.length > 0)
    .flatMap(({ name, help, type, samples }) => [
      `# HELP ${name} ${help}`,
      `# TYPE ${name} ${type}`,
      ...samples.slice(0, MAX_SAMPLES).map(({ value, labels }) => `${name}${labelText(labels)} ${value}`),
    ])
    .map((line) => `${line}\n`)
    .join('');
}

function labelText(labels: Readonly<Record<string, string>> = {}): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length > 0 ? `{${pairs.join(',')}}` : '';
}

/** Cut before it is escaped, so that no escape is cut in two. Control characters that need no escape become spaces. */
function escaped(value: string): string {
  const whole = [...value.toWellFormed()];
  const cut = whole.length > MAX_LABEL_LENGTH ? `${whole.slice(0, MAX_LABEL_LENGTH - 1).join('')}…` : whole.join('');
  return cut
    .replace(/[^\P{Cc}\n]|[\u2028\u2029]/gu, ' ')
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('\n', '\\n');
}
