import type { Scenario } from '../scenario.js';
import {
  type EngineDefinition,
  engineScenarios,
  FIRST_VLLM,
  LMCACHE_FLAGS,
  LMCACHE_MP_FLAGS,
} from './engine-scenario.js';

const ENGINE = { maxNumSeqs: 256, flags: LMCACHE_FLAGS };
const ENGINE_OF_SERVER = { maxNumSeqs: 256, flags: LMCACHE_MP_FLAGS };
const INTERNAL = { mode: 'in-process', at: 'internal-api' } as const;
const LONG = { promptTokens: 1500, outputTokens: 220 };
const EVERY_CACHE_RULE = [
  'lmcache-unhealthy',
  'lmcache-low-hit',
  'lmcache-eviction-thrash',
  'lmcache-remote-slow',
  'lmcache-l1-alloc-failure',
  'lmcache-pin-leak',
];

const hits: readonly EngineDefinition[] = [
  {
    id: 'lmcache-low-hit',
    kind: 'fault',
    title: 'a warm and healthy LMCache finds three tokens in a hundred, and the prefix cache few more',
    relation: 'hit / lookup tokens over a warm half hour [LMC-OBS]; the cache costs more than it brings [rules §7.73]',
    seed: 20_600,
    machine: { engines: [ENGINE], lmcache: [INTERNAL], intervalSeconds: 60 },
    act: (world) => {
      Object.assign(world.cache(), { hitRatio: 0.03 });
      world.engine().busy(0.4, { ...LONG, prefixHitRatio: 0.12 });
      world.run({ frames: 41 });
    },
    truth: {
      rootCauses: ['lmcache-low-hit'],
      mustNotFind: ['lmcache-unhealthy', 'lmcache-eviction-thrash', 'lmcache-metrics-missing', 'prefix-cache-low-hit'],
      acceptableActions: ['lmcache-lookup', 'lmcache-config:chunk-size', 'lmcache-config:l1-size'],
      forbiddenActions: ['lmcache-clear-local', 'vllm-reset-prefix-cache'],
    },
  },
  {
    id: 'lmcache-low-hit-server',
    kind: 'fault',
    title: 'the LMCache server is asked for millions of tokens and has five in a hundred',
    relation: 'lookup_hit_tokens / lookup_requested_tokens, GPU prefix cache excluded [LMC-MP]',
    seed: 20_601,
    machine: { gpus: [{ model: 'A100' }], engines: [ENGINE_OF_SERVER], lmcache: [{ mode: 'mp' }], intervalSeconds: 60 },
    act: (world) => {
      world.cache().hitRatio = 0.05;
      world.engine().busy(0.3, { promptTokens: 1200, prefixHitRatio: 0.2 });
      world.run({ frames: 41 });
    },
    truth: {
      rootCauses: ['lmcache-low-hit'],
      mustNotFind: ['lmcache-unhealthy', 'lmcache-eviction-thrash', 'lmcache-metrics-missing'],
      acceptableActions: ['lmcache-lookup', 'lmcache-config:chunk-size', 'lmcache-config:l1-size'],
      forbiddenActions: ['lmcache-mp-clear'],
    },
  },
  {
    id: 'lmcache-low-hit-expected',
    kind: 'twin',
    title: 'the prefix cache of the GPU finds three quarters already; LMCache has little of the rest',
    relation: 'a low hit rate is expected where the prefix cache is good [rules §7.73]',
    seed: 20_602,
    machine: { engines: [ENGINE], lmcache: [INTERNAL], intervalSeconds: 60 },
    act: (world) => {
      world.cache().hitRatio = 0.04;
      world.engine().busy(0.5, { ...LONG, prefixHitRatio: 0.76 });
      world.run({ frames: 41 });
    },
    truth: { rootCauses: [], mustNotFind: ['lmcache-low-hit', 'lmcache-unhealthy', 'prefix-cache-low-hit'] },
  },
  {
    id: 'lmcache-low-hit-cold',
    kind: 'twin',
    title: 'the engine and its LMCache started two minutes ago and are followed for twenty',
    relation: 'caches are cold for the first 30 minutes [rules §10.15]',
    seed: 20_603,
    machine: { engines: [{ ...ENGINE, startedSecondsAgo: 120 }], lmcache: [INTERNAL], intervalSeconds: 60 },
    act: (world) => {
      Object.assign(world.cache(), { hitRatio: 0.04, usageRatio: 0.08 });
      world.engine().busy(0.4, { ...LONG, prefixHitRatio: 0.1 });
      world.run({ frames: 21 });
    },
    truth: { rootCauses: [], mustNotFind: ['lmcache-low-hit', 'prefix-cache-low-hit', 'lmcache-eviction-thrash'] },
  },
];

