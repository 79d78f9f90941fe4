import type { Scenario } from '../scenario.js';
import { type EngineDefinition, engineScenarios, FIRST_VLLM, LMCACHE_FLAGS } from './engine-scenario.js';

/** Conversations that bring their past along. */
const CONVERSATIONS = { promptTokens: 2600, outputTokens: 260 };
const NO_CACHE = { enable_prefix_caching: 'False' };

const prefixCache: readonly EngineDefinition[] = [
  {
    id: 'prefix-cache-off-long-prompts',
    kind: 'fault',
    title: 'prefix caching is switched off for conversations of 2600 tokens',
    relation: 'cache_config_info{enable_prefix_caching="False"}; V1 has it on by default [VLLM-OPT]',
    seed: 20_400,
    machine: {
      engines: [
        { maxNumSeqs: 256, maxNumBatchedTokens: 2048, config: NO_CACHE, flags: ['--no-enable-prefix-caching'] },
      ],
      intervalSeconds: 30,
    },
    act: (world) => {
      world.engine().busy(0.45, { ...CONVERSATIONS, prefixHitRatio: 0 });
      world.run({ frames: 14 });
    },
    truth: {
      rootCauses: ['prefix-cache-disabled'],
      subjects: { 'prefix-cache-disabled': FIRST_VLLM },
      mustNotFind: ['prefix-cache-low-hit', 'lmcache-disabled-reuse-high'],
      acceptableActions: ['vllm-config:enable-prefix-caching'],
      forbiddenActions: ['vllm-reset-prefix-cache', 'vllm-restart'],
    },
  },
  {
    id: 'prefix-cache-off-short-prompts',
    kind: 'twin',
    title: 'prefix caching is off for a service whose prompts are 250 tokens long',
    relation: 'reuse pays for long prompts: 1000 tokens and more [rules §6.64]',
    seed: 20_401,
    machine: { gpus: [{ model: 'L40S' }], engines: [{ maxNumSeqs: 256, config: NO_CACHE }], intervalSeconds: 30 },
    act: (world) => {
      world.engine().busy(0.5, { promptTokens: 250, prefixHitRatio: 0 });
      world.run({ frames: 14 });
    },
    truth: { rootCauses: [], mustNotFind: ['prefix-cache-disabled', 'prefix-cache-low-hit'] },
  },
  {
    id: 'prefix-low-hit-with-reuse',
    kind: 'fault',
    title: 'half of all chunks were seen before, and the prefix cache finds one token in twenty',
    relation:
      'chunk_statistics_reuse_rate shows reuse that a varying beginning of prompts hides from the cache [LMC-OBS]',
    seed: 20_402,
    machine: {
      engines: [{ maxNumSeqs: 256, maxNumBatchedTokens: 2048, flags: LMCACHE_FLAGS }],
      lmcache: [{ mode: 'in-process' }],
      intervalSeconds: 60,
    },
    act: (world) => {
      Object.assign(world.cache(), { chunkReuseRatio: 0.52, hitRatio: 0.31 });
      world.engine().busy(0.45, { ...CONVERSATIONS, prefixHitRatio: 0.05 });
      world.run({ frames: 18 });
    },
    truth: {
      rootCauses: ['prefix-cache-low-hit'],
      subjects: { 'prefix-cache-low-hit': FIRST_VLLM },
      mustNotFind: ['lmcache-low-hit', 'lmcache-unhealthy', 'prefix-cache-disabled'],
      acceptableActions: ['router-rebalance', 'lmcache-controller-pin', 'lmcache-config:l1-size'],
      forbiddenActions: ['vllm-reset-prefix-cache', 'lmcache-clear-local'],
    },
  },
  {
    id: 'prefix-low-hit-unique-traffic',
    kind: 'twin',
    title: 'every prompt is another document: few tokens are found and none was seen before',
    relation: 'without evidence of reuse traffic may simply be unique [rules §6.63]',
    seed: 20_403,
    machine: { gpus: [{ model: 'A100' }], engines: [{ maxNumSeqs: 256 }], intervalSeconds: 60 },
    act: (world) => {
      world.engine().busy(0.3, { promptTokens: 1800, prefixHitRatio: 0.04 });
      world.run({ frames: 18 });
    },
    truth: { rootCauses: [], mustNotFind: ['prefix-cache-low-hit', 'prefix-cache-disabled'] },
  },
  {
    id: 'prefix-low-hit-after-restart',
    kind: 'twin',
    title: 'the engine started five minutes before the recording and its cache is still filling',
    relation: 'caches are cold for half an hour after a start [rules §10.15]',
    seed: 20_404,
    machine: {
      engines: [{ maxNumSeqs: 256, maxNumBatchedTokens: 2048, flags: LMCACHE_FLAGS, startedSecondsAgo: 300 }],
      lmcache: [{ mode: 'in-process' }],
      intervalSeconds: 60,
    },
    act: (world) => {
      Object.assign(world.cache(), { chunkReuseRatio: 0.45, hitRatio: 0.12 });
      world.engine().busy(0.4, { ...CONVERSATIONS, prefixHitRatio: 0.02 });
      world.run({
        frames: 18,
        each: (seconds) => world.engine().serve({ prefixHitRatio: Math.min(0.3, 0.02 + seconds / 9000) }),
      });
    },
    truth: { rootCauses: [], mustNotFind: ['prefix-cache-low-hit', 'lmcache-low-hit'] },
  },
  {
    id: 'reuse-without-second-tier',
    kind: 'fault',
    title: 'conversations reuse their prefixes, the KV cache is nearly full and what it drops is computed again',
    relation: 'a CPU tier pays where the prefix cache of the GPU overflows [rules §6.65]',
    seed: 20_405,
    machine: {
      engines: [{ maxNumSeqs: 256, maxNumBatchedTokens: 1024 }],
      intervalSeconds: 60,
      host: { memoryGib: 1024 },
    },
    act: (world) => {
      const engine = world.engine();
      engine.overload(0.8, null, { promptTokens: 3800, outputTokens: 700, prefixHitRatio: 0.62 });
      world.run({
        frames: 41,
        each: (seconds) => {
          engine.serve({ prefixHitRatio: Math.max(0.4, 0.62 - seconds / 11_000) });
          engine.pinned = { kvCacheUsage: world.random.between(0.81, 0.89) };
        },
      });
    },
    truth: {
      rootCauses: ['lmcache-disabled-reuse-high'],
      subjects: { 'lmcache-disabled-reuse-high': FIRST_VLLM },
      mustNotFind: ['kv-cache-saturated', 'prefix-cache-low-hit', 'lmcache-metrics-missing'],
      acceptableActions: ['vllm-config:kv-transfer-config'],
      forbiddenActions: ['vllm-reset-prefix-cache'],
    },
  },
  {
    id: 'reuse-that-fits',
    kind: 'twin',
    title: 'two thirds of the tokens are found, steadily, in a KV cache that is a third full',
    relation: 'nothing is evicted, so another tier adds nothing [rules §6.65]',
    seed: 20_406,
    machine: { gpus: [{ model: 'H200' }], engines: [{ maxNumSeqs: 256 }], intervalSeconds: 60 },
    act: (world) => {
      world.engine().busy(0.6, { ...CONVERSATIONS, prefixHitRatio: 0.68 });
      world.run({ frames: 41 });
    },
    truth: {
      rootCauses: [],
      mustNotFind: ['lmcache-disabled-reuse-high', 'prefix-cache-low-hit', 'kv-cache-overprovisioned'],
    },
  },
];

