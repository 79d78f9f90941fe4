import type { Scenario } from '../scenario.js';
import { type EngineDefinition, engineScenarios, FIRST_VLLM, pipes } from './engine-scenario.js';

/** Documents without a common beginning, in pieces that do not hold up the others for long. */
const DOCUMENTS = { promptTokens: 9500, outputTokens: 120, prefixHitRatio: 0.03, requestsPerSecond: 1 };

const PREFILL_TRUTH = {
  rootCauses: ['ttft-slo-prefill'],
  subjects: { 'ttft-slo-prefill': FIRST_VLLM },
  mustNotFind: ['ttft-slo-queue', 'ttft-slo-frontend', 'queue-backlog', 'itl-slo-decode-batch', 'max-num-seqs-bound'],
  acceptableActions: [
    'vllm-config:enable-prefix-caching',
    'lmcache-health-check',
    'lmcache-config:l1-size',
    'vllm-config:max-num-batched-tokens',
    'vllm-config:tensor-parallel-size',
  ],
  forbiddenActions: ['vllm-restart', 'vllm-config:max-num-seqs'],
};

const definitions: readonly EngineDefinition[] = [
  {
    id: 'ttft-long-prompts',
    kind: 'fault',
    title: 'prompts of 9500 tokens take half a second to compute where half a second is wanted; nothing waits',
    relation:
      'prefill = scheduled to first token; its share of the time to the first token names the cause [VLLM-DESIGN]',
    seed: 20_200,
    machine: {
      engines: [{ maxNumSeqs: 256, maxNumBatchedTokens: 1536 }],
      intervalSeconds: 60,
      settings: { sloTtftP95Seconds: 0.5 },
    },
    act: (world) => {
      world.engine().serve(DOCUMENTS);
      world.run({ frames: 15 });
    },
    truth: PREFILL_TRUTH,
  },
  {
    id: 'ttft-long-prompts-compute-bound',
    kind: 'fault',
    title: 'long prompts again, with profiling counters that show the tensor cores at work',
    relation: 'tensor activity of half the time and more, memory less: computing is the limit [DCGM-GUIDE]',
    seed: 20_201,
    machine: {
      gpus: [{ model: 'H100' }, { model: 'H100' }],
      engines: [{ gpus: [0, 1], maxNumSeqs: 256, maxNumBatchedTokens: 3072 }],
      intervalSeconds: 30,
      dcgm: true,
      settings: { sloTtftP95Seconds: 0.5 },
    },
    act: (world) => {
      world.engine().serve({ ...DOCUMENTS, promptTokens: 20_000, outputTokens: 320, requestsPerSecond: 1.35 });
      world.run({
        frames: 24,
        each: () => {
          for (const gpu of world.gpus) pipes(world, gpu, { tensor: 0.66, dram: 0.33, sm: 0.9 });
        },
      });
    },
    truth: {
      ...PREFILL_TRUTH,
      mustFind: ['compute-bound'],
      mustNotFind: [...PREFILL_TRUTH.mustNotFind, 'memory-bandwidth-bound', 'interconnect-bound'],
    },
  },
  {
    id: 'ttft-slow-frontend',
    kind: 'fault',
    title: 'the API server takes two seconds to prepare images and long texts; GPU and scheduler are quick',
    relation:
      'the time to the first token starts at the frontend; what is neither queue nor prefill is tokenising and IPC [VLLM-DESIGN]',
    seed: 20_202,
    machine: { gpus: [{ model: 'A100' }], engines: [{ maxNumSeqs: 256 }], intervalSeconds: 15 },
    act: (world) => {
      world.engine().busy(0.5);
      world.run({ frames: 5 });
      Object.assign(world.engine(), { frontendSeconds: 2.3, pinned: { apiServerCores: 0.99 } });
      world.run({ frames: 16 });
    },
    truth: {
      rootCauses: ['ttft-slo-frontend'],
      subjects: { 'ttft-slo-frontend': FIRST_VLLM },
      mustNotFind: ['ttft-slo-queue', 'ttft-slo-prefill', 'queue-backlog', 'cpu-starved-engine'],
      acceptableActions: ['vllm-config:api-server-count', 'k8s-patch-resources'],
      forbiddenActions: ['vllm-restart', 'vllm-config:max-num-seqs'],
    },
  },
  {
    id: 'ttft-first-bucket-of-the-queue',
    kind: 'twin',
    title: 'every request is scheduled at once; only interpolation would make 0.285 s of queue of it',
    relation:
      'queue histograms begin at 0.3 s: an empty queue interpolates to 0.285 s at the 95 % quantile [signals §11]',
    seed: 20_203,
    machine: { gpus: [{ model: 'L4' }], engines: [{ maxNumSeqs: 64 }], intervalSeconds: 30 },
    act: (world) => {
      world.engine().busy(0.5);
      world.run({ frames: 14 });
    },
    truth: {
      rootCauses: [],
      mustNotFind: ['ttft-slo-queue', 'ttft-slo-prefill', 'ttft-slo-frontend', 'queue-backlog'],
    },
  },
];

export const engineFirstTokenScenarios: readonly Scenario[] = engineScenarios('engine-first-token', definitions);
