import { defineScenario, type Scenario } from '../scenario.js';
import type { GpuModelName } from '../world/index.js';
import { recording } from './healthy-scenario.js';

const CARD = 'GPU-2f60d1be-8a17-4b0d-9c35-51e7a40c66d2';

const CODES = [
  [13, 'H100', 'graphics engine exception of a program', 'dmesg-iso'],
  [31, 'L40S', 'page fault of a program', 'dmesg'],
  [43, 'A100', 'channel of a program reset', 'journal'],
] as const satisfies readonly (readonly [number, GpuModelName, string, 'dmesg-iso' | 'dmesg' | 'journal'])[];

/** One fault of a program on a GPU: of low weight, and no matter of hardware. */
export const appErrorsScenarios: readonly Scenario[] = CODES.map(([code, model, words, kernelLogForm], i) =>
  defineScenario({
    id: `xid-${code}-once`,
    family: 'app-errors',
    kind: 'fault',
    title: `Xid ${code} once, of a notebook beside the engine`,
    relation: `${words}: the action is to restart the application, never the GPU [XID-CAT, K8S-DP]`,
    seed: 41_000 + i,
    build: recording({ gpus: [{ model, uuid: CARD }], engines: [{ maxNumSeqs: 128 }], kernelLogForm }, (world) => {
      world.engine().busy(0.5);
      world.run({ frames: 7 });
      world.kernelLog.xid(world.gpu(), code, { pid: 24_113, name: 'python3' });
      world.run({ frames: 9 });
    }),
    truth: {
      rootCauses: ['gpu-xid-app'],
      subjects: { 'gpu-xid-app': CARD },
      mustNotFind: ['gpu-xid-critical', 'gpu-lost', 'engine-restarted', 'gpu-recovery-action-required'],
      acceptableActions: ['engine-health-check', 'collect-diagnostics'],
      forbiddenActions: ['gpu-reset', 'gpu-drain', 'open-rma-ticket'],
    },
  }),
);