const SPECULATING = ['--speculative-config', '{"method":"ngram","num_speculative_tokens":3}'];

const speculation: readonly EngineDefinition[] = [
  {
    id: 'drafts-rarely-accepted',
    kind: 'fault',
    title: 'three tokens are proposed per step of a large batch and one in six is accepted',
    relation: 'acceptance = accepted / draft tokens [VLLM-M]; rejected drafts cost time in large batches [rules §6.71]',
    seed: 20_410,
    machine: { engines: [{ maxNumSeqs: 256, maxNumBatchedTokens: 2048, flags: SPECULATING }], intervalSeconds: 60 },
    act: (world) => {
      Object.assign(world.engine(), { draftTokensPerToken: 2, draftAcceptance: 0.17 });
      world.engine().busy(1);
      world.run({ frames: 16 });
    },
    truth: {
      rootCauses: ['spec-decode-ineffective'],
      subjects: { 'spec-decode-ineffective': FIRST_VLLM },
      acceptableActions: ['vllm-config:speculative'],
      forbiddenActions: ['vllm-restart'],
    },
  },
  {
    id: 'drafts-mostly-accepted',
    kind: 'twin',
    title: 'the same batch with two drafts in three accepted',
    relation: 'high acceptance saves steps [rules §6.71]',
    seed: 20_411,
    machine: { engines: [{ maxNumSeqs: 256, maxNumBatchedTokens: 2048, flags: SPECULATING }], intervalSeconds: 60 },
    act: (world) => {
      Object.assign(world.engine(), { draftTokensPerToken: 1.2, draftAcceptance: 0.66 });
      world.engine().busy(1);
      world.run({ frames: 16 });
    },
    truth: { rootCauses: [], mustNotFind: ['spec-decode-ineffective'] },
  },
  {
    id: 'drafts-rarely-accepted-alone',
    kind: 'twin',
    title: 'one draft in six is accepted, for a handful of requests at a time',
    relation: 'at low batch even a low rate pays [rules §6.71]',
    seed: 20_412,
    machine: {
      gpus: [{ model: 'L40S' }],
      engines: [{ maxNumSeqs: 64, flags: SPECULATING }],
      intervalSeconds: 60,
    },
    act: (world) => {
      Object.assign(world.engine(), { draftTokensPerToken: 2, draftAcceptance: 0.17 });
      world.engine().busy(0.12);
      world.run({ frames: 16 });
    },
    truth: { rootCauses: [], mustNotFind: ['spec-decode-ineffective'] },
  },
];

