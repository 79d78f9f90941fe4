import type { HistogramView } from '../../machine/machine-view.js';

export type Labels = Readonly<Record<string, string>>;
/** Suffix of the family's name, labels, value. */
export type Row = readonly [suffix: string, labels: Labels, value: number];
export type FamilyType = 'counter' | 'gauge' | 'histogram' | 'summary' | 'untyped';

/** A metric family before it is written. */
export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: FamilyType;
  readonly rows: readonly Row[];
}

export type NumberText = (value: number) => string;

export function gauge(name: string, help: string, rows: readonly Row[]): Family {
  return { name, help, type: 'gauge', rows };
}

/** The name is written as given: exporters in Go end it in `_total` or not. */
export function counter(name: string, help: string, rows: readonly Row[]): Family {
  return { name, help, type: 'counter', rows };
}

/** As prometheus_client writes it: the counter under `…_total`, and a gauge with the time at which it began. */
export function pythonCounter(
  name: string,
  help: string,
  values: readonly (readonly [labels: Labels, value: number])[],
  createdSeconds: number,
): Family[] {
  return [
    counter(
      `${name}_total`,
      help,
      values.map(([labels, value]) => ['', labels, value]),
    ),
    gauge(
      `${name}_created`,
      help,
      values.map(([labels]) => ['', labels, createdSeconds]),
    ),
  ];
}

/** With `le` among the other labels in the order of the alphabet, and the gauge of its beginning, as prometheus_client does. */
export function pythonHistogram(
  name: string,
  help: string,
  labels: Labels,
  histogram: HistogramView,
  createdSeconds: number,
): Family[] {
  const names = Object.keys({ ...labels, le: '' }).sort();
  const bucket = (le: string, count: number): Row => {
    const own: Record<string, string> = {};
    for (const name of names) own[name] = name === 'le' ? le : (labels[name] ?? '');
    return ['_bucket', own, count];
  };
  const rows: Row[] = [
    ...histogram.bounds.map((bound, index) => bucket(pythonNumber(bound), histogram.counts[index] ?? 0)),
    bucket('+Inf', histogram.count),
    ['_count', labels, histogram.count],
    ['_sum', labels, histogram.sum],
  ];
  return [{ name, help, type: 'histogram', rows }, gauge(`${name}_created`, help, [['', labels, createdSeconds]])];
}

/** Marks a page as that of a simulation. */
export const SIMULATED_MARK: Family = gauge('simulated_source_info', 'The values of this page are simulated.', [
  ['', {}, 1],
]);

export function renderPage(families: readonly Family[], numberText: NumberText): string {
  const lines = families.flatMap(({ name, help, type, rows }) => [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} ${type}`,
    ...rows.map(([suffix, labels, value]) => `${name}${suffix}${labelText(labels)} ${numberText(value)}`),
  ]);
  return `${lines.join('\n')}\n`;
}

/** As prometheus_client writes a float: `1.0`, `0.5`, and from seven digits before the point on `1.7894e+09`. */
export function pythonNumber(value: number): string {
  const text = Number.isInteger(value) ? value.toFixed(1) : String(value);
  const point = text.indexOf('.');
  if (value <= 0 || point <= 6) return text;
  const mantissa = `${text[0]}.${text.slice(1, point)}${text.slice(point + 1)}`.replace(/[0.]+$/, '');
  return `${mantissa}e+0${point - 1}`;
}

/** As Go writes a float in its shortest form: with an exponent from 1e6 up, and below 1e-4. */
export function goNumber(value: number): string {
  const size = Math.abs(value);
  if (size === 0 || (size >= 1e-4 && size < 1e6)) return String(value);
  const [mantissa = '0', power = '0'] = value.toExponential().split('e');
  const sign = power.startsWith('-') ? '-' : '+';
  return `${mantissa}e${sign}${power.replace(/^[-+]/, '').padStart(2, '0')}`;
}

/**
 * Names as another version has them. `names` are without `_total`; a family and what is derived from it (`_created`) get the
 * new name.
 */
export function renamedFamilies(families: readonly Family[], names: Readonly<Record<string, string>>): Family[] {
  return families.map((family) => {
    const [, base = family.name, ending = ''] = /^(.*?)(_total|_created)?$/.exec(family.name) ?? [];
    const renamed = names[family.name] ?? (names[base] === undefined ? undefined : `${names[base]}${ending}`);
    return renamed === undefined ? family : { ...family, name: renamed };
  });
}

function labelText(labels: Labels): string {
  let text = '';
  // Pages have thousands of rows and are read every second, so no lists are made here.
  for (const name in labels) text += `${text === '' ? '' : ','}${name}="${escaped(labels[name] ?? '')}"`;
  return text === '' ? '' : `{${text}}`;
}

function escaped(text: string): string {
  return /[\\"\n]/.test(text) ? text.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n') : text;
}
