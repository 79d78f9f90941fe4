import type { Scenario } from '../scenario.js';
import type { GpuModelName, HostWorld, WorldOptions } from '../world/index.js';
import { type HealthyDefinition, healthyScenarios, recording, usualDay } from './healthy-scenario.js';

interface Day {
  readonly id: string;
  readonly title: string;
  readonly relation: string;
  readonly level: number;
  readonly frames?: number;
  readonly not?: readonly string[];
  readonly options: Omit<WorldOptions, 'seed'>;
}

const cards = (model: GpuModelName, count: number): { model: GpuModelName }[] =>
  Array.from({ length: count }, () => ({ model }));

/** Days on which machines of all sizes serve what they are built for. */
const days = (
  [
    {
      id: 'day-h100-single',
      title: 'one H100 with 92 % of its memory taken and a utilisation near 100 %',
      relation:
        'gpu_memory_utilization is allocated in advance; utilisation is time with a kernel [LLMD, rules §10.1–2]',
      level: 0.8,
      not: ['kv-cache-saturated', 'compute-bound', 'gpu-orphan-memory'],
      options: { engines: [{ gpuMemoryUtilization: 0.92 }], dcgm: true },
    },
    {
      id: 'day-h200-tensor-parallel',
      title: 'eight H200 as one tensor-parallel group',
      relation: 'synchronised members with equal clocks are no stragglers [rules §5.47]',
      level: 0.7,
      frames: 13,
      not: ['gpu-tp-straggler', 'nvlink-down'],
      options: { gpus: cards('H200', 8), engines: [{ gpus: [0, 1, 2, 3, 4, 5, 6, 7], billions: 70 }], dcgm: true },
    },
    {
      id: 'day-a100-sglang',
      title: 'SGLang on two A100',
      relation: 'running below the cap without a queue is plain service [SGL-TUNE]',
      level: 0.65,
      options: { gpus: cards('A100', 2), engines: [{ kind: 'sglang', gpus: [0, 1] }], intervalSeconds: 15 },
    },
    {
      id: 'day-l4-engine-core-spins',
      title: 'an L4 on eight cores, of which the engine loop takes one whole',
      relation: 'EngineCore at 100 % of one core is its busy loop [rules §10.7]',
      level: 0.6,
      not: ['cpu-starved-engine', 'host-cpu-pressure'],
      options: { gpus: cards('L4', 1), engines: [{ maxNumSeqs: 64 }], host: { cores: 8, memoryGib: 64 } },
    },
    {
      id: 'day-old-names',
      title: 'vLLM 0.9 with its older series names',
      relation: 'series of older versions mean the same under other names [VLLM-M]',
      level: 0.55,
      options: { engines: [{ era: 'v1-0.9', version: '0.9.2', maxNumSeqs: 256 }], intervalSeconds: 30 },
    },
    {
      id: 'day-engine-before-v1',
      title: 'vLLM with the engine before V1 on a T4',
      relation: 'series of older versions mean the same under other names [VLLM-M]',
      level: 0.5,
      options: { gpus: cards('T4', 1), engines: [{ era: 'v0', version: '0.7.3', maxNumSeqs: 32 }], smiSchema: 11 },
    },
    {
      id: 'day-two-replicas',
      title: 'two replicas of a model that share the traffic evenly',
      relation: 'imbalance needs a queue here and none there [GAIE]',
      level: 0.7,
      not: ['replica-load-imbalance', 'replica-idle-sleepable'],
      options: {
        gpus: cards('L40S', 2),
        engines: [{ gpus: [0] }, { gpus: [1] }],
        nodeExporter: true,
        intervalSeconds: 30,
      },
    },
    {
      id: 'day-dcgm-alone',
      title: 'a busy host of which dcgm-exporter tells the GPU',
      relation: 'a field that dcgm-exporter does not have is unknown, not healthy and not broken [rules §10.18]',
      level: 0.6,
      not: ['gpu-telemetry-stale', 'persistence-mode-off'],
      options: { engines: [{ maxNumSeqs: 256 }], nvidiaSmi: false, dcgm: 'shipped', intervalSeconds: 15 },
    },
  ] satisfies readonly Day[]
).map(({ level, frames, options, ...rest }: Day, i): HealthyDefinition => ({
  ...rest,
  seed: 31_000 + i,
  build: recording(options, usualDay(level, frames)),
}));

/** A card that runs into its own default limit and out of it again, as the driver balances it. */
function atPowerCap({ gpus, random }: HostWorld): void {
  for (const gpu of gpus) {
    const draw = random.between(676, 703);
    gpu.pinned = {
      averageWatts: `${draw.toFixed(2)} W`,
      instantWatts: `${(draw + random.between(-9, 9)).toFixed(2)} W`,
      smMhz: 15 * Math.round(random.between(1785, 1875) / 15),
      clockEventReasons: random.next() < 0.9 ? ['sw-power-cap'] : [],
    };
  }
}

