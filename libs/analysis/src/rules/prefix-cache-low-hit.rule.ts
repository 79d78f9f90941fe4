import type { CandidateAction, Engine } from '@app/core';
import { SLO_BREACH_SHARE } from '../slo-breaches.js';
import { sumOver } from './derived-readings.js';
import { hasPrefixCaching, plainAction } from './engine-actions.js';
import { momentsOf, spanSeconds } from './history-readings.js';
import { latencyReading, recentLatency } from './latency-readings.js';
import { meanPromptTokens, prefixLookups, reuseSigns } from './prompt-readings.js';
import { aMinuteBefore } from './recent-samples.js';
import {
  BASELINE,
  CLEAR,
  defineRule,
  lastOf,
  missing,
  reading,
  type RuleContext,
  type RuleSample,
  type Run,
} from './rule.js';
import { ttftParts } from './ttft-parts.js';

type Threshold =
  | 'hitRatio'
  | 'queriedTokens'
  | 'promptTokens'
  | 'chunkReuseRatio'
  | 'externalHitRatio'
  | 'warmSeconds'
  | 'prefillShare';

interface Lookups {
  readonly queries: number;
  readonly hitRatio: number;
}

/** What the run looked up and found, from sample to sample so that a restart costs one interval only. */
function lookupsDuring(run: Run<Engine>): Lookups {
  const between = (sample: RuleSample<Engine>) =>
    sample.previous ? prefixLookups(sample.previous.state, sample.state) : null;
  const queries = sumOver(run, (sample) => between(sample)?.queries ?? null) ?? 0;
  const hits =
    sumOver(run, (sample) => {
      const lookups = between(sample);
      return lookups ? lookups.queries * lookups.hitRatio : null;
    }) ?? 0;
  return { queries, hitRatio: queries === 0 ? 0 : hits / queries };
}

function isCold({ restart, state, atMs }: RuleSample<Engine>, warmSeconds: number): boolean {
  const startedMs = restart?.seenAtMs ?? (state.startedAt === null ? null : Date.parse(state.startedAt));
  return startedMs !== null && atMs - startedMs < warmSeconds * 1000;
}

function isLateByPrefill(sample: RuleSample<Engine>, context: RuleContext<Threshold>) {
  const seconds = context.slo.ttftP95Seconds;
  const latency = seconds > 0 ? recentLatency(sample, 'ttft', seconds) : null;
  const prefill = latency ? (ttftParts(latency.before.state, sample.state)?.prefill ?? 0) : 0;
  const isLate =
    latency !== null && latency.shareAbove > SLO_BREACH_SHARE && prefill >= context.thresholds.prefillShare;
  return isLate ? latency : null;
}

