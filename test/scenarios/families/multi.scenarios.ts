import { defineScenario, type Scenario, type ScenarioDefinition } from '../scenario.js';
import { NODE, recording } from './healthy-scenario.js';
import { fullControlGroup, loadedLink, nearlyFull, slowDisk } from './host-conditions.js';

/** Identity of the n-th card, where a scenario names it. */
const card = (n: number): string => `GPU-6d0${n}a41c-77e2-4c0b-a5f1-0c9be24d1a${n}0`;
const cards = (count: number): { uuid: string }[] => Array.from({ length: count }, (_, n) => ({ uuid: card(n) }));
const one = (gpu: number, maxNumSeqs = 256): { gpus: number[]; maxNumSeqs: number } => ({ gpus: [gpu], maxNumSeqs });
const url = (engine: number): string => `http://127.0.0.1:${8000 + engine}`;

const independent: readonly ScenarioDefinition[] = [
  {
    id: 'heat-and-full-disk',
    family: 'multi',
    kind: 'multi',
    title: 'the cooling of GPU 0 fails while the root filesystem is nearly full',
    relation: 'roots without a row between them are shown both [rules §9]',
    seed: 39_000,
    build: recording(
      { gpus: cards(2), engines: [one(0), one(1)], nodeExporter: true, intervalSeconds: 15 },
      (world) => {
        for (const engine of world.engines) engine.busy(0.45);
        nearlyFull(world.host, '/', 0.031);
        world.run({ frames: 6 });
        world.gpu(0).throttle('hw-thermal', 0.47);
        world.run({ frames: 14 });
      },
    ),
    truth: {
      rootCauses: ['gpu-thermal-hw-slowdown', 'host-disk-full'],
      subjects: { 'gpu-thermal-hw-slowdown': card(0), 'host-disk-full': NODE },
      mustNotFind: ['gpu-power-brake', 'gpu-clocks-locked-low'],
      acceptableActions: ['notify-oncall', 'router-remove-backend', 'gpu-set-power-limit', 'host-free-disk'],
      forbiddenActions: ['gpu-reset', 'gpu-restore-power-limit'],
    },
  },
  {
    id: 'memory-errors-here-full-cache-there',
    family: 'multi',
    kind: 'multi',
    title: 'uncorrectable errors on GPU 3 while the engine on GPU 0 has no KV room',
    relation: 'different GPUs: two incidents [rules §9]',
    seed: 39_001,
    build: recording({ gpus: cards(4), engines: [{ ...one(0, 512), numGpuBlocks: 4200 }, one(3)] }, (world) => {
      world.engine(0).busy(0.6, { promptTokens: 900, outputTokens: 350 });
      world.engine(1).busy(0.5);
      world.run({ frames: 6 });
      world.engine(0).overload(1.25, 60);
      world.run({ frames: 6 });
      world.gpu(3).addUncorrected(2);
      world.run({ frames: 12 });
    }),
    truth: {
      rootCauses: ['gpu-ecc-uncorrected', 'kv-cache-saturated'],
      subjects: { 'gpu-ecc-uncorrected': card(3), 'kv-cache-saturated': url(0) },
      mustFind: ['preemption-thrash'],
      mustNotFind: ['max-num-seqs-bound', 'gpu-row-remap-pending'],
      acceptableActions: ['collect-diagnostics', 'router-remove-backend', 'vllm-config:kv-cache-dtype', 'k8s-scale'],
      forbiddenActions: ['vllm-reset-prefix-cache'],
    },
  },
  {
    id: 'heat-here-small-batch-there',
    family: 'multi',
    kind: 'multi',
    title: 'GPU 0 is slowed down by heat; on GPU 1 the batch limit holds requests back',
    relation:
      'a queue behind a hot GPU is its consequence; a queue at the batch limit of another GPU is not [rules §9]',
    seed: 39_002,
    build: recording({ gpus: cards(2), engines: [one(0), one(1, 48)], kernelLogForm: 'dmesg' }, (world) => {
      world.engine(0).busy(0.5);
      world.engine(1).busy(0.5);
      world.run({ frames: 6 });
      world.gpu(0).throttle('hw-thermal', 0.5);
      world.engine(1).overload(1.35, 70);
      world.run({ frames: 18 });
    }),
    truth: {
      rootCauses: ['gpu-thermal-hw-slowdown', 'max-num-seqs-bound'],
      subjects: { 'gpu-thermal-hw-slowdown': card(0), 'max-num-seqs-bound': url(1) },
      mustNotFind: ['kv-cache-saturated', 'preemption-thrash'],
      acceptableActions: ['notify-oncall', 'vllm-config:max-num-seqs'],
      forbiddenActions: ['gpu-reset'],
    },
  },
  {
    id: 'power-brake-and-killed-neighbour',
    family: 'multi',
    kind: 'multi',
    title: 'a power supply fails for GPU 1, and the kernel kills a backup job',
    relation: '0x80 is the external power brake, never heat [NVML]; the kill concerns neither card nor engine',
    seed: 39_003,
    build: recording({ gpus: cards(2), engines: [one(0), one(1)], intervalSeconds: 15 }, (world) => {
      for (const engine of world.engines) engine.busy(0.45);
      world.run({ frames: 5 });
      world.kernelLog.oomKill(world.host, { pid: 30_211, name: 'pg_dump', cgroup: null });
      world.gpu(1).throttle('power-brake', 0.45);
      world.run({ frames: 14 });
    }),
    truth: {
      rootCauses: ['gpu-power-brake', 'host-oom-kill'],
      subjects: { 'gpu-power-brake': card(1), 'host-oom-kill': NODE },
      mustNotFind: ['gpu-thermal-hw-slowdown', 'engine-unreachable', 'engine-crash-loop'],
      acceptableActions: ['notify-oncall', 'router-remove-backend', 'gpu-set-power-limit', 'engine-health-check'],
      forbiddenActions: ['gpu-reset'],
    },
  },
  {
    id: 'remap-waits-and-cpu-limit',
    family: 'multi',
    kind: 'multi',
    title: 'a row of GPU 1 waits for its remap, and a CPU limit throttles the engine on GPU 0',
    relation: 'a pending remap takes effect at the next reset and slows nothing down [NV-MEMERR]',
    seed: 39_004,
    build: recording({ gpus: cards(2), engines: [one(0)], intervalSeconds: 30 }, (world) => {
      world.engine().busy(0.25);
      Object.assign(world.gpu(1).remap, { pending: 'Yes', correctable: 1, high: 1 });
      world.host.cgroup.cpuLimitCores = 2;
      world.run({ frames: 3 });
      world.starveCpu('cgroup', 0.57);
      world.host.pressure.cpuSome = 8;
      world.run({ frames: 16 });
    }),
    truth: {
      rootCauses: ['gpu-row-remap-pending', 'cgroup-cpu-throttled'],
      subjects: { 'gpu-row-remap-pending': card(1) },
      mustFind: ['cpu-starved-engine'],
      mustNotFind: ['gpu-row-remap-failure', 'gpu-ecc-uncorrected', 'host-cpu-pressure'],
      acceptableActions: ['gpu-drain', 'gpu-reset', 'k8s-patch-resources'],
    },
  },
  {
    id: 'locked-clocks-and-wrong-time',
    family: 'multi',
    kind: 'multi',
    title: 'clocks left locked after a benchmark, on a host whose clock nobody sets',
    relation: 'locked clocks show no reason bit [MAN]; time and clocks of a GPU have nothing to do with each other',
    seed: 39_005,
    build: recording({ gpus: cards(1), engines: [one(0)], nodeExporter: true, intervalSeconds: 60 }, (world) => {
      world.gpu().lockedSmMhz = 1305;
      world.host.clock = { synchronized: false, offsetSeconds: 0.09 };
      world.engine().busy(0.5);
      world.run({ frames: 17 });
    }),
    truth: {
      rootCauses: ['gpu-clocks-locked-low', 'host-clock-skew'],
      subjects: { 'gpu-clocks-locked-low': card(0), 'host-clock-skew': NODE },
      mustNotFind: ['gpu-thermal-hw-slowdown', 'gpu-power-limit-below-default'],
      acceptableActions: ['gpu-reset-clocks', 'host-fix-time'],
      forbiddenActions: ['gpu-reset'],
    },
  },
  {
    id: 'link-error-and-slow-disk',
    family: 'multi',
    kind: 'multi',
    title: 'an NVLink error of GPU 2, and an image pull that makes the disk slow',
    relation: 'Xid 74: follow the NVLink workflow [XID-CAT]; the disk waits for something else',
    seed: 39_006,
    build: recording(
      { gpus: cards(4), engines: [{ gpus: [0, 1, 2, 3] }], nodeExporter: true, kernelLogForm: 'journal' },
      (world) => {
        world.engine().busy(0.5);
        world.run({ frames: 6 });
        slowDisk(world.host);
        world.run({ frames: 10 });
        world.kernelLog.xid(world.gpu(2), 74);
        world.run({ frames: 8 });
      },
    ),
    truth: {
      rootCauses: ['gpu-xid-critical', 'host-io-pressure'],
      subjects: { 'gpu-xid-critical': card(2), 'host-io-pressure': NODE },
      mustNotFind: ['gpu-lost', 'gpu-xid-app'],
      acceptableActions: ['gpu-drain', 'collect-diagnostics', 'host-tune'],
    },
  },
  {
    id: 'full-control-group-and-dropped-packets',
    family: 'multi',
    kind: 'multi',
    title: 'the engine’s control group is full, and the network card drops packets',
    relation: 'memory of a control group and packets of a link are two roots [rules §9]',
    seed: 39_007,
    build: recording(
      { gpus: cards(1), engines: [one(0)], host: { memoryLimitGib: 80 }, intervalSeconds: 15 },
      (world) => {
        world.engine().busy(0.5);
        loadedLink(world.host, 25_000, { rx: 0.24, tx: 0.2 });
        world.run({ frames: 4 });
        fullControlGroup(world.host, 80, 0.955);
        Object.assign(world.host.network.eth0 ?? {}, { dropsPerSecond: 21_000 });
        world.run({ frames: 16 });
      },
    ),
    truth: {
      rootCauses: ['cgroup-memory-near-limit', 'host-network-saturation'],
      subjects: { 'host-network-saturation': NODE },
      mustNotFind: ['host-oom-kill', 'lmcache-remote-slow'],
      acceptableActions: ['k8s-patch-resources', 'lmcache-config:l1-size', 'router-rebalance', 'notify-oncall'],
      forbiddenActions: ['gpu-reset'],
    },
  },
];

/** Several roots at a time. */
export const multiScenarios: readonly Scenario[] = independent.map(defineScenario);