const capacity: readonly EngineDefinition[] = [
  {
    id: 'lmcache-evicts-what-is-asked-again',
    kind: 'fault',
    title: 'a full server evicts as much as it stores, and a third of it is asked for again within minutes',
    relation: 'l1_chunk_evict_reuse_gap: eviction to next use, direct evidence of thrash [LMC-MP]',
    seed: 20_610,
    machine: {
      engines: [ENGINE_OF_SERVER],
      lmcache: [{ mode: 'mp', capacityGib: 24 }],
      intervalSeconds: 60,
      host: { memoryGib: 768 },
    },
    act: (world) => {
      Object.assign(world.cache().full(), { hitRatio: 0.14, evictedReuseShare: 0.34 });
      world.engine().busy(0.4, { ...LONG, prefixHitRatio: 0.2 });
      world.run({ frames: 20 });
    },
    truth: {
      rootCauses: ['lmcache-eviction-thrash'],
      mustNotFind: ['lmcache-unhealthy', 'lmcache-l1-alloc-failure', 'host-memory-pressure'],
      acceptableActions: ['lmcache-config:l1-size', 'lmcache-config:eviction-policy', 'lmcache-config:disk'],
      forbiddenActions: ['lmcache-mp-clear', 'vllm-reset-prefix-cache'],
    },
  },
  {
    id: 'lmcache-evictions-fail',
    kind: 'fault',
    title: 'LMCache inside the engine is full, throws out what it stores and often finds nothing to throw out',
    relation: 'local_cpu_evict_failed_count grows where nothing can be evicted [LMC-OBS]',
    seed: 20_611,
    machine: { engines: [ENGINE], lmcache: [{ ...INTERNAL, capacityGib: 10 }], intervalSeconds: 60 },
    act: (world) => {
      Object.assign(world.cache().full(), { hitRatio: 0.16, evictionFailuresPerSecond: 0.4 });
      world.engine().busy(0.4, { ...LONG, prefixHitRatio: 0.2 });
      world.run({ frames: 20 });
    },
    truth: {
      rootCauses: ['lmcache-eviction-thrash'],
      mustNotFind: ['lmcache-unhealthy', 'host-memory-pressure'],
      acceptableActions: ['lmcache-config:l1-size', 'lmcache-config:eviction-policy', 'lmcache-config:disk'],
      forbiddenActions: ['lmcache-clear-local'],
    },
  },
  {
    id: 'lmcache-full-and-good',
    kind: 'twin',
    title: 'a full server at its watermark that finds half of what it is asked for',
    relation: 'the watermark is 0.8: a steady 0.8 with many hits is a full cache at work [LMC-MP]',
    seed: 20_612,
    machine: { gpus: [{ model: 'H200' }], engines: [ENGINE_OF_SERVER], lmcache: [{ mode: 'mp' }], intervalSeconds: 60 },
    act: (world) => {
      Object.assign(world.cache().full(), { hitRatio: 0.52, evictedReuseShare: 0.02 });
      world.engine().busy(0.45, { ...LONG, prefixHitRatio: 0.3 });
      world.run({ frames: 20 });
    },
    truth: { rootCauses: [], mustNotFind: ['lmcache-eviction-thrash', 'lmcache-low-hit', 'host-memory-pressure'] },
  },
  {
    id: 'lmcache-full-of-unique-traffic',
    kind: 'twin',
    title: 'a full server with few hits, and what it evicts is hardly ever asked for again',
    relation: 'without reuse after eviction a larger cache would not help [LMC-MP]',
    seed: 20_613,
    machine: { engines: [ENGINE_OF_SERVER], lmcache: [{ mode: 'mp', capacityGib: 40 }], intervalSeconds: 60 },
    act: (world) => {
      Object.assign(world.cache().full(), { hitRatio: 0.17, evictedReuseShare: 0.015 });
      world.engine().busy(0.4, { ...LONG, prefixHitRatio: 0.22 });
      world.run({ frames: 20 });
    },
    truth: { rootCauses: [], mustNotFind: ['lmcache-eviction-thrash', 'lmcache-l1-alloc-failure'] },
  },
  {
    id: 'lmcache-chunk-longer-than-prompts',
    kind: 'fault',
    title: 'prompts of 130 tokens under chunks of 256: nothing can be stored',
    relation: 'chunk_size 256, save_unfull_chunk false: only whole chunks are stored [LMC-CONF]',
    seed: 20_620,
    machine: { gpus: [{ model: 'L40S' }], engines: [ENGINE], lmcache: [INTERNAL], intervalSeconds: 60 },
    act: (world) => {
      Object.assign(world.cache(), { storesNothing: true, hitRatio: 0, usageRatio: 0 });
      world.engine().busy(0.5, { promptTokens: 130, outputTokens: 180 });
      world.run({ frames: 18 });
    },
    truth: {
      rootCauses: ['lmcache-chunk-too-large'],
      mustNotFind: ['lmcache-unhealthy', 'lmcache-eviction-thrash', 'lmcache-l1-alloc-failure', 'lmcache-low-hit'],
      acceptableActions: ['lmcache-config:chunk-size'],
      forbiddenActions: ['lmcache-clear-local', 'vllm-restart'],
    },
  },
  {
    id: 'lmcache-chunk-fits',
    kind: 'twin',
    title: 'chunks of 64 tokens for prompts of 160 tokens: they are stored and found',
    relation: 'the chunk size is to be compared with the prompts, not with its default [LMC-CONF]',
    seed: 20_621,
    machine: {
      gpus: [{ model: 'L40S' }],
      engines: [ENGINE],
      lmcache: [{ ...INTERNAL, chunkSize: 64 }],
      intervalSeconds: 60,
    },
    act: (world) => {
      world.cache().hitRatio = 0.3;
      world.engine().busy(0.5, { promptTokens: 160, outputTokens: 180 });
      world.run({ frames: 18 });
    },
    truth: { rootCauses: [], mustNotFind: ['lmcache-chunk-too-large', 'lmcache-low-hit'] },
  },
];