/** Prompts are looked up in the prefix cache and hardly ever found. */
export const prefixCacheLowHitRule = defineRule<'engine', Threshold>({
  id: 'prefix-cache-low-hit',
  title: 'Prefix cache is hardly ever hit',
  category: 'efficiency',
  scope: 'engine',
  durationClass: 'D2',
  sections: ['engines'],
  keeps: 'state',
  inputs: [
    { signal: 'engines.counters.prefixCacheQueries', required: true },
    { signal: 'engines.counters.prefixCacheHits', required: true },
    { signal: 'engines.histograms.promptTokens', required: true },
    { signal: 'engines.counters.externalCacheHits', required: false },
    { signal: 'caches.chunkReuseRatio', required: false },
    { signal: 'engines.startedAt', required: false },
    { signal: 'engines.config', required: false },
  ],
  thresholds: {
    hitRatio: {
      value: 0.2,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.01, max: 0.9 },
      description: 'found tokens as a share of those looked up',
      softens: 'up',
    },
    queriedTokens: {
      value: 100_000,
      unit: 'count',
      source: 'engineering choice',
      range: { min: 1000, max: 1_000_000_000 },
      description: 'tokens looked up below which the share says nothing',
    },
    promptTokens: {
      value: 1000,
      unit: 'count',
      source: 'engineering choice',
      range: { min: 1, max: 1_000_000 },
      description: 'mean length of prompts from which reuse is worth something',
      softens: 'down',
    },
    chunkReuseRatio: {
      value: 0.3,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.01, max: 1 },
      description: 'chunks seen before, as LMCache counts them, that show reuse',
    },
    externalHitRatio: {
      value: 0.2,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.01, max: 1 },
      description: 'hits of the cache behind that show reuse',
    },
    warmSeconds: {
      value: 1800,
      unit: 'seconds',
      source: 'engineering choice',
      range: { min: 60, max: 86_400 },
      description: 'time after a start for which caches are cold',
    },
    prefillShare: {
      value: 0.5,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.1, max: 1 },
      description: 'share of the time to first token that goes into computing the prompt',
    },
  },
  candidateActions: ['router-rebalance', 'lmcache-config:l1-size'],
  reference: 'vLLM metrics: prefix_cache_queries and prefix_cache_hits count tokens',

  judge(sample, { thresholds }) {
    const { counters, histograms } = sample.state;
    const hasPrompts = histograms.promptTokens !== null || counters.promptTokens !== null;
    const inputs = [
      ...(counters.prefixCacheQueries === null ? ['engines.counters.prefixCacheQueries'] : []),
      ...(counters.prefixCacheHits === null ? ['engines.counters.prefixCacheHits'] : []),
      ...(hasPrompts ? [] : ['engines.histograms.promptTokens']),
    ];
    if (inputs.length > 0) return missing(...inputs);
    if (hasPrefixCaching(sample.state) === false) {
      return { status: 'inapplicable', reason: 'prefix caching is switched off' };
    }
    if (isCold(sample, thresholds.warmSeconds)) {
      return { status: 'inapplicable', reason: `the caches are cold for ${thresholds.warmSeconds} s after a start` };
    }
    const before = aMinuteBefore(sample);
    if (!before) return BASELINE;
    const lookups = prefixLookups(before.state, sample.state);
    const prompt = meanPromptTokens(before.state, sample.state);
    if (!lookups || prompt === null) {
      return { status: 'inapplicable', reason: 'nothing was looked up in the prefix cache' };
    }
    const isLow = lookups.hitRatio < thresholds.hitRatio && prompt >= thresholds.promptTokens;
    return isLow ? { status: 'holds', fromPrevious: true } : CLEAR;
  },

  conclude(run, context) {
    const sample = lastOf(run);
    const { state: engine, snapshot } = sample;
    const { thresholds } = context;
    const { queries, hitRatio } = lookupsDuring(run);
    if (queries < thresholds.queriedTokens || hitRatio >= thresholds.hitRatio) return null;
    const before = run[0].sample.previous ?? run[0].sample;
    const { chunkReuseRatio, externalHitRatio } = reuseSigns(before.state, engine, snapshot);
    const isChunkReuse = chunkReuseRatio !== null && chunkReuseRatio >= thresholds.chunkReuseRatio;
    const isExternalReuse = externalHitRatio !== null && externalHitRatio >= thresholds.externalHitRatio;
    const isReuse = isChunkReuse || isExternalReuse;
    const late = isReuse ? isLateByPrefill(sample, context) : null;
    const windowSeconds = spanSeconds(momentsOf(run));
    const actions: CandidateAction[] = [
      plainAction('router-rebalance'),
      ...(snapshot.caches.length > 0 ? [plainAction('lmcache-config:l1-size')] : []),
    ];
    const reuse = isChunkReuse
      ? ', although {chunkReuse} of the chunks were seen before'
      : isExternalReuse
        ? ', although the cache behind it found {externalHit}'
        : '; the traffic may simply be unique';
    return {
      severity: late ? 'medium' : isReuse ? 'low' : 'info',
      confidence: isReuse ? 'high' : 'low',
      summary: `The prefix cache found {hitRatio} of {queries} tokens${reuse}.`,
      evidence: {
        hitRatio: reading(sample, 'derived.prefixHitRatio', hitRatio, 'ratio', {
          bound: context.bound('<', 'hitRatio'),
          windowSeconds,
        }),
        queries: reading(sample, 'derived.prefixCacheQueryDelta', queries, 'count', {
          bound: context.bound('>=', 'queriedTokens'),
          windowSeconds,
        }),
        promptTokens: reading(sample, 'derived.meanPromptTokens', meanPromptTokens(before.state, engine), 'count', {
          bound: context.bound('>=', 'promptTokens'),
          windowSeconds,
        }),
        chunkReuse: reading(sample, 'caches.chunkReuseRatio', chunkReuseRatio, 'ratio', {
          bound: isChunkReuse ? context.bound('>=', 'chunkReuseRatio') : null,
        }),
        externalHit: reading(sample, 'derived.externalHitRatio', externalHitRatio, 'ratio', {
          bound: isExternalReuse ? context.bound('>=', 'externalHitRatio') : null,
          windowSeconds,
        }),
        late: latencyReading(sample, 'ttft', late),
        kvCache: reading(sample, 'engines.kvCacheUsageRatio', engine.kvCacheUsageRatio, 'ratio'),
      },
      candidateActions: isReuse ? actions : [],
    };
  },
});
