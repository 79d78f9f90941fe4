import type { Scenario } from '../scenario.js';
import type { GpuModelName, HostWorld } from '../world/index.js';
import { type EngineDefinition, engineScenarios, FIRST_VLLM } from './engine-scenario.js';

/** So many cards of one model with an engine on each. */
function replicas(
  count: number,
  model: GpuModelName,
  options: { maxNumBatchedTokens?: number } = {},
): Pick<EngineDefinition['machine'], 'gpus' | 'engines'> {
  return {
    gpus: Array.from({ length: count }, () => ({ model })),
    engines: Array.from({ length: count }, (_, i) => ({ gpus: [i], maxNumSeqs: 256, ...options })),
  };
}

/** Prompts use up the time of the GPU before batch or KV cache are full. */
const PROMPT_BOUND = { promptTokens: 2600, outputTokens: 60, prefixHitRatio: 0.15 };

/** Everybody comes to the n-th replica, few to the others. */
function oneSided(world: HostWorld, hot: number, factor: number): void {
  world.engines.forEach((engine, i) => {
    if (i === hot) engine.overload(factor, null, PROMPT_BOUND);
    else engine.serve(PROMPT_BOUND).busy(0.25);
  });
}

const NOT_A_SMALL_ENGINE = ['max-num-seqs-bound', 'cpu-starved-engine', 'gpu-thermal-hw-slowdown'];

const balance: readonly EngineDefinition[] = [
  {
    id: 'one-replica-of-four-gets-most',
    kind: 'fault',
    title: 'sessions stick to one of four replicas: it queues while the others have time',
    relation: 'queue depth 5 at one and none at the others: the router’s affinity, not want of capacity [GAIE]',
    seed: 20_700,
    machine: { ...replicas(4, 'H100', { maxNumBatchedTokens: 1024 }), intervalSeconds: 30 },
    act: (world) => {
      for (const engine of world.engines) engine.serve(PROMPT_BOUND).busy(0.3);
      world.run({ frames: 4 });
      oneSided(world, 2, 0.84);
      world.run({ frames: 20 });
    },
    truth: {
      rootCauses: ['replica-load-imbalance'],
      subjects: { 'replica-load-imbalance': 'fleet' },
      mustFind: ['queue-backlog'],
      mustNotFind: [...NOT_A_SMALL_ENGINE, 'kv-cache-saturated'],
      acceptableActions: ['router-rebalance', 'k8s-scale'],
      forbiddenActions: ['vllm-restart', 'vllm-config:max-num-seqs'],
    },
  },
  {
    id: 'one-replica-of-three-is-full',
    kind: 'fault',
    title: 'long conversations go to one of three replicas and fill its KV cache; the others are nearly empty',
    relation: 'the hot replica’s queue and KV usage follow from the imbalance [rules §9]',
    seed: 20_701,
    machine: { ...replicas(3, 'L40S', { maxNumBatchedTokens: 1024 }), intervalSeconds: 60 },
    act: (world) => {
      const long = { promptTokens: 2400, outputTokens: 400, prefixHitRatio: 0.55 };
      world.engine(0).overload(1.15, null, long);
      for (const engine of world.engines.slice(1)) engine.serve(long).busy(0.12);
      world.run({
        frames: 16,
        each: () => (world.engine(0).load.backlogLimit = Math.round(world.random.near(42, 0.1))),
      });
    },
    truth: {
      rootCauses: ['replica-load-imbalance'],
      subjects: { 'replica-load-imbalance': 'fleet' },
      mustFind: ['queue-backlog', 'kv-cache-saturated'],
      mustNotFind: NOT_A_SMALL_ENGINE,
      acceptableActions: ['router-rebalance', 'k8s-scale'],
      forbiddenActions: ['vllm-reset-prefix-cache', 'vllm-restart'],
    },
  },
  {
    id: 'all-replicas-are-full',
    kind: 'twin',
    title: 'all three replicas queue alike: more load than they can serve',
    relation: 'a router cannot help where no replica has time [rules §6.49]',
    seed: 20_702,
    machine: { ...replicas(3, 'H100', { maxNumBatchedTokens: 1024 }), intervalSeconds: 30 },
    act: (world) => {
      for (const engine of world.engines) engine.overload(0.84, null, PROMPT_BOUND);
      world.run({ frames: 18 });
    },
    truth: {
      rootCauses: ['queue-backlog'],
      mustNotFind: [...NOT_A_SMALL_ENGINE, 'replica-load-imbalance', 'kv-cache-saturated'],
      acceptableActions: ['k8s-scale'],
    },
  },
  {
    id: 'two-models-with-unlike-load',
    kind: 'twin',
    title: 'two engines serve different models; one is busy and one has little to do',
    relation: 'engines of different models are no replicas [rules §5.48]',
    seed: 20_703,
    machine: {
      gpus: [{ model: 'A100' }, { model: 'A100' }],
      engines: [
        { gpus: [0], model: 'meta-llama/Llama-3.1-8B-Instruct' },
        { gpus: [1], model: 'Qwen/Qwen2.5-7B-Instruct' },
      ],
      intervalSeconds: 30,
    },
    act: (world) => {
      world.engine(0).busy(0.75);
      world.engine(1).busy(0.05);
      world.run({ frames: 18 });
    },
    truth: { rootCauses: [], mustNotFind: ['replica-load-imbalance', 'replica-idle-sleepable', 'queue-backlog'] },
  },
];

