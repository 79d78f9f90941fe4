import { defineScenario, type Scenario, type ScenarioDefinition, type Truth } from '../scenario.js';
import { fullControlGroup, shortOfMemory, swapping } from './host-conditions.js';
import { NODE, recording } from './healthy-scenario.js';

const ENGINE = { engines: [{ maxNumSeqs: 256 }] } as const;
const MEMORY_ACTIONS = ['k8s-patch-resources', 'lmcache-config:l1-size', 'notify-oncall'];
/** Neither frees memory of the host, and the first two put weights there or break work. */
const HARMFUL = ['vllm-sleep', 'gpu-reset', 'vllm-reset-prefix-cache'];

const underPressure = (truth: Partial<Truth> = {}): Truth => ({
  rootCauses: ['host-memory-pressure'],
  subjects: { 'host-memory-pressure': NODE },
  acceptableActions: MEMORY_ACTIONS,
  forbiddenActions: HARMFUL,
  ...truth,
});

const killed = (truth: Partial<Truth> = {}): Truth => ({
  rootCauses: ['host-oom-kill'],
  subjects: { 'host-oom-kill': NODE },
  mustNotFind: ['engine-crash-loop', 'gpu-xid-app'],
  acceptableActions: ['k8s-patch-resources', 'lmcache-config:l1-size', 'engine-health-check'],
  forbiddenActions: ['gpu-reset'],
  ...truth,
});

const pressure: readonly ScenarioDefinition[] = [
  {
    id: 'memory-four-percent-available',
    family: 'host-memory',
    kind: 'fault',
    title: 'a neighbour takes the memory of the host: four percent are left',
    relation: 'memory is short below 10 % available for two minutes [AWESOME]',
    seed: 36_000,
    build: recording({ ...ENGINE, host: { memoryGib: 256 } }, (world) => {
      world.engine().busy(0.5);
      world.run({ frames: 8 });
      shortOfMemory(world.host, 0.04, 2.5);
      world.run({ frames: 20 });
    }),
    truth: underPressure({ mustNotFind: ['cgroup-memory-near-limit', 'host-swap-thrash'] }),
  },
  {
    id: 'memory-stalls-before-it-ends',
    family: 'host-memory',
    kind: 'fault',
    title: 'tasks stall for memory although an eighth of it is available',
    relation:
      'all tasks stalled for 10 % of a minute and more is want of memory, whatever is available [PSI, rules §8.80]',
    seed: 36_001,
    build: recording({ gpus: [{ model: 'A100' }], ...ENGINE, intervalSeconds: 15, nodeExporter: true }, (world) => {
      world.engine().busy(0.5);
      world.run({ frames: 6 });
      shortOfMemory(world.host, 0.13, 17);
      world.run({ frames: 20 });
    }),
    truth: underPressure(),
  },
  {
    id: 'memory-small-host-from-the-start',
    family: 'host-memory',
    kind: 'fault',
    title: 'a host of 32 GiB on which 1.6 GiB are available from the start',
    relation: 'memory is short below 10 % available for two minutes [AWESOME]',
    seed: 36_002,
    build: recording(
      {
        gpus: [{ model: 'T4' }],
        engines: [{ maxNumSeqs: 32 }],
        host: { memoryGib: 32, cores: 8 },
        intervalSeconds: 30,
      },
      (world) => {
        shortOfMemory(world.host, 0.05, 4);
        world.engine().busy(0.4);
        world.run({ frames: 14 });
      },
    ),
    truth: underPressure(),
  },
  {
    id: 'memory-without-psi',
    family: 'host-memory',
    kind: 'fault',
    title: 'memory ends on a kernel without pressure files',
    relation: 'memory is short below 10 % available for two minutes [AWESOME]; PSI may be off [signals §9]',
    seed: 36_003,
    build: recording({ ...ENGINE, host: { memoryGib: 128 }, intervalSeconds: 30 }, (world) => {
      world.host.hasPressure = false;
      world.engine().busy(0.5);
      world.run({ frames: 4 });
      shortOfMemory(world.host, 0.055, 6);
      world.run({ frames: 12 });
    }),
    truth: underPressure(),
  },
  {
    id: 'swap-behind-memory-pressure',
    family: 'host-memory',
    kind: 'fault',
    title: 'memory ends and pages go to disk and back',
    relation: 'want of memory makes a host swap: swap is the consequence [rules §9, row 80]',
    seed: 36_004,
    build: recording({ ...ENGINE, host: { memoryGib: 128 } }, (world) => {
      world.engine().busy(0.5);
      world.run({ frames: 6 });
      shortOfMemory(world.host, 0.04, 13);
      world.run({ frames: 3 });
      swapping(world.host, 1.4e7);
      world.run({ frames: 18 });
    }),
    truth: underPressure({ mustFind: ['host-swap-thrash'] }),
  },
  {
    id: 'swap-thrash-alone',
    family: 'host-memory',
    kind: 'fault',
    title: 'pages of a batch job in a tight control group go to disk and back while the host has memory left',
    relation: 'swap traffic of a megabyte per second and more costs, used swap alone does not [rules §8.81]',
    seed: 36_005,
    build: recording({ ...ENGINE, intervalSeconds: 15 }, (world) => {
      world.engine().busy(0.4);
      world.run({ frames: 6 });
      world.host.memoryAvailableBytes = world.host.memoryTotalBytes * 0.31;
      swapping(world.host, 3.2e6);
      world.run({ frames: 16 });
    }),
    truth: {
      rootCauses: ['host-swap-thrash'],
      subjects: { 'host-swap-thrash': NODE },
      mustNotFind: ['host-memory-pressure', 'host-oom-kill'],
      acceptableActions: MEMORY_ACTIONS,
      forbiddenActions: HARMFUL,
    },
  },
  ...(
    [
      ['near', 0.945, 0, 'medium: between 90 and 98 % of the limit'],
      ['at', 0.992, 0.8, 'critical from 98 % on, and the limit is met'],
    ] as const
  ).map(([name, ratio, maxPerSecond, words], i): ScenarioDefinition => ({
    id: `control-group-${name}-memory-limit`,
    family: 'host-memory',
    kind: 'fault',
    title: `the engine’s control group holds ${Math.round(ratio * 100)} % of its memory limit, hardly any of it page cache`,
    relation: `working set (current − inactive_file) against memory.max: ${words} [NETDATA]`,
    seed: 36_010 + i,
    build: recording({ ...ENGINE, host: { memoryLimitGib: 96 }, intervalSeconds: 15 }, (world) => {
      world.engine().busy(0.5);
      world.run({ frames: 5 });
      fullControlGroup(world.host, 96, ratio, maxPerSecond);
      world.run({ frames: 14 });
    }),
    truth: {
      rootCauses: ['cgroup-memory-near-limit'],
      mustNotFind: ['host-swap-thrash', 'host-oom-kill', 'cgroup-cpu-throttled'],
      acceptableActions: ['k8s-patch-resources', 'lmcache-config:l1-size'],
      forbiddenActions: HARMFUL,
    },
  })),
];

