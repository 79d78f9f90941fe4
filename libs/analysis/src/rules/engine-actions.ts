import type { CandidateAction, Engine, Gpu } from '@app/core';
import { gpusOf } from './engine-gpus.js';
import type { RuleSample } from './rule.js';

export type Direction = 'raise' | 'lower';

/** Settings that both kinds of engine have, under the name that each has for them. */
const SETTINGS = {
  'max-num-seqs': { vllm: 'vllm-config:max-num-seqs', sglang: 'sglang-config:max-running-requests' },
  'max-num-batched-tokens': {
    vllm: 'vllm-config:max-num-batched-tokens',
    sglang: 'sglang-config:chunked-prefill-size',
  },
  'gpu-memory-utilization': { vllm: 'vllm-config:gpu-memory-utilization', sglang: 'sglang-config:mem-fraction-static' },
} as const satisfies Readonly<Record<string, Readonly<Record<Engine['kind'], string>>>>;
export type SharedSetting = keyof typeof SETTINGS;

/** Both names of a setting, for the catalogue. */
export function settingTypes(setting: SharedSetting): string[] {
  return Object.values(SETTINGS[setting]);
}

/** Proposes a setting of this engine; without a value it says only which way to go. */
export function changeSetting(
  engine: Pick<Engine, 'kind'>,
  setting: SharedSetting,
  direction: Direction,
  value: number | null = null,
): CandidateAction {
  const type = SETTINGS[setting][engine.kind];
  return value === null ? { type, parameters: { direction } } : { type, parameters: { value, direction } };
}

export function plainAction(type: string): CandidateAction {
  return { type, parameters: {} };
}

/** One replica at a time is the step that the catalogue of actions allows. */
export const ADD_REPLICA: CandidateAction = { type: 'k8s-scale', parameters: { replicaChange: 1 } };
export const REMOVE_REPLICA: CandidateAction = { type: 'k8s-scale', parameters: { replicaChange: -1 } };

export const MORE_TENSOR_PARALLELISM: CandidateAction = {
  type: 'vllm-config:tensor-parallel-size',
  parameters: { direction: 'raise' },
};
export const MORE_API_SERVERS: CandidateAction = {
  type: 'vllm-config:api-server-count',
  parameters: { direction: 'raise' },
};

/** A step down of the cap on sequences: two thirds of what it is. */
const CAP_STEP = 1.5;

export function lowerCap(engine: Engine): CandidateAction {
  const cap = engine.maxNumSeqs;
  const value = cap === null ? null : Math.max(1, Math.floor(cap / CAP_STEP));
  return changeSetting(engine, 'max-num-seqs', 'lower', value);
}

/** A number on the engine's command line; null where it is not there or none was read. */
export function numberFlag(engine: Engine, flag: string): number | null {
  const text = engine.process?.flags[flag] ?? '';
  return /^-?\d{1,12}$/.test(text) ? Number(text) : null;
}

/** A number of the engine's own description of its cache; null for `None` and the like. */
export function numberConfig(engine: Engine, label: string): number | null {
  const text = engine.config[label] ?? '';
  return /^\d{1,12}(?:\.\d{1,6})?$/.test(text) ? Number(text) : null;
}

/** Tokens that the KV cache holds; null where the engine does not describe it. */
export function kvCapacityTokens(engine: Engine): number | null {
  const blocks = numberConfig(engine, 'num_gpu_blocks');
  const blockSize = numberConfig(engine, 'block_size');
  return blocks === null || blockSize === null ? null : blocks * blockSize;
}

/** Whether the engine reuses prompt beginnings; null where neither its description nor its command line tells. */
export function hasPrefixCaching(engine: Engine): boolean | null {
  const label = engine.config['enable_prefix_caching']?.toLowerCase();
  if (label === 'true' || label === 'false') return label === 'true';
  const flag = engine.process?.flags['enable-prefix-caching'];
  if (flag !== undefined) return flag !== 'false';
  // SGLang has it on unless told otherwise.
  if (engine.kind === 'sglang' && engine.process) return engine.process.flags['disable-radix-cache'] !== 'true';
  return null;
}

const LARGEST_MEMORY_SHARE = 0.95;
const MEMORY_SHARE_STEP = 0.02;
/** SGLang's own advice for an engine that retracts requests. */
const CAREFUL_ADMISSION = 1.3;

/** Architectures with fast eight-bit floats; elsewhere a cache of that type is slow or not there. */
const HAS_FP8 = /\b(?:ada|hopper|blackwell)/i;

/** The next step up of the GPU memory that the engine may use; none when it is at the limit already. */
function moreMemory(engine: Engine): CandidateAction[] {
  const present = numberConfig(engine, 'gpu_memory_utilization');
  if (present === null) return [changeSetting(engine, 'gpu-memory-utilization', 'raise')];
  const value = Math.min(LARGEST_MEMORY_SHARE, Math.round((present + MEMORY_SHARE_STEP) * 100) / 100);
  return value > present ? [changeSetting(engine, 'gpu-memory-utilization', 'raise', value)] : [];
}

/** Halves what a token takes; not where the cache has that type already or the GPUs are known to be slow at it. */
export function smallerCacheType(engine: Engine, gpus: readonly Gpu[] | null): CandidateAction[] {
  const type = engine.config['cache_dtype'] ?? engine.process?.flags['kv-cache-dtype'] ?? 'auto';
  const isKnownSlow = gpus?.some(({ architecture }) => architecture !== null && !HAS_FP8.test(architecture)) ?? false;
  if (engine.kind !== 'vllm' || type.startsWith('fp8') || isKnownSlow) return [];
  return [{ type: 'vllm-config:kv-cache-dtype', parameters: { value: 'fp8' } }];
}

export const CACHE_ROOM_TYPES: readonly string[] = [
  'vllm-config:kv-cache-dtype',
  ...settingTypes('gpu-memory-utilization'),
  'sglang-config:schedule-conservativeness',
  'lmcache-config:l1-size',
  'vllm-config:tensor-parallel-size',
  'k8s-scale',
  'router-rebalance',
];

/** What gives running requests more room in the KV cache, in the order in which to try it. */
export function cacheRoomActions(
  { state: engine, snapshot }: Pick<RuleSample<Engine>, 'state' | 'snapshot'>,
  isPreempting: boolean,
): CandidateAction[] {
  return [
    ...smallerCacheType(engine, gpusOf(engine, snapshot)),
    ...moreMemory(engine),
    // Fewer sequences only help when the engine has to throw work away.
    ...(isPreempting ? [lowerCap(engine)] : []),
    ...(isPreempting && engine.kind === 'sglang'
      ? [
          {
            type: 'sglang-config:schedule-conservativeness',
            parameters: { value: CAREFUL_ADMISSION, direction: 'raise' },
          },
        ]
      : []),
    plainAction('lmcache-config:l1-size'),
    ...(engine.kind === 'vllm' ? [MORE_TENSOR_PARALLELISM] : []),
    ADD_REPLICA,
    plainAction('router-rebalance'),
  ];
}
