import type { WorldEngine } from './engine-state.js';
import type { BundlePage } from './bundle.js';
import { anSglangPage, aVllmPage, type VllmPageValues } from './writers.js';

/** What asking an engine gives: its page, its health, its version. `extra` are series of others on its page; `originMs` is second 0. */
export function enginePages(
  engine: WorldEngine,
  { originMs, extra }: { readonly originMs: number; readonly extra: string },
): BundlePage[] {
  const { url, availability } = engine;
  const pages = (status: number): BundlePage[] => [
    { url: `${url}/metrics`, status, text: '' },
    { url: `${url}/health`, status, text: '' },
  ];
  switch (availability) {
    case 'refused':
    case 'loading':
    case 'hanging':
      return pages(0);
    case 'unhealthy':
      return pages(503);
    case 'up': {
      const startSeconds = originMs / 1000 + engine.startedAt;
      const text = engine.kind === 'vllm' ? vllmText(engine, startSeconds) : sglangText(engine);
      return [
        { url: `${url}/metrics`, text: text + extra },
        { url: `${url}/health`, status: engine.healthStatus ?? 200, text: '' },
        ...(engine.kind === 'vllm'
          ? [{ url: `${url}/version`, text: `{"version":"${engine.options.version ?? '0.11.0'}"}` }]
          : []),
      ];
    }
  }
}

function vllmText(engine: WorldEngine, processStartSeconds: number): string {
  const { now, counters, options } = engine;
  const { values, histograms } = counters;
  const waitingCapacity = Math.round(now.waitingCapacity);
  const page: VllmPageValues = {
    model: engine.model,
    era: options.era,
    processStartSeconds,
    running: Math.round(now.running),
    waiting: waitingCapacity + Math.round(now.waitingDeferred),
    waitingCapacity,
    waitingDeferred: Math.round(now.waitingDeferred),
    kvCacheUsage: now.kvCacheUsage,
    sleepState: engine.sleepState,
    preemptions: values.preemptions,
    promptTokens: values.promptTokens,
    generationTokens: values.generationTokens,
    succeeded: values.finished,
    errored: values.errored,
    aborted: values.aborted,
    prefixCacheQueries: values.prefixQueries,
    prefixCacheHits: values.prefixHits,
    externalCacheQueries: values.externalQueries,
    externalCacheHits: values.externalHits,
    config: {
      block_size: String(engine.blockSize),
      num_gpu_blocks: String(engine.numGpuBlocks),
      gpu_memory_utilization: String(engine.gpuMemoryUtilization),
      enable_prefix_caching: 'True',
      cache_dtype: 'auto',
      ...options.config,
    },
    http: { '2xx': values.http2xx, '5xx': values.http5xx },
    ttft: histograms.ttft.observations(),
    interTokenLatency: histograms.interToken.observations(),
    queueTime: histograms.queue.observations(),
    prefillTime: histograms.prefill.observations(),
    decodeTime: histograms.decode.observations(),
    endToEnd: histograms.endToEnd.observations(),
    iterationTokens: histograms.iteration.observations(),
    requestPromptTokens: histograms.prompt.observations(),
    requestGenerationTokens: histograms.generation.observations(),
    ...(engine.draftTokensPerToken > 0
      ? { draftTokens: values.draftTokens, acceptedDraftTokens: values.acceptedTokens }
      : {}),
    ...(values.rejections > 0 || engine.rejectionsPerSecond > 0
      ? { admissionRejections: { queue_full: values.rejections } }
      : {}),
    ...(engine.lora === null ? {} : { lora: engine.lora }),
  };
  return aVllmPage(page);
}

function sglangText(engine: WorldEngine): string {
  const { now, counters } = engine;
  const { values, histograms } = counters;
  return anSglangPage({
    model: engine.model,
    running: Math.round(now.running),
    queued: Math.round(now.waitingCapacity),
    tokenUsage: now.kvCacheUsage,
    cacheHitRate: now.prefixHitRatio,
    retracted: values.preemptions,
    tpRanks: Math.max(1, engine.gpus.length),
    promptTokens: values.promptTokens,
    generationTokens: values.generationTokens,
    // SGLang tells sources apart or writes `total`, never both for one request.
    cachedTokens: { device: values.prefixHits },
    requests: values.requests,
    aborted: values.aborted,
    http: { '200': values.http2xx, '500': values.http5xx },
    ttft: histograms.ttft.observations(),
    interTokenLatency: histograms.interToken.observations(),
    queueTime: histograms.queue.observations(),
    endToEnd: histograms.endToEnd.observations(),
    requestPromptTokens: histograms.prompt.observations(),
    requestGenerationTokens: histograms.generation.observations(),
  });
}
