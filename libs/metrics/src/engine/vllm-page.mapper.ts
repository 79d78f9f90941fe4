import type { Engine, HistogramReading } from '@app/core';
import { parsePrometheusText, toNumber, type PrometheusSample } from '../prometheus/index.js';
import {
  canonicalVllmName,
  describeForeignPage,
  isReadFromVllmPage,
  PROCESS_START_SERIES,
  SIMULATED_SERIES,
  VLLM_COUNTERS,
  VLLM_GAUGES,
  VLLM_HISTOGRAMS,
} from './vllm-names.js';

/** What one scrape says of one engine, before anything is compared with an earlier scrape. */
export interface EngineReading {
  /** Value of the label `engine`; empty where the series have none. */
  readonly label: string;
  readonly model: string | null;
  readonly requestsRunning: number | null;
  readonly requestsWaiting: number | null;
  readonly requestsWaitingCapacity: number | null;
  readonly requestsWaitingDeferred: number | null;
  readonly kvCacheUsageRatio: number | null;
  /** V0 gives the ratio itself. */
  readonly prefixCacheHitRate: number | null;
  readonly config: Readonly<Record<string, string>>;
  readonly counters: Engine['counters'];
  readonly histograms: Engine['histograms'];
  readonly processStartSeconds: number | null;
}

export interface VllmPage {
  readonly engines: readonly EngineReading[];
  readonly simulated: boolean;
  readonly problems: readonly string[];
  /** Why there is no engine on the page; null when there is one. */
  readonly foreign: string | null;
}

type Series = ReadonlyMap<string, readonly PrometheusSample[]>;

/** Reads a vLLM `/metrics` page of any version; one reading per data-parallel engine on it. */
export function mapVllmPage(text: string): VllmPage {
  const { samples, problems } = parsePrometheusText(text, { keep: isReadFromVllmPage });
  const byEngine = new Map<string, Map<string, PrometheusSample[]>>();
  for (const sample of samples) {
    const name = canonicalVllmName(sample.name);
    if (name !== null) addTo(byEngine, sample.labels['engine'] ?? '', name, sample);
  }
  const shared = byEngine.get('');
  // Older pages give the label to all series but the configuration: that one then holds for every engine.
  if (shared !== undefined && byEngine.size > 1 && !hasLoad(shared)) byEngine.delete('');
  const starts = samples.filter(({ name }) => name === PROCESS_START_SERIES).map(({ value }) => value);
  const processStartSeconds = starts.length === 1 ? finite(starts[0]) : null;
  const engines = [...byEngine]
    .filter(([, series]) => hasLoad(series))
    .map(([label, series]) => readEngine(label, withShared(series, shared), processStartSeconds));
  return {
    engines,
    simulated: samples.some(({ name, value }) => name === SIMULATED_SERIES && value === 1),
    problems,
    foreign: engines.length === 0 ? describeForeignPage(text) : null,
  };
}

function addTo(
  byEngine: Map<string, Map<string, PrometheusSample[]>>,
  label: string,
  name: string,
  sample: PrometheusSample,
): void {
  const series = byEngine.get(label) ?? new Map<string, PrometheusSample[]>();
  byEngine.set(label, series);
  const sameName = series.get(name);
  if (sameName === undefined) series.set(name, [sample]);
  else sameName.push(sample);
}

/** Whether the series tell of an engine at work, not only of its configuration. */
function hasLoad(series: Series): boolean {
  return [...series.keys()].some((name) => !(VLLM_GAUGES.cacheConfig as readonly string[]).includes(name));
}

function withShared(series: Series, shared: Series | undefined): Series {
  const [name] = VLLM_GAUGES.cacheConfig;
  const config = shared?.get(name);
  return config === undefined || series.has(name) ? series : new Map([...series, [name, config]]);
}

