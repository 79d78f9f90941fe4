import type { EngineView, HistogramView } from '../../machine/machine-view.js';
import { type Family, gauge, type Labels, pythonCounter, pythonHistogram } from '../prometheus/families.js';

/** Requests that the HTTP server answered, by the paths that vLLM has it count. */
export interface HttpCounts {
  readonly models: number;
}

const CHAT = '/v1/chat/completions';
const MODELS = '/v1/models';
/** Bytes of a listing of the models, and of an answer for each of its tokens (estimates). */
const MODELS_BYTES = 463;
const BYTES_PER_TOKEN = 160;
const BYTES_PER_PROMPT_TOKEN = 4;
/** Seconds of a listing of the models. */
const MODELS_SECONDS = 0.0005;
const HIGHR = [0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 7.5, 10, 30, 60];
const LOWR = [0.1, 0.5, 1];

/** What prometheus-fastapi-instrumentator counts in front of the engine. */
export function httpFamilies(engine: EngineView, { models }: HttpCounts): Family[] {
  const { counters, histograms } = engine;
  const createdSeconds = engine.startedAtMs / 1000;
  const answered = counters.succeeded + counters.aborted;
  const requests = [
    ...(models === 0 ? [] : [[{ handler: MODELS, method: 'GET', status: '2xx' }, models] as const]),
    [{ handler: CHAT, method: 'POST', status: '2xx' }, answered] as const,
    ...(counters.errored === 0 ? [] : [[{ handler: CHAT, method: 'POST', status: '5xx' }, counters.errored] as const]),
  ];
  const all = withModels(rebounded(histograms.endToEnd, HIGHR), models);
  const ignored = 'Only value of header is respected. Otherwise ignored. No percentile calculated. ';
  return [
    ...pythonCounter(
      'http_requests',
      'Total number of requests by method, status and handler.',
      requests,
      createdSeconds,
    ),
    ...summary(
      'http_request_size_bytes',
      `Content length of incoming requests by handler. ${ignored}`,
      createdSeconds,
      [
        [MODELS, models, 0],
        [CHAT, answered, histograms.requestPromptTokens.sum * BYTES_PER_PROMPT_TOKEN],
      ],
    ),
    ...summary(
      'http_response_size_bytes',
      `Content length of outgoing responses by handler. ${ignored}`,
      createdSeconds,
      [
        [MODELS, models, models * MODELS_BYTES],
        [CHAT, answered, counters.generationTokens * BYTES_PER_TOKEN],
      ],
    ),
    ...pythonHistogram(
      'http_request_duration_highr_seconds',
      'Latency with many buckets but no API specific labels. Made for more accurate percentile calculations. ',
      {},
      all,
      createdSeconds,
    ),
    ...pythonHistogram(
      'http_request_duration_seconds',
      'Latency with only few buckets by handler. Made to be only used if aggregation by handler is important. ',
      { handler: CHAT, method: 'POST' },
      rebounded(histograms.endToEnd, LOWR),
      createdSeconds,
    ),
  ];
}

type HandlerSize = readonly [handler: string, count: number, bytes: number];

function summary(name: string, help: string, createdSeconds: number, sizes: readonly HandlerSize[]): Family[] {
  const seen = sizes.filter(([, count]) => count > 0);
  const labels = (handler: string): Labels => ({ handler });
  return [
    {
      name,
      help,
      type: 'summary',
      rows: seen.flatMap(([handler, count, bytes]) => [
        ['_count', labels(handler), count] as const,
        ['_sum', labels(handler), bytes] as const,
      ]),
    },
    gauge(
      `${name}_created`,
      help,
      seen.map(([handler]) => ['', labels(handler), createdSeconds]),
    ),
  ];
}

/** The same observations in other buckets: those up to the next lower bound that is known are certain. */
function rebounded({ bounds, counts, sum, count }: HistogramView, wanted: readonly number[]): HistogramView {
  const upTo = (bound: number): number => {
    const known = bounds.filter((each) => each <= bound).length;
    return known === 0 ? 0 : (counts[known - 1] ?? 0);
  };
  return { bounds: wanted, counts: wanted.map(upTo), sum, count };
}

/** With the listings of the models, all of them faster than the first bound. */
function withModels({ bounds, counts, sum, count }: HistogramView, models: number): HistogramView {
  return {
    bounds,
    counts: counts.map((each) => each + models),
    sum: sum + models * MODELS_SECONDS,
    count: count + models,
  };
}
