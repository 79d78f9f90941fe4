import { defineScenario, type Scenario } from '../scenario.js';
import type { GpuModelName, HostWorld, WorldGpu } from '../world/index.js';
import { servingWorld, uuidOf } from './gpu-worlds.js';

const family = 'gpu-ecc';
const ECC = 'gpu-ecc-uncorrected';

/** The engine's process dies of the error and its owner starts it again a minute later. */
function dieAndRestart(world: HostWorld): void {
  world.engine().availability = 'refused';
  world.run({ frames: 6 });
  world.engine().restart(world.seconds);
}

const eccTruth = {
  rootCauses: [ECC],
  subjects: { [ECC]: uuidOf(0) },
  acceptableActions: ['collect-diagnostics', 'router-remove-backend'],
  forbiddenActions: ['gpu-reset-clocks', 'gpu-set-power-limit'],
} as const;
const ECC_RELATION =
  'Any increase of the volatile uncorrected count is critical: running work may be corrupt [EXP-RULES]';

const uncorrected: readonly Scenario[] = [
  defineScenario({
    id: 'ecc-uncorrected-sram',
    family,
    kind: 'fault',
    title: 'Three uncorrectable errors in the SRAM of an L4',
    relation: ECC_RELATION,
    seed: 301,
    build: (seed) => {
      const world = servingWorld(seed, { model: 'L4', intervalSeconds: 30 }).run({ frames: 10 });
      world.gpu().addUncorrected(3, 'Sram');
      return world.run({ frames: 6 }).bundle();
    },
    truth: eccTruth,
  }),
  defineScenario({
    id: 'ecc-uncorrected-before-recording',
    family,
    kind: 'fault',
    title: 'Uncorrectable errors since the driver was loaded, none of them new',
    relation:
      'Volatile uncorrected > 0 at first sight counts too [rules 7]; volatile means since the driver load [NVML]',
    seed: 304,
    build: (seed) => {
      const world = servingWorld(seed, { model: 'A100', gpus: 2 });
      world.gpu(1).addUncorrected(2);
      return world.run({ frames: 12 }).bundle();
    },
    truth: { ...eccTruth, subjects: { [ECC]: uuidOf(1) } },
  }),
  defineScenario({
    id: 'ecc-double-bit-with-remap',
    family,
    kind: 'fault',
    title: 'Double-bit error: Xid 48, Xid 63, and a row that waits for the reset',
    relation: 'Xid 48 and 63 of the same seconds report the error; the remap waits for a reset [XID-CAT, NV-MEMERR]',
    seed: 305,
    build: (seed) => {
      const world = servingWorld(seed, { gpus: 2, kernelLogForm: 'journal' }).run({ frames: 8 });
      const gpu = world.gpu(0).addUncorrected(1);
      Object.assign(gpu.remap, { uncorrectable: 1, pending: 'Yes', high: 1 });
      world.kernelLog.xid(gpu, 48, {}, 3).xid(gpu, 63, {}, 2);
      dieAndRestart(world);
      return world.run({ frames: 8 }).bundle();
    },
    truth: { ...eccTruth, mustFind: ['gpu-row-remap-pending', 'gpu-xid-critical'] },
  }),
  defineScenario({
    id: 'ecc-contained',
    family,
    kind: 'fault',
    title: 'Contained error on an A100: Xid 94 ends the engine, the row is to be remapped',
    relation: 'Xid 94 contained memory error: the application dies, then the remap is pending [XID-CAT, NV-MEMERR]',
    seed: 306,
    build: (seed) => {
      const world = servingWorld(seed, { model: 'A100', kernelLogForm: 'dmesg' }).run({ frames: 8 });
      const gpu = world.gpu().addUncorrected(1);
      Object.assign(gpu.remap, { uncorrectable: 1, pending: 'Yes', high: 1 });
      world.kernelLog.xid(gpu, 94, { pid: world.engine().workerPid(), name: 'VLLM::EngineCor' }, 2);
      dieAndRestart(world);
      return world.run({ frames: 8 }).bundle();
    },
    truth: { ...eccTruth, mustFind: ['gpu-row-remap-pending', 'gpu-xid-app'] },
  }),
  defineScenario({
    id: 'ecc-uncontained',
    family,
    kind: 'fault',
    title: 'Uncontained error on an H100: Xid 95, all work on it is suspect',
    relation: 'Xid 95 uncontained memory error, RESET_GPU; reported for the uncorrected error [XID-CAT, rules §9]',
    seed: 307,
    build: (seed) => {
      const world = servingWorld(seed, { gpus: 4, width: 2 }).run({ frames: 8 });
      const gpu = world.gpu(2).addUncorrected(4);
      world.kernelLog.xid(gpu, 95, {}, 4);
      world.engine(1).availability = 'unhealthy';
      return world.run({ frames: 10 }).bundle();
    },
    truth: { ...eccTruth, subjects: { [ECC]: uuidOf(2) }, mustFind: ['gpu-xid-critical', 'engine-unreachable'] },
  }),
];

