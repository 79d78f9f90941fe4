import { defineScenario, type Scenario } from '../scenario.js';
import type { HostWorld } from '../world/index.js';
import { servingWorld, uuidOf } from './gpu-worlds.js';

const family = 'gpu-availability';
const LOST = 'gpu-lost';
const MISSING = 'gpu-missing';
const MISMATCH = 'nvml-driver-mismatch';
const STALE = 'gpu-telemetry-stale';

/** As nvidia-smi says it [MAN, signals §2.1]. */
const EXITS = {
  denied: { exitCode: 4, stdout: 'Failed to initialize NVML: Insufficient Permissions\n' },
  notLoaded: {
    exitCode: 9,
    stdout:
      "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that the latest NVIDIA driver is installed and running.\n",
  },
  mismatch: {
    exitCode: 18,
    stdout: 'Failed to initialize NVML: Driver/library version mismatch\nNVML library version: 580.126\n',
  },
  unknown: { exitCode: 255, stdout: 'Unable to determine the device handle: Unknown Error\n' },
} as const;

function lostMessage(world: HostWorld, gpu: number): HostWorld['smiFailure'] {
  const busId = world.gpu(gpu).pciBusId.slice(4);
  const stdout = `Unable to determine the device handle for GPU${busId}: GPU is lost.  Reboot the system to recover this GPU\n`;
  return { stdout, exitCode: 15 };
}

const lostTruth = {
  rootCauses: [LOST],
  mustFind: ['gpu-xid-critical'],
  mustNotFind: [MISMATCH, 'gpu-xid-app'],
  acceptableActions: ['router-remove-backend', 'k8s-cordon', 'notify-oncall', 'collect-diagnostics'],
  forbiddenActions: ['gpu-reset', 'vllm-restart'],
} as const;

const lost: readonly Scenario[] = [
  defineScenario({
    id: 'gpu-off-the-bus',
    family,
    kind: 'fault',
    title: 'One of four H100 falls off the bus under its engine and is not listed any more',
    relation: 'Xid 79: the GPU has fallen off the bus, RESTART_BM; a reset in band cannot work [XID-CAT]',
    seed: 501,
    build: (seed) => {
      const options = { gpus: 4, width: 2, kernelLogForm: 'dmesg', level: 0.5 } as const;
      const world = servingWorld(seed, options).run({ frames: 8 });
      const gpu = world.gpu(1);
      world.kernelLog.xid(gpu, 79, {}, 6);
      gpu.isPresent = false;
      world.engine().availability = 'unhealthy';
      return world.run({ frames: 12 }).bundle();
    },
    truth: { ...lostTruth, mustFind: ['gpu-xid-critical', MISSING, 'engine-unreachable'] },
  }),
  defineScenario({
    id: 'gpu-is-lost-without-kernel-log',
    family,
    kind: 'fault',
    title: 'nvidia-smi says that a GPU is lost; nobody copied the kernel log',
    relation: 'Exit 15: GPU fell off the bus; “GPU is lost” [MAN, NVML return 15]',
    seed: 505,
    build: (seed) => {
      const world = servingWorld(seed, { model: 'A100', gpus: 2, hasKernelLog: false }).run({ frames: 6 });
      world.smiFailure = lostMessage(world, 0);
      world.engine().availability = 'unhealthy';
      return world.run({ frames: 10 }).bundle();
    },
    truth: { ...lostTruth, mustFind: ['engine-unreachable'] },
  }),
];

const missingTruth = {
  rootCauses: [MISSING],
  mustNotFind: [LOST, MISMATCH, 'gpu-xid-critical'],
  acceptableActions: ['notify-oncall', 'collect-diagnostics'],
  forbiddenActions: ['gpu-reset'],
} as const;

const missing: readonly Scenario[] = [
  defineScenario({
    id: 'gpu-missing-from-the-inventory',
    family,
    kind: 'fault',
    title: 'Seven of eight expected GPUs are there from the first sample on',
    relation: 'Fewer GPUs by UUID than the configured inventory on successful polls [rules 19]',
    seed: 511,
    build: (seed) => {
      const expectedGpuUuids = Array.from({ length: 8 }, (_, i) => uuidOf(i));
      const world = servingWorld(seed, {
        gpus: 8,
        width: 2,
        engineCount: 3,
        level: 0.4,
        settings: { expectedGpuUuids },
      });
      world.gpu(7).isPresent = false;
      return world.run({ frames: 12 }).bundle();
    },
    truth: missingTruth,
  }),
  defineScenario({
    id: 'gpu-missing-idle-one',
    family,
    kind: 'fault',
    title: 'A GPU without an engine is taken out of the container’s devices while it runs',
    relation: 'Fewer GPUs than were seen before on successful polls; device list or pass-through [rules 19]',
    seed: 512,
    build: (seed) => {
      const world = servingWorld(seed, { model: 'A100', gpus: 3, width: 2 }).run({ frames: 8 });
      world.gpu(2).isPresent = false;
      return world.run({ frames: 10 }).bundle();
    },
    truth: missingTruth,
  }),
];

