import { type Engine, ENGINE_SLEEP_STATES, type EngineSleepState } from '@app/core';
import type { PrometheusSample } from '../prometheus/index.js';
import type { EngineNames } from './engine-names.js';
import { counterOf, highestOf, histogramOf, pick, type Series, sumOf } from './engine-series.js';

/** What one scrape says of one engine, before anything is compared with an earlier scrape. */
export interface EngineReading {
  readonly kind: Engine['kind'];
  /** What tells it from other engines of its page; empty where nothing does. */
  readonly label: string;
  readonly model: string | null;
  readonly requestsRunning: number | null;
  readonly requestsWaiting: number | null;
  readonly requestsWaitingCapacity: number | null;
  readonly requestsWaitingDeferred: number | null;
  readonly maxNumSeqs: number | null;
  readonly kvCacheUsageRatio: number | null;
  /** The ratio itself, where the engine gives that (vLLM V0, SGLang). */
  readonly prefixCacheHitRate: number | null;
  readonly sleepState: EngineSleepState | null;
  readonly lora: Engine['lora'];
  readonly config: Readonly<Record<string, string>>;
  readonly counters: Engine['counters'];
  readonly histograms: Engine['histograms'];
  readonly processStartSeconds: number | null;
}

/** The series of a page that are one engine's. */
export interface EngineOnPage {
  readonly label: string;
  readonly series: Series;
}

/** Reads one engine's series. What is not there is null. */
export function readEngine(
  { label, series }: EngineOnPage,
  names: EngineNames,
  processStartSeconds: number | null,
): EngineReading {
  const { gauges } = names;
  const waiting = pick(series, gauges.waitingByReason);
  const byReason = (reason: string): number | null =>
    sumOf(waiting.filter(({ labels }) => labels['reason'] === reason));
  return {
    kind: names.kind,
    label,
    model: modelOf(series),
    requestsRunning: sumOf(pick(series, gauges.requestsRunning)),
    requestsWaiting: sumOf(pick(series, gauges.requestsWaiting)),
    requestsWaitingCapacity: byReason('capacity'),
    requestsWaitingDeferred: byReason('deferred'),
    maxNumSeqs: sumOf(pick(series, gauges.maxNumSeqs)),
    kvCacheUsageRatio: ratioOf(highestOf(pick(series, gauges.kvCacheUsage))),
    prefixCacheHitRate: ratioOf(highestOf(pick(series, gauges.prefixCacheHitRate))),
    sleepState: sleepStateOf(pick(series, gauges.sleepState)),
    lora: loraOf(pick(series, gauges.lora)),
    config: configOf(pick(series, gauges.cacheConfig)),
    counters: mapValues(names.counters, (source) => counterOf(series, source)),
    histograms: mapValues(names.histograms, (each) => histogramOf(series, each)),
    processStartSeconds,
  };
}

/** Whether the series tell of an engine at work, not only of its configuration or of the HTTP server before it. */
export function hasLoad(series: Series, names: EngineNames): boolean {
  const beside = new Set([...names.gauges.cacheConfig, ...names.gauges.lora, ...Object.values(names.unprefixed)]);
  return [...series.keys()].some((name) => !beside.has(name));
}

function mapValues<K extends string, A, B>(record: Readonly<Record<K, A>>, map: (value: A) => B): Record<K, B> {
  return Object.fromEntries(Object.entries<A>(record).map(([key, value]) => [key, map(value)])) as Record<K, B>;
}

/** Null for what is no share: −1 stands for "nothing yet" in V0, and a percentage would be another quantity. */
function ratioOf(value: number | null): number | null {
  return value !== null && value >= 0 && value <= 1 ? value : null;
}

function modelOf(series: Series): string | null {
  for (const samples of series.values()) {
    const model = samples[0]?.labels['model_name'];
    if (model !== undefined && model !== '') return model;
  }
  return null;
}

/** Of the states one has the value 1. */
function sleepStateOf(samples: readonly PrometheusSample[]): EngineSleepState | null {
  const current = samples.find(({ value }) => value === 1)?.labels['sleep_state']?.replaceAll('_', '-');
  return ENGINE_SLEEP_STATES.find((state) => state === current) ?? null;
}

/** Each change of the adapters adds a series whose value is the time of the change: the newest one holds. */
function loraOf(samples: readonly PrometheusSample[]): Engine['lora'] {
  const timed = samples.filter(({ value }) => Number.isFinite(value));
  const [first] = timed;
  if (first === undefined) return null;
  const { labels } = timed.reduce((newest, each) => (each.value > newest.value ? each : newest), first);
  const count = (list: string | undefined): number =>
    (list ?? '').split(',').filter((name) => name.trim() !== '').length;
  const max = labels['max_lora'] ?? '';
  return {
    maxAdapters: /^\d{1,9}$/.test(max) ? Number(max) : null,
    runningAdapters: count(labels['running_lora_adapters']),
    waitingAdapters: count(labels['waiting_lora_adapters']),
  };
}

/** The texts as they stand, `None` included: that is what the engine says of itself. */
function configOf(samples: readonly PrometheusSample[]): Record<string, string> {
  return Object.fromEntries(Object.entries(samples[0]?.labels ?? {}).filter(([name]) => name !== 'engine'));
}