const harmless: readonly (readonly [
  string,
  GpuModelName,
  string,
  string,
  (gpu: WorldGpu, world: HostWorld) => void,
])[] = [
  [
    'ecc-corrected-and-xid-92',
    'H100',
    'Many corrected errors and Xid 92',
    'Corrected errors never alert by themselves; Xid 92 asks for nothing [EXP-RULES, XID-CAT]',
    (gpu, world) => {
      gpu.addCorrected(260);
      world.kernelLog.xid(gpu, 92, { text: 'High single-bit ECC error rate' }, 20);
    },
  ],
  [
    'ecc-not-on-this-card',
    'RTX3080',
    'A consumer card has neither ECC nor remapping and says so',
    'N/A is not 0 and not a fault; repairs still say No [XML-3080]',
    (gpu) => Object.assign(gpu.pinned, { recoveryAction: null }),
  ],
  [
    'retired-pages-few',
    'T4',
    'A T4 has retired a dozen pages over the years',
    'Far from DCGM’s limit of 63 pages and nothing pending [DCGM-HW]',
    (gpu) => Object.assign(gpu.retired, { singleBit: 9, doubleBit: 3 }),
  ],
  [
    'recovery-action-back-to-none',
    'H100',
    'The driver took its request back: Xid 154 to None',
    'A change of the recovery action to None is good news [XID-CAT 154]',
    (gpu, world) => {
      const text = 'GPU recovery action changed from 0x1 (GPU Reset Required) to 0x0 (None)';
      world.kernelLog.xid(gpu, 154, { text }, 30);
    },
  ],
];

/** Not even odd. */
const HEALTHY: readonly string[] = ['retired-pages-few', 'ecc-not-on-this-card', 'ecc-corrected-and-xid-92'];

const twins: readonly Scenario[] = harmless.map(([id, model, title, relation, change], i) =>
  defineScenario({
    id,
    family,
    kind: HEALTHY.includes(id) ? 'healthy' : 'twin',
    title,
    relation,
    seed: 341 + i,
    build: (seed) => {
      const world = servingWorld(seed, { model, level: 0.5, intervalSeconds: i % 2 === 0 ? 10 : 30 }).run({
        frames: 4,
      });
      change(world.gpu(), world);
      return world.run({ frames: 12 }).bundle();
    },
    truth: {
      rootCauses: [],
      mustNotFind: [
        ECC,
        'gpu-row-remap-pending',
        'gpu-row-remap-failure',
        'gpu-row-remap-exhaustion',
        'gpu-retired-pages',
        'gpu-recovery-action-required',
        'gpu-xid-critical',
      ],
      acceptableActions: [],
      forbiddenActions: ['gpu-reset'],
    },
  }),
);

export const gpuEccScenarios: readonly Scenario[] = [...uncorrected, ...twins];