const driverActions = ['notify-oncall', 'k8s-cordon', 'host-fix-driver'] as const;
const driver: readonly Scenario[] = (
  [
    [
      'driver-library-mismatch',
      EXITS.mismatch,
      1,
      'A package upgrade replaced the library, engines run on with the old one',
    ],
    ['driver-not-loaded', EXITS.notLoaded, 0, 'The driver is not loaded after a kernel update'],
  ] as const
).map(([id, failure, width, title], i) =>
  defineScenario({
    id,
    family,
    kind: 'fault',
    title,
    relation: 'NVML 18 / 9: library and driver differ, no driver; the GPUs are not judged [NVML, MAN]',
    seed: 521 + i,
    build: (seed) => {
      const model = i === 0 ? 'L40S' : 'H100';
      const world = servingWorld(seed, { model, gpus: 2, width, intervalSeconds: i === 0 ? 30 : 10 });
      if (width > 0) world.run({ frames: 5 });
      world.smiFailure = failure;
      return world.run({ frames: 10 }).bundle();
    },
    truth: {
      rootCauses: [MISMATCH],
      mustNotFind: [LOST, MISSING, 'gpu-xid-critical'],
      acceptableActions: driverActions,
      forbiddenActions: ['gpu-reset'],
    },
  }),
);

const stale: readonly Scenario[] = [
  defineScenario({
    id: 'telemetry-fails-for-seven-minutes',
    family,
    kind: 'fault',
    title: 'nvidia-smi fails for seven minutes while the engine serves',
    relation:
      'No successful collection for minutes: 300 s stale, ten minutes failing; wedged GPU or driver call [EXP-RULES]',
    seed: 531,
    build: (seed) => {
      const world = servingWorld(seed, { model: 'A100', intervalSeconds: 30 }).run({ frames: 6 });
      world.smiFailure = EXITS.unknown;
      return world.run({ frames: 15 }).bundle();
    },
    truth: {
      rootCauses: [STALE],
      mustNotFind: [LOST, MISSING, 'gpu-thermal-hw-slowdown'],
      acceptableActions: ['collect-diagnostics'],
      forbiddenActions: ['gpu-reset', 'vllm-restart'],
    },
  }),
];

const healthyTruth = { rootCauses: [], mustNotFind: [STALE, LOST, MISSING, MISMATCH], acceptableActions: [] } as const;

const twins: readonly Scenario[] = [
  defineScenario({
    id: 'gpu-listed-in-another-order',
    family,
    kind: 'healthy',
    title: 'All expected GPUs are there, listed under other positions than the inventory has',
    relation: 'GPUs are known by UUID, never by index: the order may change between boots [NVML]',
    seed: 543,
    build: (seed) => {
      const expectedGpuUuids = [3, 1, 0, 2].map(uuidOf);
      return servingWorld(seed, { model: 'L4', gpus: 4, settings: { expectedGpuUuids } }).run({ frames: 12 }).bundle();
    },
    truth: healthyTruth,
  }),
  defineScenario({
    id: 'telemetry-not-permitted-dcgm-is',
    family,
    kind: 'gap',
    title: 'nvidia-smi is not permitted to this user; dcgm-exporter shows healthy GPUs',
    relation: 'Exit 4, no permission: the collector’s problem, no lost GPU [MAN, rules 18–19]',
    seed: 544,
    build: (seed) => {
      const world = servingWorld(seed, { gpus: 2, dcgm: 'shipped' });
      world.smiFailure = EXITS.denied;
      return world.run({ frames: 12 }).bundle();
    },
    truth: { ...healthyTruth, mustNotFind: [LOST, MISSING, MISMATCH] },
  }),
];

export const gpuAvailabilityScenarios: readonly Scenario[] = [...lost, ...missing, ...driver, ...stale, ...twins];
