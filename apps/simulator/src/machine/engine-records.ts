import { Histogram } from './histogram.js';
import { ENGINE_HISTOGRAMS, type EngineHistogram, type EngineView } from './machine-view.js';
import type { EngineRequest } from './request.js';

/** Bucket bounds as vLLM defines them (`vllm/v1/metrics/loggers.py`). */
const FIRST_TOKEN = [
  0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160, 640, 2560,
];
const INTER_TOKEN = [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80];
const REQUEST = [0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680];
const ITERATION = [1, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16_384];

/** 1-2-5 steps up to the longest prompt, as vLLM's `build_1_2_5_buckets` makes them. */
function tokenBounds(maxModelLen: number): number[] {
  const bounds: number[] = [];
  for (let decade = 1; ; decade *= 10) {
    for (const step of [1, 2, 5]) {
      if (step * decade > maxModelLen) return bounds;
      bounds.push(step * decade);
    }
  }
}

function boundsOf(name: EngineHistogram, maxModelLen: number): readonly number[] {
  switch (name) {
    case 'ttft':
      return FIRST_TOKEN;
    case 'interTokenLatency':
    case 'timePerOutputToken':
      return INTER_TOKEN;
    case 'queueTime':
    case 'prefillTime':
    case 'decodeTime':
    case 'inferenceTime':
    case 'endToEnd':
      return REQUEST;
    case 'iterationTokens':
      return ITERATION;
    case 'requestPromptTokens':
    case 'requestGenerationTokens':
    case 'prefillComputedTokens':
      return tokenBounds(maxModelLen);
  }
}

export type EngineCounters = { -readonly [Name in keyof EngineView['counters']]: number };

const NO_COUNTS: EngineCounters = {
  preemptions: 0,
  promptTokens: 0,
  promptTokensFromLocalCache: 0,
  promptTokensFromExternalCache: 0,
  generationTokens: 0,
  succeeded: 0,
  stopped: 0,
  cutByLength: 0,
  errored: 0,
  aborted: 0,
  prefixCacheQueries: 0,
  prefixCacheHits: 0,
  externalCacheQueries: 0,
  externalCacheHits: 0,
};

/** Everything that an engine counts since its process started. */
export class EngineRecords {
  counters: EngineCounters = { ...NO_COUNTS };
  readonly histograms: Readonly<Record<EngineHistogram, Histogram>>;

  constructor(maxModelLen: number) {
    this.histograms = Object.fromEntries(
      ENGINE_HISTOGRAMS.map((name) => [name, new Histogram(boundsOf(name, maxModelLen))]),
    ) as Record<EngineHistogram, Histogram>;
  }

  /** A request ended at a time. */
  finished(request: EngineRequest, now: number): void {
    const { counters, histograms } = this;
    if (request.isAborted) {
      counters.aborted += 1;
      return;
    }
    counters.succeeded += 1;
    counters[request.isCutByLength ? 'cutByLength' : 'stopped'] += 1;
    const decode = now - request.firstTokenAt;
    histograms.queueTime.add(request.scheduledAt - request.queuedAt);
    histograms.prefillTime.add(request.firstTokenAt - request.scheduledAt);
    histograms.decodeTime.add(decode);
    histograms.inferenceTime.add(now - request.scheduledAt);
    histograms.endToEnd.add(now - request.arrivedAt);
    if (request.outputTokens > 1) histograms.timePerOutputToken.add(decode / (request.outputTokens - 1));
    histograms.requestPromptTokens.add(request.promptTokens);
    histograms.requestGenerationTokens.add(request.outputTokens);
    histograms.prefillComputedTokens.add(request.promptTokens - request.fromLocalCache - request.fromExternalCache);
  }

  /** As if the same had happened so many times. */
  scale(times: number): void {
    for (const name of Object.keys(this.counters) as (keyof EngineCounters)[]) this.counters[name] *= times;
    for (const histogram of Object.values(this.histograms)) histogram.scale(times);
  }

  reset(): void {
    this.counters = { ...NO_COUNTS };
    for (const histogram of Object.values(this.histograms)) histogram.reset();
  }

  view(): Pick<EngineView, 'counters' | 'histograms'> {
    return {
      counters: { ...this.counters },
      histograms: Object.fromEntries(ENGINE_HISTOGRAMS.map((name) => [name, this.histograms[name].view()])) as Record<
        EngineHistogram,
        ReturnType<Histogram['view']>
      >,
    };
  }
}
