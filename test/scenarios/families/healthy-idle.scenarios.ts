import type { Scenario } from '../scenario.js';
import type { GpuModelName } from '../world/index.js';
import { type HealthyDefinition, healthyScenarios, recording, usualDay } from './healthy-scenario.js';

const SMALL_HOST = { cores: 16, memoryGib: 32 } as const;

/** Idle states as the cards show them. */
const IDLE_CARDS: readonly (readonly [GpuModelName, number, string])[] = [
  [
    'H100',
    8,
    'an idle H100 with persistence mode sits in P0 at 345 MHz and 69 W: neither busy nor throttled [CAP-H100]',
  ],
  ['A100', 4, 'P0 at idle with persistence is normal [rules §10.5]'],
  ['L40S', 2, 'PCIe generation and width may be reduced when the GPU is not in use [CAP-H100 query help]'],
  ['T4', 1, 'a low clock with the idle bit 0x001 is not throttling [rules §10.5]'],
];

const idleCards = IDLE_CARDS.map(([model, count, relation], i): HealthyDefinition => ({
  id: `idle-${count}-${model.toLowerCase()}`,
  title: `${count} × ${model} without work for a quarter of an hour`,
  relation,
  seed: 30_000 + i,
  not: ['gpu-clocks-locked-low', 'pcie-link-degraded', 'gpu-idle-unallocated'],
  build: recording({ gpus: Array.from({ length: count }, () => ({ model })), intervalSeconds: 60 }, (world) =>
    world.run({ frames: 16 }),
  ),
}));

const definitions: readonly HealthyDefinition[] = [
  {
    id: 'idle-dev-box-geforce',
    title: 'a developer’s machine with a GeForce that nobody uses for three quarters of an hour',
    relation:
      'idle dev box is never flagged [rules §10.15]; persistence off concerns data-centre and workstation cards [MAN]',
    seed: 30_010,
    not: ['gpu-idle-unallocated', 'persistence-mode-off', 'gpu-fan-failure', 'ecc-disabled-datacenter'],
    build: recording({ gpus: [{ model: 'RTX3080' }], intervalSeconds: 60, host: SMALL_HOST }, (world) => {
      Object.assign(world.gpu(), { fanPercent: 0, persistenceMode: 'Disabled' });
      world.run({ frames: 46 });
    }),
  },
  {
    id: 'idle-model-loaded-short',
    title: 'a loaded model without requests for twenty minutes',
    relation: 'held memory without work counts after 30 minutes; with less history nothing is said [rules §0 D3]',
    seed: 30_011,
    not: ['gpu-idle-memory-held'],
    build: recording({ engines: [{ maxNumSeqs: 256 }], intervalSeconds: 60 }, (world) => {
      world.engine().idle();
      world.run({ frames: 20 });
    }),
  },
  {
    id: 'asleep-by-intent',
    title: 'a replica asleep at level 1 for three quarters of an hour, without traffic',
    relation: 'sleeping frees GPU memory while the process lives; asleep without traffic is intended [VLLM-SLEEP]',
    seed: 30_012,
    not: ['engine-asleep-with-traffic', 'gpu-idle-memory-held', 'engine-unreachable'],
    build: recording({ engines: [{ maxNumSeqs: 256 }], intervalSeconds: 60 }, (world) => {
      world.engine().idle().sleep(1);
      world.run({ frames: 46 });
    }),
  },
  {
    id: 'laptop-without-gpu',
    title: 'a laptop without an NVIDIA driver',
    relation: 'a command that is not there (exit 127) is the absence of a GPU, not a failure of it [contract §4]',
    seed: 30_013,
    not: ['gpu-telemetry-stale', 'gpu-missing', 'nvml-driver-mismatch'],
    build: recording({ gpus: [], host: { cores: 12, memoryGib: 16 }, kernelLogForm: 'journal' }, (world) => {
      world.smiFailure = { stdout: '', stderr: 'bash: nvidia-smi: command not found\n', exitCode: 127 };
      world.run({ frames: 18 });
    }),
  },
  {
    id: 'driver-without-devices',
    title: 'a driver without a device in a container that was given none',
    relation: 'exit 6: no devices found, which is absence [MAN, contract §4]',
    seed: 30_014,
    not: ['gpu-lost', 'gpu-missing', 'gpu-telemetry-stale'],
    build: recording({ gpus: [], host: SMALL_HOST }, (world) => {
      world.smiFailure = { stdout: 'No devices were found\n', exitCode: 6 };
      world.run({ frames: 14 });
    }),
  },
  {
    id: 'node-exporter-only',
    title: 'a host of which only node_exporter is known',
    relation: 'what is not measured is not evaluated, and not flagged either [signals §0]',
    seed: 30_015,
    build: recording(
      { gpus: [], nvidiaSmi: false, hasFiles: false, hasKernelLog: false, nodeExporter: true, intervalSeconds: 30 },
      (world) => world.run({ frames: 26 }),
    ),
  },
  {
    id: 'windows-display-card',
    title: 'a desktop card that drives the display under WDDM',
    relation: 'under WDDM persistence mode and memory of a process are N/A; N/A is not 0 [MAN, signals §0]',
    seed: 30_016,
    not: ['persistence-mode-off', 'gpu-orphan-memory', 'gpu-shared-by-foreign-process'],
    build: recording(
      { gpus: [{ model: 'RTX3080' }], hasFiles: false, hasKernelLog: false, intervalSeconds: 60 },
      (world) => {
        const gpu = world.gpu().busy(0.07, 0.1);
        gpu.fanPercent = 0;
        gpu.foreignProcesses = [{ pid: 1288, type: 'G', name: 'C:\\Windows\\System32\\dwm.exe', usedMib: null }];
        gpu.pinned = { driverModel: 'WDDM', persistenceMode: null, usedMib: 1463, freeMib: 8380 };
        world.run({ frames: 14 });
      },
    ),
  },
  {
    id: 'first-minutes-after-boot',
    title: 'a host that has just booted, its clock not yet set',
    relation: 'chrony needs some minutes at start-up: the first five do not count [rules §8.89]',
    seed: 30_017,
    not: ['host-clock-skew'],
    build: recording(
      { nodeExporter: true, intervalSeconds: 30, host: { bootedSecondsAgo: 45 }, kernelLogForm: 'dmesg' },
      (world) =>
        world.run({
          frames: 16,
          each: (seconds, { host }) => {
            host.clock =
              seconds < 200 ? { synchronized: false, offsetSeconds: 0 } : { synchronized: true, offsetSeconds: 0.0011 };
          },
        }),
    ),
  },
  {
    id: 'single-frame',
    title: 'one look at a machine at work',
    relation: 'one sample of anything that needs a duration says nothing [rules §10.8]',
    seed: 30_018,
    build: recording({ engines: [{ maxNumSeqs: 128 }], dcgm: true, nodeExporter: true }, usualDay(0.6, 1)),
  },
];

/** Machines that do little or nothing, as they should. */
export const healthyIdleScenarios: readonly Scenario[] = healthyScenarios('healthy-idle', [
  ...idleCards,
  ...definitions,
]);