/** Requests by day, seconds of the recording over its length as the hour. */
function byDay(seconds: number, most: number): number {
  return most * (0.55 + 0.45 * Math.sin((seconds / 22_500) * 2 * Math.PI));
}

const SIX_HOURS = { intervalSeconds: 300 };
const HISTORY_FRAMES = 76;

const history: readonly EngineDefinition[] = [
  {
    id: 'idle-memory-held',
    kind: 'fault',
    title: 'a loaded model gets no request for fifty minutes and holds nine tenths of an A100',
    relation:
      'no tokens, no requests, idle GPU and a process that holds its memory [rules §5.38]; sleep frees it [VLLM-SLEEP]',
    seed: 20_710,
    machine: { gpus: [{ model: 'A100' }], engines: [{ flags: ['--enable-sleep-mode'] }], intervalSeconds: 75 },
    act: (world) => {
      world.engine().idle();
      world.run({ frames: 41 });
    },
    truth: {
      rootCauses: ['gpu-idle-memory-held'],
      mustNotFind: ['gpu-idle-unallocated', 'gpu-orphan-memory', 'engine-unreachable', 'engine-asleep-with-traffic'],
      acceptableActions: ['vllm-sleep', 'k8s-scale'],
      forbiddenActions: ['vllm-restart', 'gpu-reset', 'host-kill-process'],
    },
  },
  {
    id: 'idle-but-for-a-trickle',
    kind: 'twin',
    title: 'a request every minute or two for fifty minutes; whenever one looks the GPU idles',
    relation: 'tokens were generated, so the engine is in use [rules §5.38]',
    seed: 20_711,
    machine: { gpus: [{ model: 'A100' }], engines: [{ maxNumSeqs: 256 }], intervalSeconds: 75 },
    act: (world) => {
      world.engine().serve({ requestsPerSecond: 0.014 });
      world.run({ frames: 41 });
    },
    truth: { rootCauses: [], mustNotFind: ['gpu-idle-memory-held', 'gpu-overprovisioned'] },
  },
  {
    id: 'kv-cache-too-large',
    kind: 'fault',
    title: 'six hours of steady traffic use at most a tenth of the KV cache, and few tokens are reused',
    relation: 'free blocks that serve neither requests nor prefix reuse are spare [rules §5.42]',
    seed: 20_712,
    machine: { engines: [{ maxNumSeqs: 256 }], ...SIX_HOURS },
    act: (world) => {
      const engine = world.engine();
      engine.busy(0.5, { promptTokens: 500, prefixHitRatio: 0.08 });
      const most = engine.load.requestsPerSecond;
      world.run({
        frames: HISTORY_FRAMES,
        each: (seconds) => engine.serve({ requestsPerSecond: byDay(seconds, most) }),
      });
    },
    truth: {
      rootCauses: ['kv-cache-overprovisioned'],
      subjects: { 'kv-cache-overprovisioned': FIRST_VLLM },
      mustNotFind: ['gpu-idle-memory-held', 'gpu-overprovisioned', 'prefix-cache-low-hit'],
      acceptableActions: ['vllm-config:gpu-memory-utilization', 'vllm-config:max-num-seqs'],
      forbiddenActions: ['vllm-config:max-model-len', 'vllm-restart'],
    },
  },
  {
    id: 'kv-cache-large-for-reuse',
    kind: 'twin',
    title: 'the same usage, but two tokens in three come from the prefix cache',
    relation: 'free blocks are the prefix cache [VLLM-M]',
    seed: 20_713,
    machine: { engines: [{ maxNumSeqs: 256 }], ...SIX_HOURS },
    act: (world) => {
      const engine = world.engine();
      engine.busy(0.5, { promptTokens: 900, prefixHitRatio: 0.66 });
      const most = engine.load.requestsPerSecond;
      world.run({
        frames: HISTORY_FRAMES,
        each: (seconds) => engine.serve({ requestsPerSecond: byDay(seconds, most) }),
      });
    },
    truth: { rootCauses: [], mustNotFind: ['kv-cache-overprovisioned', 'gpu-overprovisioned', 'gpu-idle-memory-held'] },
  },
  {
    id: 'kv-cache-large-for-an-hour',
    kind: 'gap',
    title: 'low KV usage, of which only one hour is known',
    relation: 'with less than six hours of history spare capacity is not judged [rules §0 D3, §5.42]',
    seed: 20_714,
    machine: { engines: [{ maxNumSeqs: 256 }], intervalSeconds: 120 },
    act: (world) => {
      world.engine().busy(0.5, { promptTokens: 500, prefixHitRatio: 0.08 });
      world.run({ frames: 31 });
    },
    truth: { rootCauses: [], mustNotFind: ['kv-cache-overprovisioned', 'gpu-overprovisioned'] },
  },
  {
    id: 'gpu-too-large',
    kind: 'fault',
    title: 'an H100 serves half a request at a time all day: little power, quick answers',
    relation: 'SM activity far below one half is ineffective use [DCGM-GUIDE]',
    seed: 20_715,
    machine: { engines: [{ maxNumSeqs: 256 }], dcgm: true, ...SIX_HOURS },
    act: (world) => {
      const engine = world.engine().serve({ promptTokens: 600, outputTokens: 180, prefixHitRatio: 0.5 });
      world.run({
        frames: HISTORY_FRAMES,
        each: (seconds) => {
          const running = byDay(seconds, 0.55) * world.random.between(0.8, 1.2);
          const requestsPerSecond = running / 1.7;
          engine.serve({ requestsPerSecond });
          const tokens = requestsPerSecond * engine.load.outputTokens;
          engine.pinned = {
            running: Math.round(running),
            activity: 1 - Math.exp(-running / 3),
            kvCacheUsage: running * 0.0016,
            generationTokensPerSecond: tokens,
            stepsPerSecond: tokens,
          };
        },
      });
    },
    truth: {
      rootCauses: ['gpu-overprovisioned'],
      subjects: { 'gpu-overprovisioned': FIRST_VLLM },
      mustNotFind: ['kv-cache-overprovisioned', 'gpu-idle-memory-held', 'cpu-starved-engine', 'gpu-clocks-locked-low'],
      acceptableActions: ['k8s-scale', 'gpu-mig-reconfigure'],
      forbiddenActions: ['vllm-restart', 'gpu-reset'],
    },
  },
  {
    id: 'third-replica-hardly-used',
    kind: 'fault',
    title: 'two of three replicas do the work; the third one gets four requests in a hundred, in bursts',
    relation: 'peak load fits on two replicas [rules §5.41]; sleep frees GPU memory and keeps the process [VLLM-SLEEP]',
    seed: 20_716,
    machine: { ...replicas(3, 'H100'), ...SIX_HOURS, host: { memoryGib: 1024 } },
    act: (world) => {
      const loads = world.engines.map((engine) => engine.busy(0.45, { prefixHitRatio: 0.45 }).load.requestsPerSecond);
      const [most = 0] = loads;
      world.run({
        frames: HISTORY_FRAMES,
        each: (seconds) => {
          world.engine(0).serve({ requestsPerSecond: byDay(seconds, most) });
          world.engine(1).serve({ requestsPerSecond: byDay(seconds, most * 0.94) });
          const isBurst = Math.floor(seconds / 300) % 6 === 2;
          world.engine(2).serve({ requestsPerSecond: isBurst ? most * 0.25 : 0.02 });
        },
      });
    },
    truth: {
      rootCauses: ['replica-idle-sleepable'],
      mustNotFind: ['replica-load-imbalance', 'gpu-idle-memory-held', 'kv-cache-overprovisioned', 'queue-backlog'],
      acceptableActions: ['vllm-sleep', 'k8s-scale'],
      forbiddenActions: ['vllm-restart', 'gpu-reset'],
    },
  },
];

export const engineReplicasScenarios: readonly Scenario[] = engineScenarios('engine-replicas', [
  ...balance,
  ...history,
]);