const chunkedPrefill: readonly EngineDefinition[] = [
  {
    id: 'token-budget-too-small',
    kind: 'fault',
    title: '512 tokens per step, copied from another machine: prompts take a hundred steps',
    relation: 'a small max_num_batched_tokens delays the first token; larger ones give better TTFT [VLLM-OPT]',
    seed: 20_420,
    machine: {
      engines: [{ maxNumSeqs: 256, maxNumBatchedTokens: 512 }],
      intervalSeconds: 60,
      settings: { sloTtftP95Seconds: 0.75 },
    },
    act: (world) => {
      world.engine().serve({ promptTokens: 11_000, outputTokens: 200, prefixHitRatio: 0.1, requestsPerSecond: 0.95 });
      world.run({ frames: 16 });
    },
    truth: {
      rootCauses: ['chunked-prefill-misconfigured'],
      subjects: { 'chunked-prefill-misconfigured': FIRST_VLLM },
      mustFind: ['ttft-slo-prefill'],
      mustNotFind: ['ttft-slo-queue', 'ttft-slo-frontend', 'itl-slo-prefill-interference'],
      acceptableActions: ['vllm-config:max-num-batched-tokens'],
      forbiddenActions: ['vllm-config:max-num-seqs', 'vllm-restart'],
    },
  },
  {
    id: 'token-budget-too-large',
    kind: 'fault',
    title: '32768 tokens per step: prompts of 2500 tokens come whole between two tokens of the others',
    relation:
      'a larger max_num_batched_tokens gives worse ITL [VLLM-OPT]; the default of A100 stays 2048 for it [VLLM-ARGS]',
    seed: 20_421,
    machine: {
      gpus: [{ model: 'A100' }],
      engines: [{ maxNumSeqs: 256, maxNumBatchedTokens: 32_768 }],
      intervalSeconds: 60,
    },
    act: (world) => {
      world.engine().serve({ promptTokens: 2500, outputTokens: 150, prefixHitRatio: 0.05, requestsPerSecond: 3.2 });
      world.run({ frames: 16 });
    },
    truth: {
      rootCauses: ['chunked-prefill-misconfigured'],
      mustFind: ['itl-slo-prefill-interference'],
      mustNotFind: ['itl-slo-decode-batch', 'ttft-slo-queue'],
      acceptableActions: ['vllm-config:max-num-batched-tokens'],
    },
  },
  {
    id: 'token-budget-small-and-quick',
    kind: 'twin',
    title: '512 tokens per step for short prompts: first tokens come in time',
    relation: 'with the SLO met the budget is no fault [rules §6.70]',
    seed: 20_422,
    machine: {
      gpus: [{ model: 'A100' }],
      engines: [{ maxNumSeqs: 256, maxNumBatchedTokens: 512 }],
      intervalSeconds: 60,
    },
    act: (world) => {
      world.engine().busy(0.55);
      world.run({ frames: 16 });
    },
    truth: { rootCauses: [], mustNotFind: ['chunked-prefill-misconfigured', 'ttft-slo-prefill'] },
  },
];

export const engineConfigurationScenarios: readonly Scenario[] = engineScenarios('engine-configuration', [
  ...prefixCache,
  ...speculation,
  ...chunkedPrefill,
]);
