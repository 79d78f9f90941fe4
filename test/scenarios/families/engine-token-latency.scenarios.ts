import type { Scenario } from '../scenario.js';
import { type EngineDefinition, engineScenarios, FIRST_VLLM, GPU_A, pipes } from './engine-scenario.js';

const LLAMA_8B = { billions: 8, model: 'meta-llama/Llama-3.1-8B-Instruct' };

const definitions: readonly EngineDefinition[] = [
  {
    id: 'itl-large-batch-long-contexts',
    kind: 'fault',
    title: 'a hundred long contexts decode together; a token takes 40 to 50 ms where less than 50 are wanted',
    relation: 'a step reads all weights and the KV of every request, so ITL grows with batch × context [rules §6.56]',
    seed: 20_210,
    machine: {
      gpus: [{ model: 'A100', uuid: GPU_A }],
      engines: [{ maxNumSeqs: 256, maxNumBatchedTokens: 512 }],
      intervalSeconds: 15,
      dcgm: true,
      settings: { sloItlP95Seconds: 0.05 },
    },
    act: (world) => {
      world.engine().overload(0.84, null, { promptTokens: 2200, outputTokens: 500, prefixHitRatio: 0.82 });
      world.run({ frames: 24, each: () => pipes(world, world.gpu(), { tensor: 0.14, dram: 0.72, sm: 0.88 }) });
    },
    truth: {
      rootCauses: ['itl-slo-decode-batch'],
      subjects: { 'itl-slo-decode-batch': FIRST_VLLM },
      mustFind: ['memory-bandwidth-bound'],
      mustNotFind: ['itl-slo-prefill-interference', 'preemption-thrash', 'kv-cache-saturated', 'compute-bound'],
      acceptableActions: [
        'k8s-scale',
        'vllm-config:max-num-seqs',
        'vllm-config:quantization',
        'vllm-config:kv-cache-dtype',
      ],
      forbiddenActions: ['gpu-reset', 'vllm-restart', 'vllm-config:speculative'],
    },
  },
  {
    id: 'itl-model-too-big-for-card',
    kind: 'fault',
    title: 'an 8 B model on an L4: each step reads 16 GB and a nearly full batch, tokens come ten a second',
    relation: 'decoding is bound by memory: all weights once per step [ARXIV-2605.11999]',
    seed: 20_211,
    machine: {
      gpus: [{ model: 'L4' }],
      engines: [{ ...LLAMA_8B, maxNumSeqs: 56, maxNumBatchedTokens: 512 }],
      intervalSeconds: 30,
    },
    act: (world) => {
      world.engine().overload(0.88, null, { promptTokens: 240, outputTokens: 160 });
      world.run({ frames: 20 });
    },
    truth: {
      rootCauses: ['itl-slo-decode-batch'],
      mustNotFind: ['itl-slo-prefill-interference', 'preemption-thrash', 'kv-cache-saturated', 'queue-backlog'],
      acceptableActions: ['k8s-scale', 'vllm-config:max-num-seqs', 'vllm-config:quantization'],
    },
  },
  {
    id: 'itl-prompts-between-tokens',
    kind: 'fault',
    title: 'pieces of 4096 prompt tokens come between the tokens of a small batch: quick middle, slow tail',
    relation: 'a smaller max_num_batched_tokens gives better ITL, a larger one better TTFT [VLLM-OPT]',
    seed: 20_212,
    machine: { engines: [{ maxNumSeqs: 256, maxNumBatchedTokens: 4096 }], intervalSeconds: 15 },
    act: (world) => {
      world.engine().busy(0.4);
      world.run({ frames: 4 });
      world.engine().serve({ promptTokens: 8100, outputTokens: 150, prefixHitRatio: 0.05, requestsPerSecond: 1.8 });
      world.run({ frames: 18 });
    },
    truth: {
      rootCauses: ['itl-slo-prefill-interference'],
      subjects: { 'itl-slo-prefill-interference': FIRST_VLLM },
      mustNotFind: ['itl-slo-decode-batch', 'preemption-thrash', 'chunked-prefill-misconfigured', 'queue-backlog'],
      acceptableActions: ['vllm-config:max-num-batched-tokens', 'vllm-config:long-prefill'],
      forbiddenActions: ['vllm-restart', 'gpu-reset'],
    },
  },
  {
    id: 'itl-tail-by-preemption',
    kind: 'twin',
    title: 'the tail of the gaps is long because requests lose their blocks and are computed again',
    relation: 'preemption during decoding inflates inter-token latency [VLLM-DESIGN]; V1 recomputes [VLLM-OPT]',
    seed: 20_213,
    machine: {
      gpus: [{ model: 'H200' }],
      engines: [{ maxNumSeqs: 512, maxNumBatchedTokens: 1024 }],
      intervalSeconds: 10,
    },
    act: (world) => {
      const engine = world.engine().serve({ promptTokens: 9000, outputTokens: 400, prefixHitRatio: 0.7 }).busy(0.5);
      world.run({ frames: 5 });
      engine.overload(1.15);
      const tail = { share: 0.09, median: 0.45, p95: 1.1 };
      engine.pinned = { interTokenLatency: { median: 0.034, p95: 0.043, tail } };
      world.run({ frames: 18, each: () => (engine.load.backlogLimit = Math.round(world.random.near(24, 0.1))) });
    },
    truth: {
      rootCauses: ['kv-cache-saturated'],
      mustFind: ['preemption-thrash', 'queue-backlog'],
      mustNotFind: ['itl-slo-prefill-interference', 'itl-slo-decode-batch', 'max-num-seqs-bound'],
      acceptableActions: ['vllm-config:kv-cache-dtype', 'vllm-config:gpu-memory-utilization', 'k8s-scale'],
      forbiddenActions: ['vllm-reset-prefix-cache'],
    },
  },
  {
    id: 'preemptions-without-a-full-pool',
    kind: 'fault',
    title: 'bursts of long prompts preempt others; whenever one looks there is room again and nothing waits',
    relation: 'preempted requests per finished one; fewer places or a larger pool help [VLLM-OPT]',
    seed: 20_214,
    machine: {
      gpus: [{ model: 'L40S' }],
      engines: [{ maxNumSeqs: 256, maxNumBatchedTokens: 1024 }],
      intervalSeconds: 15,
    },
    act: (world) => {
      const engine = world.engine().busy(0.7, { promptTokens: 1500, prefixHitRatio: 0.6 });
      world.run({ frames: 5 });
      world.run({
        frames: 18,
        each: () => {
          const usage = world.random.between(0.74, 0.86);
          engine.pinned = { kvCacheUsage: usage, preemptionsPerSecond: engine.now.completionsPerSecond * 0.11 };
        },
      });
    },
    truth: {
      rootCauses: ['preemption-thrash'],
      subjects: { 'preemption-thrash': FIRST_VLLM },
      mustNotFind: ['kv-cache-saturated', 'max-num-seqs-bound', 'queue-backlog'],
      forbiddenActions: ['vllm-reset-prefix-cache', 'vllm-restart'],
    },
  },
  {
    id: 'preemptions-of-last-week',
    kind: 'twin',
    title: 'two thousand preemptions since the start, none now',
    relation: 'a total that does not grow is history [rules §6.51]',
    seed: 20_215,
    machine: { engines: [{ maxNumSeqs: 256, startedSecondsAgo: 6 * 86_400 }], intervalSeconds: 30 },
    act: (world) => {
      world.engine().busy(0.6);
      world.run({ frames: 1, each: () => (world.engine().counters.values.preemptions = 1) });
      world.run({ frames: 15 });
    },
    truth: { rootCauses: [], mustNotFind: ['preemption-thrash', 'kv-cache-saturated'] },
  },
  {
    id: 'itl-behind-power-brake',
    kind: 'twin',
    title: 'tokens get slow for a large batch because the chassis pulled the power brake',
    relation: 'external power brake assertion cuts clocks by a factor of 2 or more [NVML]',
    seed: 20_216,
    machine: {
      gpus: [{ model: 'A100', uuid: GPU_A }],
      engines: [{ maxNumSeqs: 256, maxNumBatchedTokens: 512 }],
      intervalSeconds: 10,
      settings: { sloItlP95Seconds: 0.05 },
    },
    act: (world) => {
      world.engine().busy(0.4);
      world.run({ frames: 8 });
      world.gpu().throttle('power-brake', 0.34);
      world.run({ frames: 20 });
    },
    truth: {
      rootCauses: ['gpu-power-brake'],
      subjects: { 'gpu-power-brake': GPU_A },
      mustNotFind: ['itl-slo-prefill-interference', 'gpu-thermal-hw-slowdown', 'gpu-clocks-locked-low'],
      acceptableActions: ['notify-oncall', 'router-remove-backend', 'gpu-set-power-limit'],
      forbiddenActions: ['gpu-reset', 'gpu-restore-power-limit'],
    },
  },
];

export const engineTokenLatencyScenarios: readonly Scenario[] = engineScenarios('engine-token-latency', definitions);
