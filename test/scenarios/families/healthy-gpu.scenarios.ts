import type { Scenario } from '../scenario.js';
import type { HostWorld } from '../world/index.js';
import { EVERYTHING_UNKNOWN, WITHOUT_SENSORS } from './unknown-sensors.js';
import { type HealthyDefinition, healthyScenarios, recording, usualDay } from './healthy-scenario.js';

/** The driver is loaded anew: what it counts since its load begins at nothing. */
function reloadDriver({ gpus }: HostWorld): void {
  for (const gpu of gpus) {
    Object.assign(gpu.eventMicroseconds, { swPowerCap: 0, syncBoost: 0, swThermal: 0, hwThermal: 0, hwPowerBrake: 0 });
    Object.assign(gpu.ecc, { volatileDramCorrectable: 0, volatileSramCorrectable: 0 });
    gpu.energyMillijoules = 0;
    gpu.replays = 0;
  }
}

const definitions: readonly HealthyDefinition[] = [
  {
    id: 'mig-a100',
    title: 'an A100 cut into two instances that both work',
    relation: 'with MIG on utilisation and remapped rows are N/A, and N/A is not 0 [NVML, CAP-MIG, rules §10.11]',
    seed: 33_000,
    not: ['gpu-row-remap-pending', 'mig-misfit', 'gpu-overprovisioned', 'mig-mode-pending'],
    build: recording({ gpus: [{ model: 'A100' }], intervalSeconds: 60 }, (world) => {
      const gpu = world.gpu().busy(0.7);
      const instance = { computeInstanceId: 0, totalMib: 40_192 };
      Object.assign(gpu.mig, {
        mode: 'Enabled',
        pendingMode: 'Enabled',
        devices: [
          { ...instance, index: 0, gpuInstanceId: 1, usedMib: 36_101 },
          { ...instance, index: 1, gpuInstanceId: 2, usedMib: 35_877 },
        ],
      });
      gpu.pinned = {
        usedMib: 71_978,
        freeMib: 9073,
        processes: [
          { pid: 7101, name: 'VLLM::EngineCore', usedMib: 36_060, gpuInstanceId: 1 },
          { pid: 7201, name: 'VLLM::EngineCore', usedMib: 35_836, gpuInstanceId: 2 },
        ],
      };
      world.run({ frames: 15 });
    }),
  },
  {
    id: 'vgpu-guest',
    title: 'a guest with a share of an A100 that shows it no sensors',
    relation: 'what a vGPU guest prints as N/A is unknown [signals §0, §2.5]',
    seed: 33_001,
    not: ['persistence-mode-off', 'gpu-temp-near-limit', 'gpu-orphan-memory'],
    build: recording({ gpus: [{ model: 'A100' }], intervalSeconds: 60, host: { cores: 8, memoryGib: 64 } }, (world) => {
      world.gpu().pinned = {
        ...WITHOUT_SENSORS,
        name: 'GRID A100-10C',
        virtualizationMode: 'VGPU',
        totalMib: 10_240,
        reservedMib: 916,
        usedMib: 0,
        freeMib: 9323,
        processes: [],
      };
      world.run({ frames: 14 });
    }),
  },
  {
    id: 'every-number-unknown',
    title: 'a card of which the driver tells its memory and no other number',
    relation: 'N/A is null, never 0, and nothing follows from it [signals §0.1]',
    seed: 33_002,
    not: ['gpu-fan-failure', 'gpu-ecc-uncorrected', 'ecc-disabled-datacenter', 'cpu-starved-engine'],
    build: recording({ engines: [{ maxNumSeqs: 256 }], intervalSeconds: 60 }, (world) => {
      world.gpu().pinned = EVERYTHING_UNKNOWN;
      usualDay(0.6, 14)(world);
    }),
  },
  {
    id: 'geforce-in-p2',
    title: 'a GeForce that computes in P2 with its memory below the maximum',
    relation:
      'CUDA on GeForce runs in P2 at 9251 of 9501 MHz; its PCIe, ECC and remap fields are N/A [XML-3080, CAP-4080]',
    seed: 33_003,
    not: ['gpu-clocks-locked-low', 'ecc-disabled-datacenter', 'gpu-fan-failure', 'gpu-repair-pending'],
    build: recording({ gpus: [{ model: 'RTX3080' }], engines: [{ maxNumSeqs: 48 }], intervalSeconds: 60 }, (world) => {
      world.gpu().fanPercent = 61;
      usualDay(0.6, 13)(world);
    }),
  },
  {
    id: 'cloud-t4-eight-lanes',
    title: 'a T4 in the cloud with eight of sixteen lanes under load',
    relation:
      'a cloud T4 shows 8x of 16x permanently: without baseline and sibling that is context [XML-T4, rules §10.6]',
    seed: 33_004,
    not: ['pcie-link-degraded', 'gpu-power-cap-throttling'],
    build: recording({ gpus: [{ model: 'T4' }], engines: [{ maxNumSeqs: 32 }], smiSchema: 11 }, (world) => {
      Object.assign(world.gpu().pcie, { width: 8, hostMaxGeneration: null });
      usualDay(0.7)(world);
    }),
  },
  {
    id: 'old-errors-for-life',
    title: 'errors and remapped rows of last year, none since the driver was loaded',
    relation: 'aggregate errors with volatile 0 and remapped rows without pending are history [rules §10.10]',
    seed: 33_005,
    not: ['gpu-ecc-uncorrected', 'gpu-row-remap-pending', 'gpu-row-remap-exhaustion'],
    build: recording({ gpus: [{ model: 'A100' }, { model: 'A100' }], engines: [{ gpus: [0, 1] }] }, (world) => {
      const gpu = world.gpu(1);
      Object.assign(gpu.ecc, { aggregateDramUncorrectable: 3, aggregateDramCorrectable: 12 });
      Object.assign(gpu.remap, { correctable: 2, uncorrectable: 1, high: 2, partial: 1 });
      usualDay(0.6)(world);
    }),
  },
  {
    id: 'few-corrected-errors',
    title: 'a corrected error every few minutes',
    relation: 'corrected errors never alert by themselves [EXP-RULES, rules §10.10]',
    seed: 33_006,
    not: ['gpu-ecc-uncorrected', 'gpu-ecc-correctable-rate'],
    build: recording({ engines: [{ maxNumSeqs: 256 }], intervalSeconds: 60 }, (world) => {
      world.gpu().addCorrected(14);
      world.engine().busy(0.6);
      world.run({
        frames: 18,
        each: (seconds) => {
          if (seconds % 240 === 0) world.gpu().addCorrected(1);
        },
      });
    }),
  },
  {
    id: 'stale-xid-gauge',
    title: 'dcgm-exporter still shows the code of an error of last month',
    relation:
      'DCGM_FI_DEV_XID_ERRORS keeps the last code until the exporter restarts: one old event [signals §1, rules §10.9]',
    seed: 33_007,
    not: ['gpu-xid-critical', 'gpu-xid-app', 'gpu-lost'],
    build: recording({ gpus: [{}, {}], engines: [{ gpus: [0, 1] }], dcgm: 'shipped' }, (world) => {
      world.gpu(1).lastXid = 79;
      usualDay(0.6)(world);
    }),
  },
  {
    id: 'switch-errors-and-forgeries',
    title: 'lines of an NVSwitch and of a program, with numbers that look like errors of a GPU',
    relation: 'SXid is another number space, and only the kernel’s own lines count [rules §2, §10.9]',
    seed: 33_008,
    not: ['gpu-xid-critical', 'gpu-xid-app', 'gpu-lost', 'nvlink-down'],
    build: recording(
      { gpus: [{}, {}, {}, {}], engines: [{ gpus: [0, 1, 2, 3] }], kernelLogForm: 'journal' },
      (world) => {
        world.engine().busy(0.6);
        world.run({ frames: 6 });
        const bus = world.gpu(2).pciBusId.slice(4, -2).toLowerCase();
        world.kernelLog
          .line('nvidia-nvswitch3: SXid (PCI:0000:c4:00.0): 20034, Non-fatal, Link 47 LTSSM Fault Up')
          .line(`NVRM: Xid (PCI:${bus}): 79, pid=1, name=x, GPU has fallen off the bus.`, { process: 'trainer[8123]' })
          .line('python3[4001]: segfault at 0 ip 00007f1c5a000000 sp 00007ffd9c000000 error 4 in libc.so.6')
          .line('nvidia-uvm: Loaded the UVM driver, major device number 510.');
        world.run({ frames: 10 });
      },
    ),
  },
  {
    id: 'informational-xids',
    title: 'codes of the driver for which nothing is to be done',
    relation: 'Xid 92, 106 and 121 are informational: the immediate action is to ignore them [XID-CAT]',
    seed: 33_009,
    not: ['gpu-xid-critical', 'gpu-xid-app'],
    build: recording({ engines: [{ maxNumSeqs: 256 }], kernelLogForm: 'kmsg' }, (world) => {
      world.engine().busy(0.6);
      world.run({ frames: 5 });
      for (const [code, text] of [
        [92, 'High single-bit ECC error rate'],
        [106, 'SMBPBI test message'],
        [121, 'C2C correctable error'],
      ] as const)
        world.kernelLog.xid(world.gpu(), code, { text });
      world.run({ frames: 10 });
    }),
  },
  {
    id: 'single-slowdown-samples',
    title: 'a slowdown bit in one sample, a thermal bit in another, and a flapping power cap',
    relation: '0x08 may be reported during P-state or clock changes [NVML]; one sample says nothing [rules §10.8]',
    seed: 33_010,
    not: ['gpu-thermal-hw-slowdown', 'gpu-thermal-sw-slowdown', 'gpu-power-brake', 'gpu-power-cap-throttling'],
    build: recording({ gpus: [{ model: 'L4' }], engines: [{ maxNumSeqs: 64 }], intervalSeconds: 15 }, (world) => {
      world.engine().busy(0.7);
      world.run({
        frames: 24,
        each: (seconds, { gpus: [gpu] }) => {
          gpu?.unthrottle();
          if (seconds === 90) gpu?.throttle('hw-slowdown', 0.5, 1);
          if (seconds === 210) gpu?.throttle('sw-thermal', 0.93, 1);
        },
      });
    }),
  },
  {
    id: 'warm-but-within-limits',
    title: 'a warm aisle: ten to twenty degrees are left to every card',
    relation: 'heat is judged by the margin that the card tells, not by a fixed temperature [GPUD-TEMP, EXP-RULES]',
    seed: 33_011,
    not: ['gpu-temp-near-limit', 'gpu-thermal-sw-slowdown', 'gpu-memory-temp-high'],
    build: recording({ gpus: [{ model: 'L40S' }, { model: 'L40S' }], engines: [{ gpus: [0, 1] }] }, (world) => {
      for (const gpu of world.gpus) gpu.inletOffsetCelsius = 20;
      usualDay(0.75)(world);
    }),
  },
  {
    id: 'two-failed-polls',
    title: 'nvidia-smi fails twice while a package is upgraded, and all else goes on',
    relation: 'telemetry is stale after more than three intervals and a minute, not after twenty seconds [EXP-RULES]',
    seed: 33_012,
    not: ['gpu-telemetry-stale', 'gpu-lost', 'gpu-missing'],
    build: recording({ gpus: [{}, {}], engines: [{ gpus: [0] }, { gpus: [1] }] }, (world) => {
      for (const engine of world.engines) engine.busy(0.6);
      world.run({ frames: 9 });
      world.smiFailure = { stdout: '', stderr: 'Unable to determine a free file descriptor\n', exitCode: 255 };
      world.run({ frames: 2 });
      world.smiFailure = null;
      world.run({ frames: 9 });
    }),
  },
  {
    id: 'driver-reloaded',
    title: 'the driver is loaded anew between two jobs: its counters begin at nothing',
    relation: 'a counter that falls is a reset and never a rate [signals §0.3, rules §10.13]',
    seed: 33_013,
    not: ['gpu-ecc-uncorrected', 'gpu-power-cap-throttling', 'pcie-replay-rate'],
    build: recording({ gpus: [{ model: 'A100' }], dcgm: true, intervalSeconds: 30 }, (world) => {
      const gpu = world.gpu().busy(0.9, 0.3);
      Object.assign(gpu, { replays: 41 });
      gpu.addCorrected(7);
      world.run({ frames: 8 });
      gpu.idle();
      reloadDriver(world);
      world.run({ frames: 4 });
      gpu.busy(0.9, 0.3);
      world.run({ frames: 8 });
    }),
  },
];

/** Cards whose numbers look wrong and are as the vendor means them. */
export const healthyGpuScenarios: readonly Scenario[] = healthyScenarios('healthy-gpu', definitions);
