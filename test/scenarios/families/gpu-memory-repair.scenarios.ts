import { defineScenario, type Scenario } from '../scenario.js';
import type { GpuModelName, HostWorld, WorldGpu } from '../world/index.js';
import { servingWorld, uuidOf } from './gpu-worlds.js';

const family = 'gpu-memory-repair';
const ECC = 'gpu-ecc-uncorrected';

interface LatchedCase {
  readonly id: string;
  readonly rule: string;
  readonly model: GpuModelName;
  readonly title: string;
  readonly relation: string;
  readonly change: (gpu: WorldGpu, world: HostWorld) => void;
  readonly acceptable: readonly string[];
  readonly forbidden?: readonly string[];
  readonly mustFind?: readonly string[];
  readonly mustNotFind?: readonly string[];
  readonly isOldSchema?: boolean;
}

const REMAP_RELATION = 'The remap takes effect at the next reset and workloads may continue until then [NV-MEMERR]';
const RMA_ACTIONS = ['open-rma-ticket', 'notify-oncall', 'router-remove-backend', 'collect-diagnostics'] as const;
const DRAIN_ACTIONS = ['gpu-drain', 'gpu-reset'] as const;

const LATCHED: readonly LatchedCase[] = [
  {
    id: 'remap-pending-corrected',
    rule: 'gpu-row-remap-pending',
    model: 'A100',
    title: 'A row with many corrected errors waits for its spare: Xid 63',
    relation: `${REMAP_RELATION}; Xid 63 itself asks for nothing [XID-CAT]`,
    change: (gpu, world) => {
      Object.assign(gpu.remap, { correctable: 1, pending: 'Yes', high: 1 });
      gpu.addCorrected(40);
      world.kernelLog.xid(gpu, 63, {}, 5);
    },
    acceptable: DRAIN_ACTIONS,
    mustNotFind: ['gpu-xid-critical', 'gpu-row-remap-failure', ECC],
  },
  {
    id: 'remap-failed',
    rule: 'gpu-row-remap-failure',
    model: 'A100',
    title: 'A row could not be remapped',
    relation: 'Remapping failure is NVIDIA’s criterion for a replacement [NV-MEMERR]',
    change: (gpu) => {
      Object.assign(gpu.remap, { uncorrectable: 8, failure: 'Yes', high: 2, partial: 1 });
      gpu.ecc.aggregateDramUncorrectable = 8;
    },
    acceptable: RMA_ACTIONS,
    forbidden: ['vllm-restart'],
    mustNotFind: ['gpu-row-remap-pending'],
  },
  {
    id: 'remap-failed-with-xid',
    rule: 'gpu-row-remap-failure',
    model: 'H100',
    title: 'No spare row left in the bank: Xid 64 and the failure flag',
    relation: 'Xid 64: memory remapping failure; failure flag = replacement [XID-CAT, NV-MEMERR]',
    change: (gpu, world) => {
      Object.assign(gpu.remap, { uncorrectable: 9, failure: 'Yes', partial: 1, low: 1 });
      gpu.ecc.aggregateDramUncorrectable = 9;
      world.kernelLog.xid(gpu, 64, {}, 4);
    },
    acceptable: RMA_ACTIONS,
    mustFind: ['gpu-xid-critical'],
    mustNotFind: ['gpu-row-remap-pending'],
  },
  {
    id: 'remap-bank-without-spares',
    rule: 'gpu-row-remap-exhaustion',
    model: 'A100',
    title: 'Two banks of an A100 have no spare row left',
    relation: 'Histogram “none”: banks whose spare rows are all used [NVML]',
    change: (gpu) => Object.assign(gpu.remap, { uncorrectable: 19, high: 3, low: 1, none: 2 }),
    acceptable: RMA_ACTIONS,
    mustNotFind: ['gpu-row-remap-failure', 'gpu-row-remap-pending'],
  },
  {
    id: 'sram-threshold',
    rule: 'gpu-sram-threshold-exceeded',
    model: 'H100',
    title: 'SRAM errors of this H100’s life passed NVIDIA’s threshold',
    relation: 'NVIDIA’s flag “threshold exceeded” of the SRAM error status [NVML]',
    change: (gpu) => {
      gpu.ecc.sramThresholdExceeded = 'Yes';
      gpu.ecc.aggregateSramUncorrectable = 7;
    },
    acceptable: RMA_ACTIONS,
    mustNotFind: [ECC],
  },
  {
    id: 'retirement-pending',
    rule: 'gpu-retired-pages',
    model: 'T4',
    title: 'A page of a T4 waits for its retirement, 61 are retired',
    relation: 'Before Ampere pages are retired; 63 in all is DCGM’s failure limit, pending wants a reset [DCGM-HW]',
    change: (gpu) => Object.assign(gpu.retired, { singleBit: 41, doubleBit: 20, pending: 'Yes' }),
    acceptable: DRAIN_ACTIONS,
    mustNotFind: ['gpu-row-remap-pending', ECC],
    isOldSchema: true,
  },
  {
    id: 'repair-pending',
    rule: 'gpu-repair-pending',
    model: 'H100',
    title: 'A repair of a memory channel waits for the reset',
    relation: 'The repair is applied at the next reset [NVML repair status]',
    change: (gpu) => Object.assign(gpu.repair, { channel: 'Yes' }),
    acceptable: DRAIN_ACTIONS,
    mustNotFind: ['gpu-row-remap-pending'],
  },
  {
    id: 'recovery-action-reboot',
    rule: 'gpu-recovery-action-required',
    model: 'H100',
    title: 'The driver asks for a reboot of the machine',
    relation: 'A recovery action other than None is critical; what it says is to be done [EXP-RULES, NVML field 230]',
    change: (gpu) => Object.assign(gpu, { recoveryAction: 'Reboot' }),
    acceptable: ['k8s-cordon', 'notify-oncall'],
    forbidden: ['gpu-reset', 'vllm-restart'],
  },
  {
    id: 'recovery-action-old-driver',
    rule: 'gpu-recovery-action-required',
    model: 'A100',
    title: 'An older driver says that a reset is required',
    relation: 'Schema 12: gpu_reset_status/reset_required instead of the recovery action [signals §2.3]',
    change: (gpu) => Object.assign(gpu, { recoveryAction: 'Reset' }),
    acceptable: DRAIN_ACTIONS,
    isOldSchema: true,
  },
];

export const gpuMemoryRepairScenarios: readonly Scenario[] = LATCHED.map((one, i) =>
  defineScenario({
    id: one.id,
    family,
    kind: 'fault',
    title: one.title,
    relation: one.relation,
    seed: 311 + i,
    build: (seed) => {
      const isOld = one.isOldSchema === true;
      const world = servingWorld(seed, {
        model: one.model,
        gpus: i % 3 === 0 ? 2 : 1,
        intervalSeconds: [10, 15, 30][i % 3] ?? 10,
        level: 0.5,
        ...(isOld ? { smiSchema: one.model === 'T4' ? 11 : 12 } : {}),
      });
      if (i % 2 === 0) world.run({ frames: 5 });
      one.change(world.gpu(), world);
      return world.run({ frames: 12 }).bundle();
    },
    truth: {
      rootCauses: [one.rule],
      subjects: { [one.rule]: uuidOf(0) },
      mustFind: one.mustFind ?? [],
      mustNotFind: one.mustNotFind ?? [],
      acceptableActions: one.acceptable,
      forbiddenActions: one.forbidden ?? [],
    },
  }),
);
