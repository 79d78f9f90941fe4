import { defineScenario, type Scenario, type ScenarioDefinition, type Truth } from '../scenario.js';
import { NODE, recording } from './healthy-scenario.js';

const ENGINE = { engines: [{ maxNumSeqs: 256 }] } as const;

function onHost(rule: string, truth: Omit<Partial<Truth>, 'rootCauses'>): Truth {
  return { rootCauses: [rule], subjects: { [rule]: NODE }, ...truth };
}

const NO_CPU_FIX = ['k8s-scale', 'gpu-reset', 'gpu-lock-clocks'];

const cpu: readonly ScenarioDefinition[] = [
  {
    id: 'cpu-taken-by-neighbours',
    family: 'host-cpu',
    kind: 'twin',
    title: 'a preprocessing job uses the cores that the engine needs; its GPU idles',
    relation: 'short of cores vLLM degrades with low GPU utilisation; the host is the root of it [VLLM-OPT, rules §9]',
    seed: 37_000,
    build: recording({ ...ENGINE, host: { cores: 32 } }, (world) => {
      world.engine().busy(0.25);
      world.run({ frames: 6 });
      world.starveCpu('neighbours', 0.58);
      world.run({ frames: 22 });
    }),
    truth: onHost('host-cpu-pressure', {
      mustFind: ['cpu-starved-engine'],
      mustNotFind: ['cgroup-cpu-throttled', 'gpu-overprovisioned', 'gpu-clocks-locked-low'],
      acceptableActions: ['host-tune', 'k8s-patch-resources'],
      forbiddenActions: NO_CPU_FIX,
    }),
  },
  {
    id: 'cpu-limit-throttles-engine',
    family: 'host-cpu',
    kind: 'twin',
    title: 'a CPU limit stops the engine in two thirds of the periods on an idle host',
    relation: 'throttled in 25 % of the periods and more, while the host has cores to spare [K8S-MIXIN, rules §9]',
    seed: 37_001,
    build: recording({ ...ENGINE, host: { cores: 64 }, intervalSeconds: 30 }, (world) => {
      world.engine().busy(0.25);
      world.host.cgroup.cpuLimitCores = 2;
      world.run({ frames: 4 });
      world.starveCpu('cgroup', 0.57);
      // Cores are free: outside of the group nobody waits.
      world.host.pressure.cpuSome = 9;
      world.run({ frames: 16 });
    }),
    truth: {
      rootCauses: ['cgroup-cpu-throttled'],
      mustFind: ['cpu-starved-engine'],
      mustNotFind: ['host-cpu-pressure', 'gpu-overprovisioned'],
      acceptableActions: ['k8s-patch-resources'],
      forbiddenActions: NO_CPU_FIX,
    },
  },
  {
    id: 'cpu-limit-mild',
    family: 'host-cpu',
    kind: 'fault',
    title: 'a CPU limit stops the engine in two fifths of the periods; it still keeps up',
    relation: 'throttled in 25 % of the periods and more over five minutes [K8S-MIXIN]',
    seed: 37_002,
    build: recording(
      { gpus: [{ model: 'L40S' }], engines: [{ maxNumSeqs: 128 }], host: { cpuLimitCores: 3 }, intervalSeconds: 30 },
      (world) => {
        world.engine().busy(0.5);
        world.host.cgroup.throttledRatio = 0.41;
        world.host.pressure.cpuSome = 6;
        world.run({ frames: 16 });
      },
    ),
    truth: {
      rootCauses: ['cgroup-cpu-throttled'],
      mustNotFind: ['host-cpu-pressure', 'cpu-starved-engine'],
      acceptableActions: ['k8s-patch-resources'],
      forbiddenActions: NO_CPU_FIX,
    },
  },
  {
    id: 'cpu-crowded-host-without-engine',
    family: 'host-cpu',
    kind: 'fault',
    title: 'a build farm on a host without engines: three tasks for every core',
    relation: 'tasks wait for a CPU in 25 % of the time and more; load above two per core [NODE-MIXIN]',
    seed: 37_003,
    build: recording({ gpus: [], nvidiaSmi: false, host: { cores: 24 }, intervalSeconds: 60 }, (world) => {
      const { host } = world;
      Object.assign(host.cpu, { user: 0.87, system: 0.1 });
      Object.assign(host, { load: 71, runnableTasks: 66 });
      host.pressure.cpuSome = 72;
      world.run({ frames: 20 });
    }),
    truth: onHost('host-cpu-pressure', {
      mustNotFind: ['cpu-starved-engine', 'cgroup-cpu-throttled'],
      acceptableActions: ['host-tune', 'k8s-patch-resources'],
      forbiddenActions: NO_CPU_FIX,
    }),
  },
  {
    id: 'cpu-stolen',
    family: 'host-cpu',
    kind: 'fault',
    title: 'an oversold virtual machine: a fifth of its time is stolen',
    relation: 'steal above 10 % [AWESOME]',
    seed: 37_004,
    build: recording(
      {
        gpus: [{ model: 'T4' }],
        engines: [{ maxNumSeqs: 32 }],
        host: { cores: 8, memoryGib: 30 },
        intervalSeconds: 30,
      },
      (world) => {
        world.engine().busy(0.5);
        world.host.cpu.steal = 0.19;
        world.host.pressure.cpuSome = 11;
        world.run({ frames: 34 });
      },
    ),
    truth: onHost('host-cpu-pressure', {
      mustNotFind: ['cgroup-cpu-throttled'],
      acceptableActions: ['host-tune', 'k8s-patch-resources'],
    }),
  },
];

