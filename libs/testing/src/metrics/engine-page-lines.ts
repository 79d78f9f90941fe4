export type Labels = Readonly<Record<string, string>>;
export type LabelledValue = readonly [labels: Labels, value: number];

/** How many observations of which size since the engine started. */
export type Observations = readonly (readonly [value: number, times: number])[];

/** A metric family before it is written: rows are the suffix of the name, the labels and the value. */
export interface Family {
  readonly name: string;
  readonly type: 'gauge' | 'counter' | 'histogram';
  readonly rows: readonly (readonly [suffix: string, labels: Labels, value: number])[];
}

export function gauge(name: string, values: readonly LabelledValue[]): Family {
  return { name, type: 'gauge', rows: values.map(([labels, value]) => ['', labels, value]) };
}

/** As prometheus_client writes it: with `_total`, and a `_created` series that is a time and no count. */
export function counter(name: string, values: readonly LabelledValue[], createdSeconds = 1_789_435_087.5): Family {
  return {
    name,
    type: 'counter',
    rows: [
      ...values.map(([labels, value]) => ['_total', labels, value] as const),
      ...values.map(([labels]) => ['_created', labels, createdSeconds] as const),
    ],
  };
}

export function histogram(
  name: string,
  bounds: readonly number[],
  series: readonly (readonly [labels: Labels, observations: Observations])[],
): Family {
  return {
    name,
    type: 'histogram',
    rows: series.flatMap(([labels, observations]) => {
      const upTo = (bound: number): number =>
        observations.reduce((count, [value, times]) => (value <= bound ? count + times : count), 0);
      const sum = observations.reduce((total, [value, times]) => total + value * times, 0);
      return [
        ...bounds.map((bound) => ['_bucket', { ...labels, le: numberText(bound) }, upTo(bound)] as const),
        ['_bucket', { ...labels, le: '+Inf' }, upTo(Infinity)] as const,
        ['_count', labels, upTo(Infinity)] as const,
        ['_sum', labels, sum] as const,
      ];
    }),
  };
}

/** The lines of a family, all names with the prefix. */
export function linesOf({ name, type, rows }: Family, prefix: string): string[] {
  const announced = `${prefix}${name}${type === 'counter' ? '_total' : ''}`;
  return [
    `# HELP ${announced} As the engine describes it.`,
    `# TYPE ${announced} ${type}`,
    ...rows.map(([suffix, labels, value]) => `${prefix}${name}${suffix}${labelText(labels)} ${numberText(value)}`),
  ];
}

/** Python writes whole floats with a decimal point. */
export function numberText(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

function labelText(labels: Labels): string {
  const escaped = (text: string): string => text.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n');
  // In the order in which Python's prometheus_client writes them.
  const sorted = Object.entries(labels).sort(([one], [other]) => (one < other ? -1 : 1));
  const pairs = sorted.map(([label, text]) => `${label}="${escaped(text)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}
