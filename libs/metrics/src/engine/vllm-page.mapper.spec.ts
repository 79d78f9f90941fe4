import { describe, expect, it } from '@jest/globals';
import { aVllmPage } from '@app/testing';
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
    ['sglang:num_running_reqs 1', 'an SGLang page, which this version does not read'],
    ['DCGM_FI_DEV_GPU_UTIL{gpu="0"} 1', 'a dcgm-exporter page'],
    ['<!DOCTYPE html><html></html>', 'an HTML page'],
    ['', 'a page without any vLLM metrics'],
  ])('says what %j is instead', (text, description) => {
    expect(mapVllmPage(text)).toMatchObject({ engines: [], foreign: description });
  });

  it('notices a source that calls itself simulated', () => {
    expect(mapVllmPage(aVllmPage({ simulated: true })).simulated).toBe(true);
    expect(mapVllmPage(aVllmPage()).simulated).toBe(false);
  });
});
