import { Counter, Gauge, type Histogram, Registry } from 'prom-client';
import { METRIC_FAMILIES, METRIC_PREFIX, type MetricFamily, type MetricFamilyKey } from './metric-families.js';
import type { PageSample } from './page-samples.js';

export const PAGE_CONTENT_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

/**
 * The page as Prometheus text. Its registry is made anew each time, so that a finding that is over leaves no series
 * behind; only the histograms, which grow from run to run, outlive a page.
 */
export async function renderPage(samples: readonly PageSample[], histograms: readonly Histogram[]): Promise<string> {
  const registry = new Registry();
  for (const key of Object.keys(METRIC_FAMILIES) as MetricFamilyKey[]) {
    const ofFamily = samples.filter(({ family }) => family === key);
    // Without labels the library would show a 0 for what has no value.
    if (ofFamily.length > 0) addFamily(registry, METRIC_FAMILIES[key], ofFamily);
  }
  for (const histogram of histograms) registry.registerMetric(histogram);
  return registry.metrics();
}

function addFamily(registry: Registry, family: MetricFamily, samples: readonly PageSample[]): void {
  const configuration = {
    name: `${METRIC_PREFIX}${family.name}`,
    help: family.help,
    labelNames: [...family.labels],
    registers: [registry],
  };
  if (family.type === 'counter') {
    const counter = new Counter(configuration);
    for (const { labels, value } of samples) counter.inc(labels, value);
  } else {
    const gauge = new Gauge(configuration);
    for (const { labels, value } of samples) gauge.set(labels, value);
  }
}