const kills: readonly ScenarioDefinition[] = [
  {
    id: 'oom-kill-of-engine-by-its-limit',
    family: 'host-memory',
    kind: 'fault',
    title: 'a burst of allocations meets the control group’s limit: the engine is killed and comes back',
    relation: 'a kill that is new in counters or kernel log, with the engine as its victim [rules §8.82]',
    seed: 36_020,
    build: recording({ ...ENGINE, host: { memoryLimitGib: 64 }, kernelLogForm: 'dmesg' }, (world) => {
      const engine = world.engine().busy(0.5);
      world.run({ frames: 8 });
      const cgroup = world.host.cgroupPath;
      world.kernelLog.oomKill(world.host, { pid: engine.workerPid(), name: 'VLLM::EngineCor', cgroup });
      engine.availability = 'refused';
      world.run({ frames: 2 });
      engine.restart(world.seconds);
      world.run({ frames: 10 });
    }),
    truth: killed(),
  },
  {
    id: 'oom-kill-of-a-neighbour',
    family: 'host-memory',
    kind: 'twin',
    title: 'the kernel kills a backup job for want of memory; the engine goes on',
    relation: 'a kill is critical when its victim is the engine and high otherwise [rules §8.82]',
    seed: 36_021,
    build: recording({ ...ENGINE, kernelLogForm: 'journal', intervalSeconds: 15 }, (world) => {
      world.engine().busy(0.5);
      world.run({ frames: 6 });
      world.kernelLog.oomKill(world.host, { pid: 21_877, name: 'restic', cgroup: null });
      world.run({ frames: 8 });
    }),
    truth: killed({ mustNotFind: ['engine-restarted', 'engine-unreachable', 'engine-crash-loop'] }),
  },
  {
    id: 'oom-kill-in-counters-only',
    family: 'host-memory',
    kind: 'fault',
    title: 'a kill of which only the kernel’s counter tells',
    relation: 'vmstat oom_kill that grows is a kill [rules §8.82]',
    seed: 36_022,
    build: recording({ ...ENGINE, hasKernelLog: false, intervalSeconds: 30 }, (world) => {
      world.engine().busy(0.4);
      world.skip(30);
      world.host.counters.oomKills = 2;
      world.run({ frames: 5 });
      world.host.countOomKill('machine');
      world.run({ frames: 6 });
    }),
    truth: killed({ mustNotFind: ['engine-restarted', 'engine-unreachable'] }),
  },
  {
    id: 'oom-kill-ends-the-only-engine',
    family: 'host-memory',
    kind: 'fault',
    title: 'memory ends, the kernel kills the engine, and nothing starts it again',
    relation: 'want of memory → kill → engine unreachable: one incident with the first as its root [rules §9, row 82]',
    seed: 36_023,
    build: recording({ ...ENGINE, host: { memoryGib: 128 } }, (world) => {
      const engine = world.engine().busy(0.5);
      world.run({ frames: 6 });
      shortOfMemory(world.host, 0.025, 12);
      world.run({ frames: 15 });
      world.kernelLog.oomKill(world.host, { pid: engine.pid ?? 4000, name: 'python3', cgroup: null });
      engine.availability = 'refused';
      world.run({ frames: 12 });
    }),
    truth: underPressure({ mustFind: ['host-oom-kill', 'engine-unreachable'], mustNotFind: ['gpu-lost'] }),
  },
];

/** Want of memory of the host or of the engine’s control group, and what it leads to. */
export const hostMemoryScenarios: readonly Scenario[] = [...pressure, ...kills].map(defineScenario);
