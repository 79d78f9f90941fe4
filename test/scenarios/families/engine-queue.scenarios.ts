import type { Scenario } from '../scenario.js';
import type { EngineOptions, GpuModelName, HostWorld } from '../world/index.js';
import { type EngineDefinition, engineScenarios, FIRST_VLLM, GPU_A } from './engine-scenario.js';

const NO_CLIENT_OF_THE_CAP = ['kv-cache-saturated', 'preemption-thrash', 'cpu-starved-engine'];

/** Clients give up and come back: the queue stays about so long and is never exactly the same. */
function queueOfAbout(world: HostWorld, requests: number): void {
  world.engine().load.backlogLimit = Math.round(world.random.near(requests, 0.08));
}

interface CapCase {
  readonly card: GpuModelName;
  readonly cap: number;
  readonly interval: number;
  readonly load: { readonly promptTokens: number; readonly outputTokens: number };
  readonly queue: number;
  readonly options?: EngineOptions;
}

const CAPS: readonly CapCase[] = [
  { card: 'H100', cap: 64, interval: 10, load: { promptTokens: 700, outputTokens: 220 }, queue: 70 },
  { card: 'A100', cap: 48, interval: 15, load: { promptTokens: 600, outputTokens: 260 }, queue: 90 },
  { card: 'L4', cap: 16, interval: 30, load: { promptTokens: 120, outputTokens: 160 }, queue: 22 },
  { card: 'H200', cap: 96, interval: 60, load: { promptTokens: 800, outputTokens: 300 }, queue: 140 },
];

const capScenarios = CAPS.map(({ card, cap, interval, load, queue, options }, i): EngineDefinition => ({
  id: `queue-max-num-seqs-${card.toLowerCase()}`,
  kind: 'fault',
  title: `requests wait for one of ${cap} places while the KV cache of an ${card} is far from full`,
  relation:
    'running at --max-num-seqs with waiting requests, room in the KV cache and no preemption: the cap is the limit [VLLM-ARGS, VLLM-OPT]',
  seed: 20_000 + i,
  machine: {
    gpus: [{ model: card }],
    engines: [{ maxNumSeqs: cap, maxNumBatchedTokens: 1024, ...options }],
    intervalSeconds: interval,
  },
  act: (world) => {
    world.engine().serve(load).busy(0.6);
    world.run({ frames: 5 });
    world.engine().overload(1.25);
    world.run({ frames: 14, each: () => queueOfAbout(world, queue) });
  },
  truth: {
    rootCauses: ['max-num-seqs-bound'],
    subjects: { 'max-num-seqs-bound': FIRST_VLLM },
    mustFind: ['queue-backlog', 'ttft-slo-queue'],
    mustNotFind: NO_CLIENT_OF_THE_CAP,
    acceptableActions: ['vllm-config:max-num-seqs'],
    forbiddenActions: ['vllm-reset-prefix-cache', 'vllm-restart'],
  },
}));

const KV_TRUTH = {
  rootCauses: ['kv-cache-saturated'],
  subjects: { 'kv-cache-saturated': FIRST_VLLM },
  mustFind: ['preemption-thrash', 'queue-backlog', 'ttft-slo-queue'],
  mustNotFind: ['max-num-seqs-bound', 'cpu-starved-engine', 'gpu-shared-by-foreign-process'],
  acceptableActions: [
    'vllm-config:kv-cache-dtype',
    'vllm-config:gpu-memory-utilization',
    'lmcache-config:l1-size',
    'vllm-config:tensor-parallel-size',
    'k8s-scale',
    'router-rebalance',
  ],
  // Blocks that no request holds are free already: flushing them frees nothing [VLLM-M].
  forbiddenActions: ['vllm-reset-prefix-cache', 'vllm-restart', 'lmcache-clear-local'],
};

const KV_CASES: readonly (readonly [GpuModelName, number, number])[] = [
  ['H100', 6000, 10],
  ['A100', 4200, 30],
  ['L40S', 2400, 15],
];

const kvScenarios = KV_CASES.map(([card, promptTokens, interval], i): EngineDefinition => ({
  id: `queue-kv-saturated-${card.toLowerCase()}`,
  kind: 'fault',
  title: `contexts of ${promptTokens} tokens fill the KV cache of an ${card}; requests wait and are preempted`,
  relation:
    'usage counts blocks that running requests hold; a full pool makes the scheduler wait and preempt, and V1 recomputes [VLLM-M, VLLM-OPT]',
  seed: 20_010 + i,
  machine: {
    gpus: [{ model: card }],
    engines: [{ maxNumSeqs: 256, maxNumBatchedTokens: 1024 }],
    intervalSeconds: interval,
  },
  act: (world) => {
    world.engine().serve({ promptTokens, outputTokens: 420, prefixHitRatio: 0.62 }).busy(0.5);
    world.run({ frames: 4 });
    world.engine().overload(1.2);
    world.run({ frames: 18, each: () => queueOfAbout(world, 45) });
  },
  truth: KV_TRUTH,
}));

