import type { Engine, Snapshot } from '@app/core';
import { momentsOf, spanSeconds } from './history-readings.js';
import { meanPromptTokens, prefixLookups } from './prompt-readings.js';
import { aMinuteBefore } from './recent-samples.js';
import { BASELINE, CLEAR, defineRule, lastOf, missing, reading, type Run } from './rule.js';

type Threshold = 'hitRatio' | 'fullUsage' | 'fullShare' | 'promptTokens' | 'roomyUsage' | 'availableBytes';

const GIB = 1024 ** 3;

/** Whether KV blocks can go anywhere but the GPU; null where neither command line nor series tell. */
function hasConnector(engine: Engine, { caches }: Pick<Snapshot, 'caches'>): boolean | null {
  if ((engine.counters.externalCacheQueries ?? 0) > 0 || engine.process?.flags['kv-transfer-config']) return true;
  if (engine.process) return false;
  return caches.length > 0 ? null : false;
}

function missingInputs(engine: Engine, { system }: Pick<Snapshot, 'system'>): string[] {
  return [
    ...(engine.counters.prefixCacheQueries === null ? ['engines.counters.prefixCacheQueries'] : []),
    ...(engine.counters.prefixCacheHits === null ? ['engines.counters.prefixCacheHits'] : []),
    ...(engine.kvCacheUsageRatio === null ? ['engines.kvCacheUsageRatio'] : []),
    ...(system?.memory.availableBytes == null ? ['system.memory.availableBytes'] : []),
  ];
}

function usagesOf(run: Run<Engine>): number[] {
  return run.map(({ sample }) => sample.state.kvCacheUsageRatio ?? 0);
}

/** Prompts are reused, the KV cache is too small to keep them, and host memory that could keep them lies idle. */
export const lmcacheDisabledReuseHighRule = defineRule<'engine', Threshold>({
  id: 'lmcache-disabled-reuse-high',
  title: 'Prompts are reused and could be kept in host memory',
  category: 'configuration',
  scope: 'engine',
  durationClass: 'D3',
  sections: ['engines', 'system'],
  keeps: 'state',
  inputs: [
    { signal: 'engines.counters.prefixCacheQueries', required: true },
    { signal: 'engines.counters.prefixCacheHits', required: true },
    { signal: 'engines.kvCacheUsageRatio', required: true },
    { signal: 'system.memory.availableBytes', required: true },
    { signal: 'engines.process.flags', required: false },
    { signal: 'engines.counters.externalCacheQueries', required: false },
    { signal: 'engines.histograms.promptTokens', required: false },
  ],
  thresholds: {
    hitRatio: {
      value: 0.3,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.05, max: 1 },
      description: 'prefix cache hits that show reuse',
      softens: 'down',
    },
    fullUsage: {
      value: 0.8,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.5, max: 1 },
      description: 'KV cache usage at which cached blocks are reused early',
    },
    fullShare: {
      value: 0.25,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.05, max: 1 },
      description: 'share of the samples with such a usage',
    },
    promptTokens: {
      value: 2000,
      unit: 'count',
      source: 'engineering choice',
      range: { min: 1, max: 1_000_000 },
      description: 'mean length of prompts that are worth keeping anyway',
    },
    roomyUsage: {
      value: 0.5,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.1, max: 0.9 },
      description: 'highest KV cache usage below which nothing is evicted',
    },
    availableBytes: {
      value: 64 * GIB,
      unit: 'bytes',
      source: 'engineering choice',
      range: { min: GIB, max: 65_536 * GIB },
      description: 'host memory that has to be available',
    },
  },
  candidateActions: ['vllm-config:kv-transfer-config'],
  reference: 'LMCache: host memory as a second tier where the prefix cache of the GPU overflows',

  judge(sample, { thresholds }) {
    const { state: engine, snapshot } = sample;
    if (engine.kind !== 'vllm') return { status: 'inapplicable', reason: 'only vLLM has such a connector' };
    const inputs = missingInputs(engine, snapshot);
    if (inputs.length > 0) return missing(...inputs);
    const isConnected = hasConnector(engine, snapshot);
    if (isConnected === null) return missing('engines.process.flags');
    if (isConnected) return CLEAR;
    const before = aMinuteBefore(sample);
    if (!before) return BASELINE;
    const lookups = prefixLookups(before.state, engine);
    if (!lookups) return { status: 'inapplicable', reason: 'nothing was looked up in the prefix cache' };
    const hasMemory = (snapshot.system?.memory.availableBytes ?? 0) >= thresholds.availableBytes;
    return lookups.hitRatio >= thresholds.hitRatio && hasMemory ? { status: 'holds', fromPrevious: true } : CLEAR;
  },

  conclude(run, context) {
    const sample = lastOf(run);
    const { state: engine, snapshot } = sample;
    const { thresholds } = context;
    const before = run[0].sample.previous ?? run[0].sample;
    const usages = usagesOf(run);
    const peak = Math.max(...usages);
    const fullShare = usages.filter((usage) => usage >= thresholds.fullUsage).length / usages.length;
    const prompt = meanPromptTokens(before.state, engine);
    const isOftenFull = fullShare >= thresholds.fullShare;
    const isLong = prompt !== null && prompt >= thresholds.promptTokens;
    // With room on the GPU nothing is evicted, and another tier adds nothing.
    if (peak < thresholds.roomyUsage || (!isOftenFull && !isLong)) return null;
    const windowSeconds = spanSeconds(momentsOf(run));
    return {
      severity: 'low',
      confidence: engine.process ? 'medium' : 'low',
      summary: `The prefix cache finds {hitRatio} of the tokens while the KV cache is up to {peak} used, and {available} of host memory are available${isLong ? '; prompts have {promptTokens} tokens on average' : ''}.`,
      evidence: {
        hitRatio: reading(sample, 'derived.prefixHitRatio', prefixLookups(before.state, engine)?.hitRatio, 'ratio', {
          bound: context.bound('>=', 'hitRatio'),
          windowSeconds,
        }),
        peak: reading(sample, 'derived.kvCachePeakRatio', peak, 'ratio', {
          bound: context.bound('>=', 'roomyUsage'),
          windowSeconds,
        }),
        fullShare: reading(sample, 'derived.kvCacheFullShare', fullShare, 'ratio', {
          bound: isOftenFull ? context.bound('>=', 'fullShare') : null,
          windowSeconds,
        }),
        promptTokens: reading(sample, 'derived.meanPromptTokens', prompt, 'count', {
          bound: isLong ? context.bound('>=', 'promptTokens') : null,
          windowSeconds,
        }),
        available: reading(sample, 'system.memory.availableBytes', snapshot.system?.memory.availableBytes, 'bytes', {
          bound: context.bound('>=', 'availableBytes'),
        }),
      },
      candidateActions: [{ type: 'vllm-config:kv-transfer-config', parameters: { value: 'LMCacheMPConnector' } }],
    };
  },
});
