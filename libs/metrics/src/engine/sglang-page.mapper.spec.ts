import { describe, expect, it } from '@jest/globals';
import { anSglangPage } from '@app/testing/metrics';
import { mapSglangPage } from './sglang-page.mapper.js';

const only = (text: string) => mapSglangPage(text).engines[0];

describe('mapSglangPage', () => {
  it('reads gauges, counters and histograms', () => {
    const page = anSglangPage({
      model: 'm',
      running: 162,
      queued: 2826,
      tokenUsage: 0.28,
      cacheHitRate: 0.0075,
      retracted: 3,
      promptTokens: 1000,
      generationTokens: 500,
      cachedTokens: { device: 100, host: 20, storage_mooncake: 7 },
      requests: 40,
      aborted: 2,
      http: { '200': 38, '503': 2 },
      maxRunningRequests: 256,
      processStartSeconds: 1_789_000_000,
      ttft: [[0.3, 4]],
      interTokenLatency: [[0.03, 5]],
      queueTime: [[0.15, 6]],
      endToEnd: [[3, 7]],
      requestPromptTokens: [[250, 8]],
      requestGenerationTokens: [[90, 9]],
    });

    expect(mapSglangPage(page)).toMatchObject({ foreign: null, problems: [], isUnknownVersion: false });
    expect(mapSglangPage(page).engines).toHaveLength(1);
    expect(only(page)).toMatchObject({
      kind: 'sglang',
      label: '',
      model: 'm',
      requestsRunning: 162,
      requestsWaiting: 2826,
      requestsWaitingCapacity: null,
      kvCacheUsageRatio: 0.28,
      prefixCacheHitRate: 0.0075,
      maxNumSeqs: 256,
      processStartSeconds: 1_789_000_000,
      counters: {
        preemptions: 3,
        promptTokens: 1000,
        generationTokens: 500,
        requestsSucceeded: 40,
        requestsAborted: 2,
        requestsErrored: null,
        prefixCacheQueries: 1000,
        prefixCacheHits: 120,
        externalCacheHits: 7,
        httpRequests: 40,
        httpServerErrors: 2,
      },
      histograms: {
        ttft: { count: 4 },
        interTokenLatency: { count: 5 },
        queueTime: { count: 6 },
        endToEnd: { count: 7 },
        promptTokens: { count: 8 },
        generationTokens: { count: 9 },
        prefillTime: null,
      },
    });
  });

  it('does not add the tensor-parallel ranks together', () => {
    const page = anSglangPage({ tpRanks: 8, running: 5, queued: 2, retracted: 3, queueTime: [[1, 10]] });

    expect(only(page)).toMatchObject({
      requestsRunning: 5,
      requestsWaiting: 2,
      counters: { preemptions: 3 },
      histograms: { queueTime: { count: 10 } },
    });
  });

  it('adds data-parallel ranks behind one tokenizer, with the highest of their usages', () => {
    const dpRanks = [
      { running: 5, queued: 1, tokenUsage: 0.3 },
      { running: 7, queued: 2, tokenUsage: 0.9 },
    ];
    const page = mapSglangPage(anSglangPage({ dpRanks, tpRanks: 2, promptTokens: 10 }));

    expect(page.engines).toMatchObject([
      { label: '', requestsRunning: 12, requestsWaiting: 3, kvCacheUsageRatio: 0.9, counters: { promptTokens: 10 } },
    ]);
  });

  it('takes data-parallel ranks for engines where nothing is counted for all of them', () => {
    const rank = (dp: number, running: number): string =>
      `sglang:num_running_reqs{model_name="m",dp_rank="${dp}",tp_rank="0"} ${running}`;

    expect(mapSglangPage([rank(0, 5), rank(1, 7)].join('\n')).engines).toMatchObject([
      { label: '0', requestsRunning: 5 },
      { label: '1', requestsRunning: 7 },
    ]);
  });

  it('takes the total of a queue that is counted by priority too', () => {
    expect(only(anSglangPage({ queued: 9, byPriority: { '0': 4, '10': 5 } }))?.requestsWaiting).toBe(9);
  });

  it('does not take the gauge of retracted requests for a counter', () => {
    expect(only('sglang:num_running_reqs 1\nsglang:num_retracted_reqs 4')?.counters.preemptions).toBeNull();
  });

  it('takes cached tokens that are not told apart by source', () => {
    expect(only(anSglangPage({ cachedTokens: 30 }))?.counters).toMatchObject({
      prefixCacheHits: 30,
      externalCacheHits: null,
    });
    expect(only('sglang:cached_tokens_total{model_name="m"} 30')?.counters.prefixCacheHits).toBe(30);
  });

  it('reads names with an underscore for the colon, and older ones', () => {
    expect(only(anSglangPage({ prefix: 'sglang_', running: 4 }))?.requestsRunning).toBe(4);
    expect(only('sglang:time_per_output_token_seconds_count 3')?.histograms.interTokenLatency?.count).toBe(3);
  });

  it('knows an engine of which none of the series is known', () => {
    expect(mapSglangPage('sglang:requests_active 1\n')).toMatchObject({ foreign: null, isUnknownVersion: true });
  });

  it('says what another page is', () => {
    expect(mapSglangPage('vllm:num_requests_running 1').foreign).toBe('a vLLM page');
  });
});
