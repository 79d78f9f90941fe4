import { defineScenario, type Scenario } from '../scenario.js';
import type { HostWorld } from '../world/index.js';
import { servingWorld, uuidOf } from './gpu-worlds.js';

const family = 'gpu-xid-app';
const CRITICAL = 'gpu-xid-critical';
const APP = 'gpu-xid-app';

const appTruth = {
  rootCauses: [APP],
  subjects: { [APP]: uuidOf(0) },
  mustNotFind: [CRITICAL],
  acceptableActions: ['engine-health-check', 'collect-diagnostics'],
  forbiddenActions: ['gpu-reset', 'k8s-cordon'],
} as const;

const app: readonly Scenario[] = [
  defineScenario({
    id: 'xid-69-of-a-notebook',
    family,
    kind: 'fault',
    title: 'A notebook’s kernel fails with Xid 69; the engine beside it serves on',
    relation: 'Xid 69, graphics engine class error: RESTART_APP, the hardware is not meant [XID-CAT]',
    seed: 421,
    build: (seed) => {
      const world = servingWorld(seed, { model: 'RTX3080', kernelLogForm: 'kmsg', level: 0.4 }).run({ frames: 6 });
      world.kernelLog.xid(world.gpu(), 69, { pid: 88_121, name: 'python3', text: 'Class Error: ChId 0008' }, 4);
      return world.run({ frames: 10 }).bundle();
    },
    truth: appTruth,
  }),
  defineScenario({
    id: 'xid-13-of-four-programs',
    family,
    kind: 'fault',
    title: 'Xid 13 four times in an hour from four different programs',
    relation: 'The same application error with different programs on one GPU: hardware suspect [XID-CAT, rules 17]',
    seed: 426,
    build: (seed) => {
      const world = servingWorld(seed, { model: 'A100', gpus: 2, level: 0.4 });
      (
        [
          [2900, 8101],
          [1900, 9340],
          [800, 10_022],
          [90, 11_460],
        ] as const
      ).forEach(([secondsAgo, pid]) => {
        world.kernelLog.xid(world.gpu(), 13, { pid, name: `job-${pid % 7}` }, secondsAgo);
      });
      return world.run({ frames: 14 }).bundle();
    },
    truth: appTruth,
  }),
];

/** `journalctl` may print lines of an earlier boot. */
function withOldLines(lines: string, bundle: ReturnType<HostWorld['bundle']>): ReturnType<HostWorld['bundle']> {
  for (const frame of bundle.frames) frame.kernelLog = lines + (frame.kernelLog ?? '');
  return bundle;
}

type Change = (world: HostWorld) => void;
const harmless: readonly (readonly [string, string, string, Change])[] = [
  [
    'xid-45-of-a-stopped-job',
    'Somebody stopped a job: Xid 45',
    'Preemptive cleanup, often only “the process was killed” [XID-CAT]',
    (world) => world.kernelLog.xid(world.gpu(), 45, { pid: 7788, name: 'python3' }, 2),
  ],
  [
    'xid-forged-line',
    'A program wrote a line that looks like the driver’s into the journal',
    'Anyone may write to a log; only the kernel’s own lines count [rules §2]',
    ({ kernelLog }) => {
      kernelLog.line('NVRM: Xid (PCI:0000:1b:00): 79, pid=1, name=x, GPU has fallen off the bus.', {
        process: 'app[4711]',
        secondsAgo: 5,
      });
    },
  ],
  [
    'xid-number-of-an-nvswitch',
    'An NVSwitch reports a non-fatal SXid',
    'NVSwitch errors are a different number space [rules §2]',
    ({ kernelLog }) => {
      kernelLog.line(
        'nvidia-nvswitch3: SXid (PCI:0000:c1:00.0): 12028, Non-fatal, Link 32 egress non-posted PRIV error',
      );
    },
  ],
];

const twins: readonly Scenario[] = [
  ...harmless.map(([id, title, relation, change], i) =>
    defineScenario({
      id,
      family,
      kind: 'twin',
      title,
      relation,
      seed: 431 + i,
      build: (seed) => {
        const world = servingWorld(seed, { gpus: 2, kernelLogForm: 'journal', level: 0.5 }).run({ frames: 6 });
        change(world);
        return world.run({ frames: 10 }).bundle();
      },
      truth: {
        rootCauses: [],
        mustNotFind: [CRITICAL, APP, 'gpu-lost'],
        acceptableActions: [],
        forbiddenActions: ['gpu-reset'],
      },
    }),
  ),
  defineScenario({
    id: 'xid-of-an-earlier-boot',
    family,
    kind: 'twin',
    title: 'Xid 48 and 62 of the boot before; the machine has been fine since it was restarted',
    relation: 'Events older than the last reboot are over [rules 16, GPUD-XID]',
    seed: 436,
    build: (seed) => {
      const world = servingWorld(seed, {
        kernelLogForm: 'journal',
        host: { bootedSecondsAgo: 7200 },
        engine: { startedSecondsAgo: 6000 },
      });
      const lines = [
        '2026-03-02T05:40:11+0000 gpu-host kernel: NVRM: Xid (PCI:0000:1b:00): 48, pid=3391, name=python3, DBE (double-bit error) detected',
        '2026-03-02T05:40:12+0000 gpu-host kernel: NVRM: Xid (PCI:0000:1b:00): 62, pid=3391, name=python3, 27c0(2e54) 00000000 00000000',
        '',
      ].join('\n');
      return withOldLines(lines, world.run({ frames: 14 }).bundle());
    },
    truth: {
      rootCauses: [],
      mustNotFind: [CRITICAL, APP],
      acceptableActions: [],
      forbiddenActions: ['gpu-reset', 'gpu-drain'],
    },
  }),
];

export const gpuXidAppScenarios: readonly Scenario[] = [...app, ...twins];
