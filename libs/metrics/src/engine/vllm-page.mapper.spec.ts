import { describe, expect, it } from '@jest/globals';
import { aVllmPage } from '@app/testing/metrics';
import { mapVllmPage } from './vllm-page.mapper.js';

const only = (text: string) => mapVllmPage(text).engines[0];

describe('mapVllmPage', () => {
  it('reads gauges, counters, histograms and configuration of a V1 page', () => {
    const engine = only(
      aVllmPage({
        model: 'm',
        running: 3,
        waiting: 5,
        waitingCapacity: 4,
        waitingDeferred: 1,
        kvCacheUsage: 0.25,
        preemptions: 2,
        promptTokens: 100,
        generationTokens: 50,
        succeeded: 7,
        prefixCacheQueries: 80,
        prefixCacheHits: 20,
        ttft: [[0.3, 4]],
      }),
    );

    expect(engine).toMatchObject({
      model: 'm',
      requestsRunning: 3,
      requestsWaiting: 5,
      requestsWaitingCapacity: 4,
      requestsWaitingDeferred: 1,
      kvCacheUsageRatio: 0.25,
      counters: {
        preemptions: 2,
        promptTokens: 100,
        generationTokens: 50,
        requestsSucceeded: 7,
        prefixCacheQueries: 80,
        prefixCacheHits: 20,
      },
      histograms: { ttft: { count: 4 } },
    });
    expect(engine?.histograms.ttft?.upperBounds.at(-1)).toBeNull();
    expect(engine?.config).toMatchObject({ block_size: '16', sliding_window: 'None' });
  });

  it('reads the names of V0', () => {
    const engine = only(
      [
        'vllm:num_requests_running{model_name="m"} 1',
        'vllm:gpu_cache_usage_perc{model_name="m"} 0.5',
        'vllm:gpu_prefix_cache_hit_rate{model_name="m"} 0.75',
        'vllm:time_per_output_token_seconds_bucket{model_name="m",le="+Inf"} 2',
        'vllm:time_per_output_token_seconds_count{model_name="m"} 2',
        'vllm:time_in_queue_requests_count{model_name="m"} 3',
      ].join('\n'),
    );

    expect(engine).toMatchObject({
      label: '',
      kvCacheUsageRatio: 0.5,
      prefixCacheHitRate: 0.75,
      requestsWaitingCapacity: null,
      histograms: { interTokenLatency: { count: 2 }, queueTime: { count: 3 } },
    });
  });

  it('takes the newer name where a page has both', () => {
    expect(only('vllm:gpu_cache_usage_perc 0.1\nvllm:kv_cache_usage_perc 0.9')?.kvCacheUsageRatio).toBe(0.9);
  });

  it.each(['vllm:prompt_tokens', 'vllm:prompt_tokens_total', 'ray_vllm:prompt_tokens_total', 'ray_vllm_prompt_tokens'])(
    'reads the counter %s',
    (name) => {
      expect(only(`${name}{model_name="m"} 12`)?.counters.promptTokens).toBe(12);
    },
  );

  it('does not take the histogram iteration_tokens_total or the _created series for counters', () => {
    const engine = only(
      'vllm:num_requests_running 1\nvllm:prompt_tokens_created 1.7e9\nvllm:iteration_tokens_total_count 4\n',
    );

    expect(engine?.counters.promptTokens).toBeNull();
  });

  it('keeps absent series null and zeros zero', () => {
    expect(only('vllm:num_requests_running 0\nvllm:kv_cache_usage_perc NaN')).toMatchObject({
      requestsRunning: 0,
      requestsWaiting: null,
      kvCacheUsageRatio: null,
      model: null,
      config: {},
      histograms: { ttft: null },
    });
  });

  it('gives one engine per label and shares a configuration that has none', () => {
    const page = mapVllmPage(
      'vllm:num_requests_running{engine="0"} 1\nvllm:num_requests_running{engine="1"} 2\nvllm:cache_config_info{block_size="32"} 1\n',
    );

    expect(page.engines.map(({ label, requestsRunning, config }) => [label, requestsRunning, config])).toEqual([
      ['0', 1, { block_size: '32' }],
      ['1', 2, { block_size: '32' }],
    ]);
  });

  it.each([
    ['sglang:num_running_reqs 1', 'an SGLang page'],
    ['DCGM_FI_DEV_GPU_UTIL{gpu="0"} 1', 'a dcgm-exporter page'],
    ['<!DOCTYPE html><html></html>', 'an HTML page'],
    ['', 'a page without any engine metrics'],
  ])('says what %j is instead', (text, description) => {
    expect(mapVllmPage(text)).toMatchObject({ engines: [], foreign: description });
  });

  it('reads what else an engine tells of its work', () => {
    const engine = only(
      aVllmPage({
        succeeded: 90,
        errored: 4,
        aborted: 6,
        externalCacheQueries: 300,
        externalCacheHits: 200,
        draftTokens: 50,
        acceptedDraftTokens: 20,
        admissionRejections: { queue_full: 3, timeout: 2 },
        http: { '2xx': 70, '4xx': 5, '5xx': 25 },
        sleepState: 'weights_offloaded',
        processStartSeconds: 1_789_000_000.5,
        decodeTime: [[3, 2]],
        iterationTokens: [[300, 7]],
        requestPromptTokens: [[40, 2]],
        requestGenerationTokens: [[9, 3]],
      }),
    );

    expect(engine).toMatchObject({
      sleepState: 'weights-offloaded',
      processStartSeconds: 1_789_000_000.5,
      lora: null,
      counters: {
        requestsSucceeded: 100,
        requestsErrored: 4,
        requestsAborted: 6,
        externalCacheQueries: 300,
        externalCacheHits: 200,
        draftTokens: 50,
        acceptedDraftTokens: 20,
        admissionRejections: 5,
        httpRequests: 100,
        httpServerErrors: 25,
      },
      histograms: {
        decodeTime: { count: 2, sum: 6 },
        iterationTokens: { count: 7, sum: 2100 },
        promptTokens: { count: 2, sum: 80 },
        generationTokens: { count: 3, sum: 27 },
      },
    });
  });

  it('takes the newest of the LoRA series, whose values are times', () => {
    const lora = [
      { atSeconds: 300, running: ['a', 'b'], waiting: ['c'], max: 2 },
      { atSeconds: 100, running: ['x'], max: 2 },
      { atSeconds: 200, max: 2 },
    ];

    expect(only(aVllmPage({ lora }))?.lora).toEqual({ maxAdapters: 2, runningAdapters: 2, waitingAdapters: 1 });
  });

  it('counts no server error as none where every answer is counted by its status', () => {
    expect(only(aVllmPage({ http: { '2xx': 10 } }))?.counters.httpServerErrors).toBe(0);
    expect(only(aVllmPage())?.counters.httpServerErrors).toBeNull();
  });

  it.each(['v1', 'v1-0.9', 'v0'] as const)('reads the same facts from the names of %s', (era) => {
    const engine = only(
      aVllmPage({
        era,
        running: 2,
        kvCacheUsage: 0.5,
        promptTokens: 12,
        interTokenLatency: [[0.03, 4]],
        queueTime: [[1, 1]],
      }),
    );

    expect(engine).toMatchObject({
      requestsRunning: 2,
      kvCacheUsageRatio: 0.5,
      counters: { promptTokens: 12 },
      histograms: { interTokenLatency: { count: 4 }, queueTime: { count: 1 } },
    });
  });

  it('has the ratio of V0 instead of counters, and none before the first query', () => {
    expect(only(aVllmPage({ era: 'v0', prefixCacheQueries: 100, prefixCacheHits: 25 }))).toMatchObject({
      prefixCacheHitRate: 0.25,
      counters: { prefixCacheQueries: null },
    });
    expect(only(aVllmPage({ era: 'v0' }))?.prefixCacheHitRate).toBeNull();
  });

  it.each(['ray_vllm:', 'ray_vllm_'] as const)('reads the names that Ray Serve writes: %s', (prefix) => {
    const engine = only(aVllmPage({ prefix, waiting: 3, generationTokens: 8, iterationTokens: [[5, 2]] }));

    expect(engine).toMatchObject({
      requestsWaiting: 3,
      counters: { generationTokens: 8 },
      histograms: { iterationTokens: { count: 2 } },
    });
  });

  it('takes a series that stands there twice, or with both spellings, for one', () => {
    expect(only(aVllmPage({ promptTokens: 7, ttft: [[0.3, 4]] }).repeat(2))).toMatchObject({
      counters: { promptTokens: 7 },
      histograms: { ttft: { count: 4 } },
    });
    expect(only('vllm:prompt_tokens 5\nvllm:prompt_tokens_total 5')?.counters.promptTokens).toBe(5);
  });

  it('gives series without the label to the only engine, and to none of several', () => {
    const unlabelled = 'vllm:num_requests_waiting 9\n';
    const running = (engine: string): string => `vllm:num_requests_running{engine="${engine}"} 1\n`;

    expect(mapVllmPage(running('0') + unlabelled).engines).toMatchObject([{ label: '0', requestsWaiting: 9 }]);
    expect(mapVllmPage(running('0') + running('1') + unlabelled).engines).toMatchObject([
      { label: '0', requestsWaiting: null },
      { label: '1', requestsWaiting: null },
    ]);
  });

  it.each([
    ['vllm:kv_cache_usage_perc 85', 'kvCacheUsageRatio'],
    ['vllm:kv_cache_usage_perc -1', 'kvCacheUsageRatio'],
  ] as const)('does not take %s for a share', (line, field) => {
    expect(only(line)?.[field]).toBeNull();
  });

  it('does not take a negative number for a count', () => {
    expect(only('vllm:prompt_tokens_total -5')?.counters.promptTokens).toBeNull();
  });

  it('knows an engine of which none of the series is known', () => {
    const page = mapVllmPage('# TYPE vllm:requests_active gauge\nvllm:requests_active{engine="0"} 1\n');

    expect(page).toMatchObject({ foreign: null, isUnknownVersion: true, engines: [{ requestsRunning: null }] });
  });

  it('bounds how many engines it takes from a page', () => {
    const lines = Array.from({ length: 300 }, (_, i) => `vllm:num_requests_running{engine="${i}"} 1`);
    const page = mapVllmPage(`${lines.join('\n')}\n`);

    expect(page.engines).toHaveLength(256);
    expect(page.problems).toEqual(['only the first 256 of 300 engines count']);
  });

  it('notices a source that calls itself simulated', () => {
    expect(mapVllmPage(aVllmPage({ simulated: true })).simulated).toBe(true);
    expect(mapVllmPage(aVllmPage()).simulated).toBe(false);
  });
});