function readEngine(label: string, series: Series, processStartSeconds: number | null): EngineReading {
  const gauge = (names: readonly string[]): number | null => sumOf(pick(series, names));
  const counter = (names: readonly string[]): number | null => sumOf(pick(series, names));
  const histogram = (names: readonly string[]): HistogramReading | null => readHistogram(series, names);
  const byReason = (reason: string): number | null =>
    sumOf(pick(series, VLLM_GAUGES.waitingByReason).filter(({ labels }) => labels['reason'] === reason));
  const hitRate = gauge(VLLM_GAUGES.prefixCacheHitRate);
  return {
    label,
    model: modelOf(series),
    requestsRunning: gauge(VLLM_GAUGES.requestsRunning),
    requestsWaiting: gauge(VLLM_GAUGES.requestsWaiting),
    requestsWaitingCapacity: byReason('capacity'),
    requestsWaitingDeferred: byReason('deferred'),
    kvCacheUsageRatio: highestOf(pick(series, VLLM_GAUGES.kvCacheUsage)),
    prefixCacheHitRate: hitRate !== null && hitRate >= 0 ? hitRate : null,
    config: configOf(pick(series, VLLM_GAUGES.cacheConfig)),
    counters: {
      preemptions: counter(VLLM_COUNTERS.preemptions),
      promptTokens: counter(VLLM_COUNTERS.promptTokens),
      generationTokens: counter(VLLM_COUNTERS.generationTokens),
      requestsSucceeded: counter(VLLM_COUNTERS.requestsSucceeded),
      prefixCacheQueries: counter(VLLM_COUNTERS.prefixCacheQueries),
      prefixCacheHits: counter(VLLM_COUNTERS.prefixCacheHits),
    },
    histograms: {
      ttft: histogram(VLLM_HISTOGRAMS.ttft),
      interTokenLatency: histogram(VLLM_HISTOGRAMS.interTokenLatency),
      queueTime: histogram(VLLM_HISTOGRAMS.queueTime),
      prefillTime: histogram(VLLM_HISTOGRAMS.prefillTime),
      endToEnd: histogram(VLLM_HISTOGRAMS.endToEnd),
    },
    processStartSeconds,
  };
}

function pick(series: Series, names: readonly string[]): readonly PrometheusSample[] {
  const name = names.find((candidate) => series.has(candidate));
  return name === undefined ? [] : (series.get(name) ?? []);
}

/** Over the series that differ in other labels (`finished_reason`); null when there are none or one is no number. */
function sumOf(samples: readonly PrometheusSample[]): number | null {
  if (samples.length === 0) return null;
  return finite(samples.reduce((sum, { value }) => sum + value, 0));
}

function highestOf(samples: readonly PrometheusSample[]): number | null {
  return samples.length === 0 ? null : finite(Math.max(...samples.map(({ value }) => value)));
}

function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}

function modelOf(series: Series): string | null {
  for (const samples of series.values()) {
    const model = samples[0]?.labels['model_name'];
    if (model !== undefined && model !== '') return model;
  }
  return null;
}

/** The texts as they stand, `None` included: that is what the engine says of itself. */
function configOf(samples: readonly PrometheusSample[]): Record<string, string> {
  return Object.fromEntries(Object.entries(samples[0]?.labels ?? {}).filter(([name]) => name !== 'engine'));
}

function readHistogram(series: Series, names: readonly string[]): HistogramReading | null {
  const name = names.find((candidate) => series.has(`${candidate}_count`) || series.has(`${candidate}_bucket`));
  if (name === undefined) return null;
  const sum = sumOf(series.get(`${name}_sum`) ?? []);
  const count = sumOf(series.get(`${name}_count`) ?? []);
  const byBound = new Map<number, number>();
  for (const { labels, value } of series.get(`${name}_bucket`) ?? []) {
    const bound = toNumber(labels['le'] ?? '');
    if (Number.isNaN(bound) || !Number.isFinite(value)) return null;
    byBound.set(bound, (byBound.get(bound) ?? 0) + value);
  }
  if (!byBound.has(Number.POSITIVE_INFINITY) && count !== null) byBound.set(Number.POSITIVE_INFINITY, count);
  const buckets = [...byBound].sort(([a], [b]) => a - b);
  return {
    upperBounds: buckets.map(([bound]) => finite(bound)),
    cumulativeCounts: buckets.map(([, total]) => total),
    sum,
    count: count ?? byBound.get(Number.POSITIVE_INFINITY) ?? null,
  };
}