const definitions: readonly HealthyDefinition[] = [
  {
    id: 'eight-h100-at-power-cap',
    title: 'eight H100 that draw what they may',
    relation: 'software power cap at the default limit with high draw is normal full load [EXP-RULES, rules §10.4]',
    seed: 31_020,
    not: ['gpu-power-cap-throttling', 'gpu-power-limit-below-default', 'gpu-clocks-locked-low'],
    build: recording(
      { gpus: cards('H100', 8), engines: Array.from({ length: 8 }, (_, i) => ({ gpus: [i] })) },
      (world) => {
        for (const engine of world.engines) engine.busy(0.85, { promptTokens: 1400, outputTokens: 160 });
        world.run({ frames: 13, each: (_, at) => atPowerCap(at) });
      },
    ),
  },
  {
    id: 'l40s-at-power-cap',
    title: 'L40S at their limit of 350 W under many prompts',
    relation: 'a healthy L40S had spent 204 s in software power capping [CAP-L40S]',
    seed: 31_021,
    not: ['gpu-power-cap-throttling', 'gpu-power-limit-below-default'],
    build: recording({ gpus: cards('L40S', 4), engines: [{ gpus: [0, 1, 2, 3] }], intervalSeconds: 15 }, (world) => {
      world.engine().busy(0.8, { promptTokens: 1200, outputTokens: 120 });
      world.run({ frames: 18 });
    }),
  },
  {
    id: 'full-batch-without-queue',
    title: 'a batch that is nearly full all the time while nobody waits',
    relation: 'the cap binds only when requests wait for room [rules §6.52]',
    seed: 31_022,
    not: ['max-num-seqs-bound', 'queue-backlog'],
    build: recording({ engines: [{ maxNumSeqs: 64 }] }, (world) => {
      const engine = world.engine().busy(1.25);
      world.run({
        frames: 18,
        each: () => {
          engine.pinned = { running: Math.round(world.random.between(58, 64)), waitingCapacity: 0 };
        },
      });
    }),
  },
  {
    id: 'nightly-batch',
    title: 'a nightly batch job with hundreds of queued requests and no latency to keep',
    relation: 'in a batch profile a deep queue is the intended state [rules §6.49, §10.16]',
    seed: 31_023,
    not: ['queue-backlog', 'ttft-slo-queue', 'max-num-seqs-bound'],
    build: recording(
      { engines: [{ maxNumSeqs: 512 }], settings: { sloTtftP95Seconds: 0, sloItlP95Seconds: 0 }, intervalSeconds: 30 },
      (world) => {
        world.engine().overload(1.25, 420, { promptTokens: 2600, outputTokens: 40, prefixHitRatio: 0.1 });
        world.run({ frames: 16 });
      },
    ),
  },
  {
    id: 'nightly-batch-sglang',
    title: 'a nightly batch job on SGLang',
    relation: 'in a batch profile a deep queue is the intended state [rules §6.49, §10.16]',
    seed: 31_024,
    not: ['queue-backlog', 'ttft-slo-queue'],
    build: recording(
      {
        gpus: cards('L40S', 1),
        engines: [{ kind: 'sglang', maxNumSeqs: 256 }],
        settings: { sloTtftP95Seconds: 0, sloItlP95Seconds: 0 },
        intervalSeconds: 30,
      },
      (world) => {
        world.engine().overload(1.3, 250, { promptTokens: 1800, outputTokens: 30, prefixHitRatio: 0.05 });
        world.run({ frames: 14 });
      },
    ),
  },
  {
    id: 'sglang-full-pool',
    title: 'SGLang with 91 to 97 % of its tokens in use and no queue',
    relation: 'token usage above 0.9 is good use [SGL-TUNE]',
    seed: 31_025,
    not: ['kv-cache-saturated', 'preemption-thrash'],
    build: recording({ gpus: cards('A100', 1), engines: [{ kind: 'sglang' }] }, (world) => {
      const engine = world.engine().busy(0.8);
      world.run({
        frames: 18,
        each: () => {
          engine.pinned = { kvCacheUsage: world.random.between(0.91, 0.97) };
        },
      });
    }),
  },
  {
    id: 'kv-high-without-waiting',
    title: 'a KV cache between 80 and 89 % in which every request finds room',
    relation: 'usage without waiting and preemptions is use, not want [rules §6.50, §10.15]',
    seed: 31_026,
    not: ['kv-cache-saturated', 'preemption-thrash'],
    build: recording({ engines: [{ maxNumSeqs: 256 }], intervalSeconds: 15 }, (world) => {
      const engine = world.engine();
      engine.busy(0.7);
      // Preempted some weeks ago: a total that no longer grows.
      engine.counters.values.preemptions = 3;
      world.run({
        frames: 20,
        each: () => {
          engine.pinned = { kvCacheUsage: world.random.between(0.8, 0.89) };
        },
      });
    }),
  },
  {
    id: 'one-scrape-spike',
    title: 'a burst that one scrape sees and the next one does not',
    relation: 'one sample of anything that needs a duration says nothing [rules §10.8]',
    seed: 31_027,
    not: ['queue-backlog', 'kv-cache-saturated'],
    build: recording({ engines: [{ maxNumSeqs: 256 }] }, (world) => {
      const engine = world.engine().busy(0.6);
      world.run({
        frames: 24,
        each: (seconds) => {
          engine.pinned = seconds === 80 || seconds === 170 ? { waitingCapacity: 37, kvCacheUsage: 0.96 } : {};
        },
      });
    }),
  },
  {
    id: 'deferred-now-and-then',
    title: 'requests that wait a moment for their KV transfer in some scrapes',
    relation: 'deferred waiting is not a want of room [VLLM-M, rules §10.17]',
    seed: 31_028,
    not: ['queue-backlog', 'requests-deferred', 'max-num-seqs-bound'],
    build: recording({ engines: [{ maxNumSeqs: 256 }], lmcache: 'mp' }, (world) => {
      world.engine().busy(0.6);
      world.run({
        frames: 20,
        each: (seconds) => {
          world.engine().deferred = seconds % 40 === 0 ? 2 : 0;
        },
      });
    }),
  },
];

/** Machines that serve what they were built for. */
export const healthyLoadScenarios: readonly Scenario[] = healthyScenarios('healthy-load', [...days, ...definitions]);
