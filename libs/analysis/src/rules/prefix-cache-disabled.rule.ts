import { hasPrefixCaching, plainAction } from './engine-actions.js';
import { meanPromptTokens, reuseSigns } from './prompt-readings.js';
import { CLEAR, defineRule, lastOf, missing, reading } from './rule.js';

type Threshold = 'promptTokens' | 'chunkReuseRatio' | 'externalHitRatio';

/** Prompts are long and the engine was told not to reuse their beginnings. */
export const prefixCacheDisabledRule = defineRule<'engine', Threshold>({
  id: 'prefix-cache-disabled',
  title: 'Prefix caching is switched off',
  category: 'configuration',
  scope: 'engine',
  durationClass: 'D0',
  sections: ['engines'],
  keeps: 'state',
  inputs: [
    { signal: 'engines.config', required: true },
    { signal: 'engines.histograms.promptTokens', required: true },
    { signal: 'engines.process.flags', required: false },
    { signal: 'engines.counters.externalCacheHits', required: false },
    { signal: 'caches.chunkReuseRatio', required: false },
  ],
  thresholds: {
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
  },
  candidateActions: ['vllm-config:enable-prefix-caching'],
  reference: 'vLLM: prefix caching is on by default for models that support it',

  judge({ state: engine }, { thresholds }) {
    if (!engine.up) return missing('engines.config');
    const isOn = hasPrefixCaching(engine);
    if (isOn === null) return missing('engines.config');
    if (isOn) return CLEAR;
    if (engine.histograms.promptTokens === null && engine.counters.promptTokens === null) {
      return missing('engines.histograms.promptTokens');
    }
    const prompt = meanPromptTokens(null, engine);
    if (prompt === null) return { status: 'inapplicable', reason: 'no prompt has been counted yet' };
    return prompt >= thresholds.promptTokens ? { status: 'holds' } : CLEAR;
  },

  conclude(run, context) {
    const sample = lastOf(run);
    const { state: engine, snapshot, previous } = sample;
    const { thresholds } = context;
    const { chunkReuseRatio, externalHitRatio } = reuseSigns(previous?.state ?? null, engine, snapshot);
    const isChunkReuse = chunkReuseRatio !== null && chunkReuseRatio >= thresholds.chunkReuseRatio;
    const isExternalReuse = externalHitRatio !== null && externalHitRatio >= thresholds.externalHitRatio;
    const label = engine.config['enable_prefix_caching'];
    return {
      severity: isChunkReuse || isExternalReuse ? 'medium' : 'low',
      // Some models can't do it, and some services must not: that is not told here.
      confidence: isChunkReuse || isExternalReuse ? 'high' : 'medium',
      summary: 'Prefix caching is switched off while prompts have {promptTokens} tokens on average.',
      evidence: {
        caching:
          label === undefined
            ? reading(sample, 'engines.process.flags', 'prefix caching off', 'text')
            : reading(sample, 'engines.config.enable_prefix_caching', label, 'text'),
        promptTokens: reading(sample, 'derived.meanPromptTokens', meanPromptTokens(null, engine), 'count', {
          bound: context.bound('>=', 'promptTokens'),
        }),
        chunkReuse: reading(sample, 'caches.chunkReuseRatio', chunkReuseRatio, 'ratio', {
          bound: isChunkReuse ? context.bound('>=', 'chunkReuseRatio') : null,
        }),
        externalHit: reading(sample, 'derived.externalHitRatio', externalHitRatio, 'ratio', {
          bound: isExternalReuse ? context.bound('>=', 'externalHitRatio') : null,
        }),
      },
      candidateActions: engine.kind === 'vllm' ? [plainAction('vllm-config:enable-prefix-caching')] : [],
    };
  },
});