const metrics: readonly EngineDefinition[] = [
  {
    id: 'lmcache-configured-without-metrics',
    kind: 'fault',
    title: 'the command line names the LMCache connector and no page has a series of LMCache',
    relation: 'PROMETHEUS_MULTIPROC_DIR differs between processes, or the internal API is off as by default [LMC-OBS]',
    seed: 20_630,
    machine: { engines: [ENGINE], intervalSeconds: 30 },
    act: (world) => {
      world.engine().externalHitRatio = 0.24;
      world.engine().busy(0.5, { ...LONG, prefixHitRatio: 0.3 });
      world.run({ frames: 16 });
    },
    truth: {
      rootCauses: ['lmcache-metrics-missing'],
      subjects: { 'lmcache-metrics-missing': FIRST_VLLM },
      mustNotFind: [...EVERY_CACHE_RULE, 'lmcache-disabled-reuse-high'],
    },
  },
  {
    id: 'no-connector-no-metrics',
    kind: 'twin',
    title: 'an engine without any connector has no series of LMCache either',
    relation: 'LMCache that is not configured is not missing [rules §7.79]',
    seed: 20_631,
    machine: { engines: [{ maxNumSeqs: 256 }], intervalSeconds: 30 },
    act: (world) => {
      world.engine().busy(0.5);
      world.run({ frames: 16 });
    },
    truth: { rootCauses: [], mustNotFind: [...EVERY_CACHE_RULE, 'lmcache-metrics-missing'] },
  },
  {
    id: 'lmcache-older-page',
    kind: 'gap',
    title: 'a version without lookup and health series: hits cannot be judged',
    relation: 'absence of a series is neither health nor fault [signals §0, rules §10.18]',
    seed: 20_632,
    machine: { engines: [ENGINE], lmcache: [INTERNAL], intervalSeconds: 60 },
    act: (world) => {
      const without = ['num_lookup_tokens', 'num_lookup_hits', 'num_requested_tokens', 'num_hit_tokens'];
      world.cache().without = [...without, 'lmcache_is_healthy', 'lookup_hit_rate', 'remote_ping_error_code'];
      world.engine().busy(0.4, { ...LONG, prefixHitRatio: 0.3 });
      world.run({ frames: 36 });
    },
    truth: { rootCauses: [], mustNotFind: EVERY_CACHE_RULE },
  },
];

export const lmcacheHitsScenarios: readonly Scenario[] = engineScenarios('lmcache-hits', [
  ...hits,
  ...capacity,
  ...metrics,
]);
