import { defineScenario, type Scenario } from '../scenario.js';
import type { HostWorld } from '../world/index.js';
import { servingWorld, uuidOf } from './gpu-worlds.js';

const family = 'gpu-xid';
const CRITICAL = 'gpu-xid-critical';
const APP = 'gpu-xid-app';

interface HardCode {
  readonly code: number;
  readonly text: string;
  readonly relation: string;
  readonly acceptable: readonly string[];
}

const RESET = ['gpu-drain', 'gpu-reset', 'collect-diagnostics'] as const;
const WORKFLOW = [
  'gpu-drain',
  'collect-diagnostics',
  'router-remove-backend',
  'notify-oncall',
  'open-rma-ticket',
] as const;

const HARD_CODES: readonly HardCode[] = [
  {
    code: 109,
    text: 'CTX SWITCH TIMEOUT, Info 0x2c014',
    relation: 'Context switch time-out: RESET_GPU',
    acceptable: RESET,
  },
  {
    code: 74,
    text: 'NVLink: fatal error detected on link 3 (0x0, 0x0, 0x10000, 0x0, 0x0, 0x0, 0x0)',
    relation: 'NVLink error: its workflow, also look at the peer',
    acceptable: WORKFLOW,
  },
];

const FORMS = ['dmesg-iso', 'journal', 'dmesg', 'kmsg'] as const;

/** The engine on the GPU dies a few seconds after the error, or hangs. */
function breakDown(world: HostWorld, i: number): void {
  world.engine().availability = i % 2 === 0 ? 'unhealthy' : 'hanging';
}

const hardTruth = {
  rootCauses: [CRITICAL],
  subjects: { [CRITICAL]: uuidOf(0) },
  mustFind: ['engine-unreachable'],
  mustNotFind: [APP, 'gpu-thermal-hw-slowdown'],
  forbiddenActions: ['vllm-restart'],
} as const;

export const gpuXidScenarios: readonly Scenario[] = [
  ...HARD_CODES.map(({ code, text, relation, acceptable }, i) =>
    defineScenario({
      id: `xid-${code}`,
      family,
      kind: 'fault',
      title: `Xid ${code} on one of two GPUs, and its engine is gone`,
      relation: `${relation} [XID-CAT]`,
      seed: 401 + i,
      build: (seed) => {
        const world = servingWorld(seed, {
          model: i % 3 === 0 ? 'H100' : i % 3 === 1 ? 'A100' : 'L40S',
          gpus: 2,
          kernelLogForm: FORMS[i % 4] ?? 'dmesg',
          intervalSeconds: i % 2 === 0 ? 10 : 15,
          level: 0.5,
        }).run({ frames: 8 });
        world.kernelLog.xid(world.gpu(), code, { text }, 3);
        breakDown(world, i);
        return world.run({ frames: 10 }).bundle();
      },
      truth: { ...hardTruth, acceptableActions: acceptable },
    }),
  ),
  defineScenario({
    id: 'xid-119-then-recovery-action',
    family,
    kind: 'fault',
    title: 'Xid 119, then Xid 154: the driver asks for a reset',
    relation: 'Xid 154 announces the recovery action that Xid 119 made necessary; the new value decides [XID-CAT]',
    seed: 411,
    build: (seed) => {
      const world = servingWorld(seed, { gpus: 2 }).run({ frames: 8 });
      const gpu = world.gpu();
      gpu.recoveryAction = 'Reset';
      const text = 'GPU recovery action changed from 0x0 (None) to 0x1 (GPU Reset Required)';
      world.kernelLog.xid(gpu, 119, {}, 5).xid(gpu, 154, { text }, 4);
      breakDown(world, 0);
      return world.run({ frames: 10 }).bundle();
    },
    truth: {
      ...hardTruth,
      mustFind: ['engine-unreachable', 'gpu-recovery-action-required'],
      acceptableActions: RESET,
    },
  }),
  defineScenario({
    id: 'xid-120-storm',
    family,
    kind: 'fault',
    title: 'The same GSP error three hundred times in two minutes is one event',
    relation: 'The same event can be printed many times: one per bus id and code within a minute [rules §2]',
    seed: 412,
    build: (seed) => {
      const world = servingWorld(seed, { model: 'A100', gpus: 2 }).run({ frames: 6 }).skip(115);
      const text = 'GSP task exception: load access fault (cause:0x5) @ pc:0x3b5a8c, partition:5#0';
      for (let i = 0; i < 300; i += 1) world.kernelLog.xid(world.gpu(), 120, { text }, 110 - i * 0.36);
      breakDown(world, 0);
      return world.run({ frames: 10 }).bundle();
    },
    truth: { ...hardTruth, acceptableActions: RESET },
  }),
  defineScenario({
    id: 'xid-62-before-the-recording',
    family,
    kind: 'fault',
    title: 'Half an hour before the first sample: Xid 62, and the engine is still dead',
    relation: 'An event stays until the reset or the reboot [GPUD-XID]; 62 micro-controller halt, RESET_GPU [XID-CAT]',
    seed: 413,
    build: (seed) => {
      const world = servingWorld(seed, { gpus: 2, intervalSeconds: 15, kernelLogForm: 'journal' });
      world.kernelLog.xid(world.gpu(), 62, { text: '27c0(2e54) 00000000 00000000' }, 1800);
      breakDown(world, 0);
      return world.run({ frames: 12 }).bundle();
    },
    truth: { ...hardTruth, acceptableActions: RESET },
  }),
  defineScenario({
    id: 'xid-119-counted-by-dcgm',
    family,
    kind: 'fault',
    title: 'No kernel log: dcgm-exporter’s last code changes from 0 to 119 and its count grows',
    relation: 'A change of the sticky gauge between two scrapes, or the event count, is an event [signals §1, DCGMX]',
    seed: 414,
    build: (seed) => {
      const world = servingWorld(seed, { gpus: 2, dcgm: 'full', hasKernelLog: false }).run({ frames: 8 });
      world.kernelLog.xid(world.gpu(), 119);
      breakDown(world, 0);
      return world.run({ frames: 10 }).bundle();
    },
    truth: { ...hardTruth, acceptableActions: RESET },
  }),
];
