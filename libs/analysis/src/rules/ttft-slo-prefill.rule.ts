import type { CandidateAction, Engine, Snapshot } from '@app/core';
import {
  changeSetting,
  hasPrefixCaching,
  MORE_TENSOR_PARALLELISM,
  numberFlag,
  plainAction,
  settingTypes,
} from './engine-actions.js';
import { latencyReading } from './latency-readings.js';
import { meanPromptTokens, prefixLookups } from './prompt-readings.js';
import { secondsBetween } from './recent-samples.js';
import { CLEAR, defineRule, lastOf, missing, reading } from './rule.js';
import { isTtftBreach, judgedTtft, partReading } from './ttft-breach.js';

type Threshold = 'prefillShare';

const NEEDED = ['ttft', 'queueTime', 'prefillTime'] as const;
/** Tokens per step from which the time to first token profits, by vLLM's tuning guide. */
const ROOMY_BATCHED_TOKENS = 8192;

function actionsFor(engine: Engine, { caches }: Pick<Snapshot, 'caches'>): CandidateAction[] {
  const isVllm = engine.kind === 'vllm';
  const budget = numberFlag(engine, 'max-num-batched-tokens');
  const budgetStep = isVllm && budget !== null ? ROOMY_BATCHED_TOKENS : null;
  return [
    ...(isVllm && hasPrefixCaching(engine) === false ? [plainAction('vllm-config:enable-prefix-caching')] : []),
    ...(caches.length > 0 ? [plainAction('lmcache-health-check'), plainAction('lmcache-config:l1-size')] : []),
    ...(budget === null || budget < ROOMY_BATCHED_TOKENS
      ? [changeSetting(engine, 'max-num-batched-tokens', 'raise', budgetStep)]
      : []),
    ...(isVllm ? [MORE_TENSOR_PARALLELISM] : []),
  ];
}

/** First tokens are late because working through the prompts takes long. */
export const ttftSloPrefillRule = defineRule<'engine', Threshold>({
  id: 'ttft-slo-prefill',
  title: 'First tokens are late: prompts take long to compute',
  category: 'bottleneck',
  scope: 'engine',
  durationClass: 'D1',
  sections: ['engines'],
  keeps: 'state',
  inputs: [
    { signal: 'engines.histograms.ttft', required: true },
    { signal: 'engines.histograms.queueTime', required: true },
    { signal: 'engines.histograms.prefillTime', required: true },
    { signal: 'engines.histograms.promptTokens', required: false },
    { signal: 'engines.counters.prefixCacheQueries', required: false },
    { signal: 'engines.config', required: false },
    { signal: 'engines.process.flags', required: false },
  ],
  thresholds: {
    prefillShare: {
      value: 0.5,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.1, max: 1 },
      description: 'share of the time to first token that is spent computing the prompt',
      softens: 'down',
    },
  },
  candidateActions: [
    'vllm-config:enable-prefix-caching',
    'lmcache-health-check',
    'lmcache-config:l1-size',
    ...settingTypes('max-num-batched-tokens'),
    'vllm-config:tensor-parallel-size',
  ],
  reference: 'vLLM metrics design: the prefill interval lasts from last scheduled to first token',

  judge(sample, context) {
    const found = judgedTtft(sample, context, NEEDED);
    if (!isTtftBreach(found)) return found;
    const { queue, prefill } = found.parts;
    if (prefill === null) return missing('engines.histograms.prefillTime');
    // With most of the time in the queue, that is the finding.
    if (prefill < context.thresholds.prefillShare || (queue ?? 0) >= prefill) return CLEAR;
    return { status: 'holds', fromPrevious: true };
  },

  conclude(run, context) {
    const sample = lastOf(run);
    const found = judgedTtft(sample, context, NEEDED);
    if (!isTtftBreach(found)) return null;
    const { state: engine, snapshot } = sample;
    const { before } = found.latency;
    const window = { windowSeconds: secondsBetween(before, sample) };
    const lookups = prefixLookups(before.state, engine);
    return {
      severity: 'high',
      confidence: found.parts.isSameRequests ? 'high' : 'medium',
      summary:
        '{late} of the first tokens came later than the objective; {prefill} of that time goes into computing prompts.',
      evidence: {
        late: latencyReading(sample, 'ttft', found.latency),
        prefill: partReading(sample, found, 'prefill', context.bound('>=', 'prefillShare')),
        queue: partReading(sample, found, 'queue'),
        frontend: partReading(sample, found, 'frontend'),
        mean: reading(sample, 'derived.ttftMeanSeconds', found.parts.meanSeconds, 'seconds', window),
        promptTokens: reading(
          sample,
          'derived.meanPromptTokens',
          meanPromptTokens(before.state, engine),
          'count',
          window,
        ),
        promptRate: reading(sample, 'engines.promptTokensPerSecond', engine.promptTokensPerSecond, 'tokensPerSecond'),
        prefixHit: reading(sample, 'derived.prefixHitRatio', lookups?.hitRatio, 'ratio', window),
      },
      candidateActions: actionsFor(engine, snapshot),
    };
  },
});