/** Prompts use up the time of the GPUs before batch or KV cache are full. */
const PROMPT_BOUND = { promptTokens: 3000, outputTokens: 70, prefixHitRatio: 0.1 };

const definitions: readonly EngineDefinition[] = [
  ...capScenarios,
  {
    id: 'queue-max-num-seqs-default',
    kind: 'fault',
    title: 'the default cap of 256 on a card below 70 GiB, not on the command line',
    relation: 'default 1024 on GPUs of 70 GiB and more that are not A100, else 256 [VLLM-ARGS]',
    seed: 20_004,
    machine: {
      gpus: [{ model: 'L40S' }],
      engines: [{ maxNumSeqs: 256, maxNumBatchedTokens: 512, hasMaxNumSeqsFlag: false }],
      intervalSeconds: 15,
    },
    act: (world) => {
      world.engine().overload(1.2, null, { promptTokens: 120, outputTokens: 160 });
      world.run({ frames: 16, each: () => queueOfAbout(world, 130) });
    },
    truth: {
      rootCauses: ['max-num-seqs-bound'],
      mustFind: ['queue-backlog'],
      mustNotFind: NO_CLIENT_OF_THE_CAP,
      acceptableActions: ['vllm-config:max-num-seqs'],
    },
  },
  ...kvScenarios,
  {
    id: 'queue-under-capacity',
    kind: 'fault',
    title: 'two H100 compute prompts all the time and more keep coming; batch and KV cache have room',
    relation: 'a queue without full batch, full KV cache or hardware cause is real under-capacity [rules §6.49]',
    seed: 20_020,
    machine: {
      gpus: [{ model: 'H100' }, { model: 'H100' }],
      engines: [{ gpus: [0, 1], maxNumSeqs: 512, maxNumBatchedTokens: 2048 }],
      intervalSeconds: 15,
    },
    act: (world) => {
      world.engine().serve(PROMPT_BOUND).busy(0.5);
      world.run({ frames: 5 });
      world.engine().overload(0.82);
      world.run({ frames: 15 });
    },
    truth: {
      rootCauses: ['queue-backlog'],
      subjects: { 'queue-backlog': FIRST_VLLM },
      mustFind: ['ttft-slo-queue'],
      mustNotFind: ['max-num-seqs-bound', 'kv-cache-saturated', 'preemption-thrash', 'cpu-starved-engine'],
      acceptableActions: ['k8s-scale', 'router-rebalance'],
      forbiddenActions: ['vllm-restart', 'vllm-reset-prefix-cache'],
    },
  },
  {
    id: 'queue-under-capacity-rejections',
    kind: 'fault',
    title: 'the queue grows without end until the server turns requests away with 503',
    relation: 'vllm:admission_rejections_total counts HTTP 503 by queue limits [VLLM-M]',
    seed: 20_021,
    machine: {
      gpus: [{ model: 'H200' }, { model: 'H200' }],
      engines: [{ gpus: [0, 1], maxNumSeqs: 512, maxNumBatchedTokens: 2048, version: '0.12.0' }],
      intervalSeconds: 30,
    },
    act: (world) => {
      world.engine().serve(PROMPT_BOUND).busy(0.45);
      world.run({ frames: 4 });
      world.engine().overload(1.5);
      world.run({
        frames: 16,
        each: () => {
          queueOfAbout(world, 600);
          world.engine().rejectionsPerSecond = world.random.near(4, 0.1);
        },
      });
    },
    truth: {
      rootCauses: ['queue-backlog'],
      mustFind: ['ttft-slo-queue', 'request-errors-high'],
      mustNotFind: ['max-num-seqs-bound', 'kv-cache-saturated'],
      acceptableActions: ['k8s-scale', 'router-rebalance'],
      forbiddenActions: ['vllm-restart'],
    },
  },
  {
    id: 'queue-behind-hot-gpu',
    kind: 'twin',
    title: 'the same queue as under-capacity, but the GPU has lost more than half of its clock to heat',
    relation:
      'hardware thermal slowdown reduces the clock by a factor of 2 or more [NVML]; hardware comes first among the causes of a queue [rules §6.49]',
    seed: 20_022,
    machine: {
      gpus: [{ model: 'H100', uuid: GPU_A }],
      engines: [{ maxNumSeqs: 512, maxNumBatchedTokens: 1024 }],
      intervalSeconds: 15,
    },
    act: (world) => {
      world.engine().overload(0.6, null, PROMPT_BOUND);
      world.run({ frames: 6 });
      world.gpu().throttle('hw-thermal', 0.42);
      world.run({ frames: 14 });
    },
    truth: {
      rootCauses: ['gpu-thermal-hw-slowdown'],
      subjects: { 'gpu-thermal-hw-slowdown': GPU_A },
      mustFind: ['queue-backlog'],
      mustNotFind: ['max-num-seqs-bound', 'kv-cache-saturated', 'gpu-power-brake', 'gpu-clocks-locked-low'],
      acceptableActions: ['notify-oncall', 'router-remove-backend', 'gpu-set-power-limit', 'collect-diagnostics'],
      forbiddenActions: ['gpu-reset', 'vllm-restart', 'vllm-config:max-num-seqs'],
    },
  },
  {
    id: 'queue-behind-locked-clocks',
    kind: 'twin',
    title: 'a queue behind application clocks that a benchmark left on a T4',
    relation: 'busy, no power or thermal bit, steady clock far below the maximum: clocks are locked [MAN, XML-T4]',
    seed: 20_023,
    machine: {
      gpus: [{ model: 'T4', uuid: GPU_A }],
      engines: [{ maxNumSeqs: 256, maxNumBatchedTokens: 256 }],
      intervalSeconds: 30,
    },
    act: (world) => {
      world.engine().overload(0.45, null, { promptTokens: 420, outputTokens: 40, prefixHitRatio: 0.1 });
      world.run({ frames: 4 });
      world.gpu().lockedSmMhz = 585;
      world.run({ frames: 14 });
    },
    truth: {
      rootCauses: ['gpu-clocks-locked-low'],
      subjects: { 'gpu-clocks-locked-low': GPU_A },
      mustFind: ['queue-backlog'],
      mustNotFind: ['max-num-seqs-bound', 'kv-cache-saturated', 'gpu-thermal-hw-slowdown'],
      acceptableActions: ['gpu-reset-clocks'],
      forbiddenActions: ['gpu-reset', 'vllm-restart'],
    },
  },
  {
    id: 'queue-at-cap-with-slow-tokens',
    kind: 'twin',
    title: 'all places taken and tokens too slow already: a larger batch would make it worse',
    relation:
      'ITL grows with batch and context, so the cap is not raised while its SLO is breached [rules §6.52, §6.56]',
    seed: 20_024,
    machine: {
      gpus: [{ model: 'L4' }],
      engines: [{ billions: 8, model: 'meta-llama/Llama-3.1-8B-Instruct', maxNumSeqs: 48, maxNumBatchedTokens: 512 }],
      intervalSeconds: 15,
    },
    act: (world) => {
      world.engine().overload(1.2, null, { promptTokens: 220, outputTokens: 120 });
      world.run({ frames: 20, each: () => queueOfAbout(world, 40) });
    },
    truth: {
      rootCauses: ['itl-slo-decode-batch', 'queue-backlog'],
      mustNotFind: ['max-num-seqs-bound', 'kv-cache-saturated', 'itl-slo-prefill-interference'],
      acceptableActions: ['k8s-scale', 'vllm-config:quantization'],
    },
  },
  {
    id: 'queue-that-drained',
    kind: 'twin',
    title: 'a burst waits for a minute and is gone: at the end nothing waits',
    relation: 'a queue that falls is being served [rules §6.49]; three good samples clear a finding [rules §0]',
    seed: 20_025,
    machine: { engines: [{ maxNumSeqs: 64, maxNumBatchedTokens: 1024 }], intervalSeconds: 10 },
    act: (world) => {
      world.engine().busy(0.8);
      world.run({ frames: 6 });
      world.engine().flowState = { ...world.engine().flowState, waiting: 400 };
      world.run({ frames: 30 });
    },
    truth: {
      rootCauses: [],
      mustNotFind: ['queue-backlog', 'max-num-seqs-bound', 'kv-cache-saturated', 'ttft-slo-queue'],
    },
  },
];

export const engineQueueScenarios: readonly Scenario[] = engineScenarios('engine-queue', definitions);