const settings: readonly ScenarioDefinition[] = [
  {
    id: 'engine-on-the-far-node',
    family: 'host-cpu',
    kind: 'fault',
    title: 'the engine’s CPUs are on node 0 and its GPU on node 1',
    relation: 'numa_node of the GPU differs from the node of the allowed CPUs [rules §8.88]',
    seed: 37_030,
    build: recording(
      {
        gpus: [{ numaNode: 1 }],
        engines: [{ cpusAllowed: '0-31', maxNumSeqs: 256 }],
        host: { cores: 64, numaNodes: ['0-31', '32-63'] },
        intervalSeconds: 60,
      },
      (world) => {
        world.engine().busy(0.5);
        world.run({ frames: 15 });
      },
    ),
    truth: {
      rootCauses: ['numa-misplacement'],
      mustNotFind: ['cpu-starved-engine', 'pcie-link-degraded'],
      acceptableActions: ['host-tune'],
      forbiddenActions: ['gpu-reset'],
    },
  },
  ...(
    [
      ['unsynchronised', { synchronized: false, offsetSeconds: 0.004 }, 'the kernel says that nothing sets its clock'],
      ['far-off', { synchronized: true, offsetSeconds: 0.41 }, 'an offset above 50 ms for ten minutes'],
    ] as const
  ).map(([name, clock, words], i): ScenarioDefinition => ({
    id: `clock-${name}`,
    family: 'host-cpu',
    kind: 'fault',
    title: `a clock ${name.replace('-', ' ')} for a quarter of an hour`,
    relation: `${words} [AWESOME, NODE-MIXIN]`,
    seed: 37_031 + i,
    build: recording({ ...ENGINE, nodeExporter: true, intervalSeconds: 60 }, (world) => {
      world.host.clock = { ...clock };
      world.engine().busy(0.5);
      world.run({ frames: 17 });
    }),
    truth: onHost('host-clock-skew', { acceptableActions: ['host-fix-time'] }),
  })),
];

/** Want of CPU, misplaced processes and wrong clocks. */
export const hostCpuScenarios: readonly Scenario[] = [...cpu, ...settings].map(defineScenario);
