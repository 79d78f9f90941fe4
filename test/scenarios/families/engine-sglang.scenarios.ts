import type { Scenario } from '../scenario.js';
import { type EngineDefinition, engineScenarios } from './engine-scenario.js';

const FIRST_SGLANG = 'http://127.0.0.1:30000';

const definitions: readonly EngineDefinition[] = [
  {
    id: 'sglang-max-running-requests',
    kind: 'fault',
    title: 'SGLang runs its 48 requests, many wait, and token usage is low',
    relation: 'num_queue_reqs with running at --max-running-requests: the equivalent of --max-num-seqs [SGL]',
    seed: 20_800,
    machine: {
      gpus: [{ model: 'H100' }],
      engines: [{ kind: 'sglang', maxNumSeqs: 48, maxNumBatchedTokens: 1024 }],
      intervalSeconds: 15,
    },
    act: (world) => {
      world.engine().busy(0.5);
      world.run({ frames: 4 });
      world.engine().overload(1.25);
      world.run({
        frames: 16,
        each: () => (world.engine().load.backlogLimit = Math.round(world.random.near(55, 0.1))),
      });
    },
    truth: {
      rootCauses: ['max-num-seqs-bound'],
      subjects: { 'max-num-seqs-bound': FIRST_SGLANG },
      mustFind: ['queue-backlog'],
      mustNotFind: ['kv-cache-saturated', 'preemption-thrash', 'cpu-starved-engine'],
      acceptableActions: ['sglang-config:max-running-requests', 'vllm-config:max-num-seqs'],
      forbiddenActions: ['sglang-flush-cache', 'vllm-restart'],
    },
  },
  {
    id: 'sglang-full-and-content',
    kind: 'twin',
    title: 'token usage of 95 % without a queue',
    relation: 'SGLang’s guide calls token usage above 0.9 good [SGL-TUNE]',
    seed: 20_801,
    machine: { gpus: [{ model: 'A100' }], engines: [{ kind: 'sglang', maxNumSeqs: 256 }], intervalSeconds: 15 },
    act: (world) => {
      const engine = world.engine().busy(0.7);
      world.run({
        frames: 18,
        each: () => (engine.pinned = { kvCacheUsage: world.random.between(0.925, 0.968) }),
      });
    },
    truth: { rootCauses: [], mustNotFind: ['kv-cache-saturated', 'queue-backlog', 'preemption-thrash'] },
  },
  {
    id: 'sglang-retracts',
    kind: 'fault',
    title: 'the pool is full, requests wait and running ones are retracted',
    relation: '“KV cache pool is full. Retract requests”: num_retracted_requests_total = preemptions [SGL, SGL-TUNE]',
    seed: 20_802,
    machine: {
      gpus: [{ model: 'H200' }],
      engines: [{ kind: 'sglang', maxNumSeqs: 512, maxNumBatchedTokens: 1024 }],
      intervalSeconds: 30,
    },
    act: (world) => {
      const engine = world.engine().serve({ promptTokens: 8500, outputTokens: 500, prefixHitRatio: 0.7 }).busy(0.5);
      world.run({ frames: 4 });
      engine.overload(1.2);
      world.run({
        frames: 16,
        each: () => {
          engine.load.backlogLimit = Math.round(world.random.near(38, 0.1));
          engine.pinned = { kvCacheUsage: world.random.between(0.965, 0.995) };
        },
      });
    },
    truth: {
      rootCauses: ['kv-cache-saturated'],
      subjects: { 'kv-cache-saturated': FIRST_SGLANG },
      mustFind: ['preemption-thrash', 'queue-backlog'],
      mustNotFind: ['max-num-seqs-bound', 'cpu-starved-engine'],
      acceptableActions: [
        'sglang-config:mem-fraction-static',
        'sglang-config:schedule-conservativeness',
        'vllm-config:kv-cache-dtype',
        'vllm-config:gpu-memory-utilization',
        'k8s-scale',
        'router-rebalance',
      ],
      forbiddenActions: ['sglang-flush-cache', 'vllm-restart'],
    },
  },
  {
    id: 'sglang-admits-too-little',
    kind: 'fault',
    title: 'requests wait although a third of the tokens and half of the places are free',
    relation: 'usage below 0.9 with a queue: admission is too conservative [SGL-TUNE]',
    seed: 20_803,
    machine: {
      gpus: [{ model: 'L40S' }],
      engines: [
        { kind: 'sglang', maxNumSeqs: 200, maxNumBatchedTokens: 512, flags: ['--schedule-conservativeness', '1.6'] },
      ],
      intervalSeconds: 15,
    },
    act: (world) => {
      const engine = world.engine().busy(0.8);
      world.run({ frames: 5 });
      world.run({
        frames: 18,
        each: (seconds) => {
          const { random } = world;
          engine.pinned = {
            running: random.near(92, 0.03),
            waitingCapacity: random.near(12 + seconds / 20, 0.06),
            kvCacheUsage: random.between(0.61, 0.69),
            queueTime: { median: 3.1, p95: 5.2 },
          };
        },
      });
    },
    truth: {
      rootCauses: ['queue-backlog'],
      subjects: { 'queue-backlog': FIRST_SGLANG },
      mustNotFind: ['max-num-seqs-bound', 'kv-cache-saturated', 'preemption-thrash'],
      acceptableActions: ['sglang-config:schedule-conservativeness', 'k8s-scale', 'router-rebalance'],
      forbiddenActions: ['sglang-flush-cache'],
    },
  },
];

export const engineSglangScenarios: readonly Scenario[] = engineScenarios('engine-sglang', definitions);
