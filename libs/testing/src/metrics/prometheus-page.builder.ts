export interface PrometheusPageValues {
  /** How long the page is to be at least; it ends with the family that reaches it. */
  readonly bytes: number;
}

/** Roughly what exporters of hosts write: many labels, escapes, large and small numbers, and numbers in other notation. */
const VALUES = ['0', '1', '42', '1.7170395136e+10', '0.03751', '-7.8', '9.8e-05', '3.105744e+06', '1.789434996e+09'];

/**
 * A page as a host exporter writes it: gauges, counters, summaries and histograms with help, type and several series
 * each. Every series stands once, and nothing is wrong with it.
 */
export function aPrometheusPage({ bytes }: PrometheusPageValues): string {
  const families: string[] = [];
  let length = 0;
  for (let index = 0; length < bytes; index += 1) {
    const family = aFamily(index);
    families.push(family);
    length += family.length;
  }
  return families.join('');
}

function aFamily(index: number): string {
  const name = `host_subsystem${index}`;
  switch (index % 4) {
    case 0:
      return `${header(`${name}_bytes`, 'gauge')}${series(index, (labels, value) => `${name}_bytes{${labels}} ${value}`)}`;
    case 1:
      return `${header(`${name}_total`, 'counter')}${series(index, (labels, value) => `${name}_total{${labels}} ${value}`)}`;
    case 2:
      return `${header(`${name}_seconds`, 'histogram')}${histogram(`${name}_seconds`, index)}`;
    default:
      return `${header(`${name}_load`, 'gauge')}${name}_load ${VALUES[index % VALUES.length] ?? '0'}\n`;
  }
}

function header(name: string, type: string): string {
  return `# HELP ${name} What the host says of ${name.replaceAll('_', ' ')}, read once per scrape.\n# TYPE ${name} ${type}\n`;
}

function series(index: number, line: (labels: string, value: string) => string): string {
  // One family in five has text that needs escapes, as the names of mounts and sensors do.
  const path = index % 5 === 0 ? 'C:\\\\data \\"old\\"' : `/sys/class/hwmon/hwmon${index}`;
  const lines = Array.from({ length: 6 }, (_, i) =>
    line(`cpu="${i}",device="nvme${index % 3}n1",path="${path}"`, VALUES[(index + i) % VALUES.length] ?? '0'),
  );
  return `${lines.join('\n')}\n`;
}

function histogram(name: string, index: number): string {
  const bounds = ['0.005', '0.1', '1', '2.5', '10', '+Inf'];
  const buckets = bounds.map((bound, i) => `${name}_bucket{handler="/api/v1",le="${bound}"} ${(index + 1) * (i + 1)}`);
  const count = (index + 1) * bounds.length;
  return `${buckets.join('\n')}\n${name}_sum{handler="/api/v1"} ${count * 0.75}\n${name}_count{handler="/api/v1"} ${count}\n`;
}
