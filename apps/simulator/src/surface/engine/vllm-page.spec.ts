import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { LmcacheTracker, mapVllmPage } from '@app/metrics';
import { aCacheView, anEngineView, aHistogram } from '../machine-view.builder.js';
import { vllmPage } from './vllm-page.js';

const CAPTURE = join(process.env['CAPTURES_DIR'] ?? '', 'vllm/vllm-v1-idle-2026-09.prom');
const hasCapture = process.env['CAPTURES_DIR'] !== undefined && existsSync(CAPTURE);
const http = { models: 27 };
const page = (overrides: Parameters<typeof anEngineView>[0] = {}, renames = {}): string =>
  vllmPage({ engine: anEngineView(overrides), cache: null, http }, renames);

describe("an engine's page", () => {
  it('gives the agent the load, the tokens and the requests of the engine', () => {
    const { engines, simulated, problems } = mapVllmPage(page());
    expect({ simulated, problems }).toEqual({ simulated: true, problems: [] });
    expect(engines).toMatchObject([
      {
        kind: 'vllm',
        model: 'meta-llama/Llama-3.1-8B-Instruct',
        requestsRunning: 37,
        requestsWaiting: 5,
        requestsWaitingCapacity: 5,
        requestsWaitingDeferred: 0,
        kvCacheUsageRatio: 0.625,
        sleepState: 'awake',
        processStartSeconds: Date.UTC(2026, 2, 1, 6) / 1000,
        config: { block_size: '16', num_gpu_blocks: '30000', gpu_memory_utilization: '0.9' },
        counters: {
          preemptions: 11,
          promptTokens: 5_000_000,
          generationTokens: 900_000,
          requestsSucceeded: 4010,
          requestsErrored: 7,
          requestsAborted: 3,
          prefixCacheQueries: 5_100_000,
          prefixCacheHits: 1_210_000,
          externalCacheQueries: 3_890_000,
          externalCacheHits: 310_000,
          httpServerErrors: 7,
        },
      },
    ]);
  });

  it.each([
    ['ttft', 1.5],
    ['interTokenLatency', 2.5],
    ['queueTime', 3.5],
    ['prefillTime', 4.5],
    ['decodeTime', 5.5],
    ['endToEnd', 7.5],
    ['iterationTokens', 90],
    ['promptTokens', 91],
    ['generationTokens', 92],
  ] as const)('gives back the histogram %s', (name, sum) => {
    const bounds = sum < 90 ? [0.01, 0.1, 1] : [1, 10, 100, 1000];
    const { counts, count } = aHistogram(bounds, sum);
    expect(mapVllmPage(page()).engines[0]?.histograms[name]).toEqual({
      upperBounds: [...bounds, null],
      cumulativeCounts: [...counts, count],
      sum,
      count,
    });
  });

  it('tells that an engine sleeps', () => {
    expect(mapVllmPage(page({ isAsleep: true, sleepLevel: 1 })).engines[0]?.sleepState).toBe('weights-offloaded');
  });

  it('can have the names of another version, under which the agent finds less', () => {
    const text = page({}, { 'vllm:kv_cache_usage_perc': 'vllm:kv_usage', 'vllm:prompt_tokens': 'vllm:prefill_tokens' });
    expect(text).toContain('\nvllm:prefill_tokens_total{');
    const [engine] = mapVllmPage(text).engines;
    expect(engine?.kvCacheUsageRatio).toBeNull();
    expect(engine?.counters.promptTokens).toBeNull();
  });

  it('may tell of the cache inside the engine', () => {
    const cache = { cache: aCacheView(), remoteGets: aHistogram([1, 10, 100], 900) };
    const text = vllmPage({ engine: anEngineView(), cache, http });
    const { caches, problems } = new LmcacheTracker().read({ url: 'http://engine', engineId: 'a', text, atMs: 0 });
    expect(problems).toEqual([]);
    expect(caches).toMatchObject([
      {
        mode: 'in-process',
        healthy: true,
        remoteLatencySeconds: 0.004,
        remotePingErrorCode: 0,
        counters: {
          lookupTokens: 3_890_000,
          hitTokens: 320_000,
          storedTokens: 2_000_000,
          retrieveRequests: 900,
          evictions: 17,
          remoteReads: 50,
          slowRetrievals: 2,
        },
        histograms: {
          retrieveTime: { sum: 0.75 },
          retrieveSpeed: { sum: 5000 },
          remoteGetTime: { sum: 0.9, count: 8 },
        },
      },
    ]);
  });

  it('tells of a remote tier that cannot be reached', () => {
    const lost = aCacheView({ isHealthy: false, remotePingSeconds: 5 });
    const text = vllmPage({ engine: anEngineView(), cache: { cache: lost, remoteGets: aHistogram([1], 1) }, http });
    const { caches } = new LmcacheTracker().read({ url: 'http://engine', engineId: 'a', text, atMs: 0 });
    expect(caches).toMatchObject([{ healthy: false, remotePingErrorCode: -1 }]);
  });
});

(hasCapture ? describe : describe.skip)('beside the page of a real engine (skipped without CAPTURES_DIR)', () => {
  const real = hasCapture ? readFileSync(CAPTURE, 'utf8') : '';
  const announced = (text: string): string[] => text.split('\n').filter((line) => line.startsWith('#'));

  it('announces the same families with the same words and types in the same order', () => {
    expect(announced(page()).slice(0, -2)).toEqual(announced(real));
  });

  it('gives the series of the engine the same labels', () => {
    const labelled = (text: string): string[] => [
      ...new Set(
        text
          .split('\n')
          .filter((line) => /^(vllm|process|python)/.test(line) && !line.includes('le="'))
          .map((line) => line.replace(/ \S+$/, '').replace(/="[^"]*"/g, '=""')),
      ),
    ];
    expect(labelled(page())).toEqual(labelled(real));
  });
});
