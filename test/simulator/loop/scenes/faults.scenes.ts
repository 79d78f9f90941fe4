import { setTimeout as delay } from 'node:timers/promises';
import type { SeenAction, SeenLoopRun } from '../../support/acting-agent.js';
import type { Row, Scene, Stage } from '../scene.js';
import { DEADLINE_SECONDS } from '../settings.js';

/** What the agent makes of a fault that it can't take away itself. */
interface Treatment {
  readonly fault: string;
  readonly parameters?: Readonly<Record<string, number>>;
  /** One of these is confirmed; none for a fault that only makes readings unknown. */
  readonly rules: readonly string[];
  /** The plan recommends this type, in words that hold this text. */
  readonly recommends?: readonly [type: string, text: RegExp];
  /** The plan has an action that a guardrail denies, for this reason. */
  readonly denies?: readonly [type: string, reason: RegExp];
  readonly why: string;
}

const K8S_SCALE = /^kubectl scale deployment\/<deployment> --replicas=<one more than now>/;

const TREATMENTS: readonly Treatment[] = [
  {
    fault: 'power-cap',
    rules: ['gpu-power-limit-below-default'],
    why: 'the chassis holds the limit, and the one that nvidia-smi sets is the default already: told, nothing to do here',
  },
  {
    fault: 'power-brake',
    rules: ['gpu-power-brake'],
    recommends: ['notify-oncall', /^tell the on-call person of GPU 0/],
    denies: ['gpu-set-power-limit', /No power brake is active/],
    why: 'a brake comes from outside: a person has to look',
  },
  {
    fault: 'noisy-neighbour-cpu',
    rules: ['host-cpu-pressure'],
    recommends: ['host-tune', /^numactl --cpunodebind=/],
    why: 'processes of others are not the agent’s to end',
  },
  {
    fault: 'noisy-neighbour-memory',
    rules: ['host-memory-pressure', 'host-swap-thrash'],
    recommends: ['lmcache-config:l1-size', /max_local_cpu_size: <GB>/],
    why: 'a smaller cache takes a restart',
  },
  {
    fault: 'noisy-neighbour-disk',
    rules: ['host-io-pressure'],
    recommends: ['host-tune', /^numactl --cpunodebind=/],
    why: 'the cache has no tier on disk that could be bypassed',
  },
  {
    fault: 'traffic-burst',
    rules: ['queue-backlog', 'kv-cache-saturated', 'max-num-seqs-bound'],
    recommends: ['k8s-scale', K8S_SCALE],
    why: 'no cluster is configured: a person adds the replica',
  },
  {
    fault: 'long-prompts',
    rules: ['ttft-slo-prefill', 'itl-slo-prefill-interference', 'compute-bound'],
    recommends: ['vllm-config:max-num-batched-tokens', /--max-num-batched-tokens/],
    why: 'engine flags take a restart',
  },
  {
    fault: 'kv-thrash',
    rules: ['preemption-thrash', 'kv-cache-saturated'],
    recommends: ['vllm-config:gpu-memory-utilization', /--gpu-memory-utilization/],
    why: 'engine flags take a restart',
  },
  {
    fault: 'gpu-off-bus',
    rules: ['gpu-lost'],
    recommends: ['k8s-cordon', /^kubectl cordon /],
    why: 'a GPU that is gone needs hands',
  },
  {
    fault: 'hung-nvidia-smi',
    rules: ['gpu-telemetry-stale'],
    why: 'diagnostics only: nothing is changed on what can not be read',
  },
  {
    fault: 'engine-restart',
    rules: ['engine-restarted'],
    why: 'it serves again by itself: told, nothing to do',
  },
  {
    fault: 'counter-reset',
    rules: ['engine-restarted'],
    why: 'looks like a new process: told, nothing to do',
  },
  {
    fault: 'renamed-metrics',
    rules: [],
    why: 'what can not be read is said to be unknown: nothing to do',
  },
];

/** Three that have nothing to do with each other, on one host. */
const TOGETHER: readonly Treatment[] = [
  {
    fault: 'cache-loss',
    rules: ['lmcache-unhealthy'],
    recommends: ['notify-oncall', /^tell the on-call person of http/],
    why: 'the cache was asked how it is; it has no tier that could be bypassed',
  },
  {
    fault: 'remap-pending',
    rules: ['gpu-row-remap-pending', 'gpu-recovery-action-required'],
    recommends: ['gpu-reset', /^collect diagnostics, then take http.* out of the router/],
    why: 'a reset ends everything on the GPU: a person does it',
  },
  {
    fault: 'ecc-uncorrected',
    parameters: { gpu: 1 },
    rules: ['gpu-ecc-uncorrected'],
    recommends: ['router-remove-backend', /^take http.* out of the router/],
    why: 'no router is configured: a person takes the engine out',
  },
];

function sceneOf(treatments: readonly Treatment[]): Scene {
  return {
    name: treatments.map(({ fault }) => `fault ${fault}`).join(', '),
    chapter: 'faults',
    // With dcgm-exporter there are readings all the same.
    settings: treatments.some(({ fault }) => fault === 'hung-nvidia-smi') ? { DCGM_URL: '' } : {},
    play: async (stage) => {
      for (const { fault, parameters } of treatments) await stage.host.inject(fault, parameters);
      for (const { rules } of treatments) {
        if (rules.length > 0) await stage.operator.untilConfirmed(rules, DEADLINE_SECONDS);
        else await delay(6_000);
      }
      const before = await settingsOf(stage);
      // What only looks is not done here either: of a hung nvidia-smi it would wait for each of its calls.
      const run = await stage.operator.run({ mode: 'recommend', maxActions: 10 });
      const isUntouched = before === (await settingsOf(stage));
      return treatments.map((treatment) => rowOf(treatment, run, isUntouched));
    },
  };
}

async function settingsOf({ host }: Stage): Promise<string> {
  const { gpus, engines, caches } = await host.state();
  return JSON.stringify([
    gpus.map(({ clocks, power, isPersistent, computeMode }) => [
      clocks.lockedMhz,
      power.requestedLimitWatts,
      isPersistent,
      computeMode,
    ]),
    engines.map(({ isAsleep, isPaused }) => [isAsleep, isPaused]),
    caches.map(({ bypassed }) => bypassed),
  ]);
}

function rowOf({ fault, rules, recommends, denies, why }: Treatment, run: SeenLoopRun, isUntouched: boolean): Row {
  const actions = run.plan?.actions ?? [];
  const recommended = recommends === undefined ? null : actions.find(isRecommended(...recommends));
  const denied = denies === undefined ? null : actions.find(isDenied(...denies));
  const changes = actions.filter(({ gate, risk }) => gate !== 'recommend' && risk !== 'read-only');
  const isMet = recommended !== undefined && denied !== undefined && isUntouched;
  const texts = [
    ...(recommended ? [`recommendation only: ${recommended.type}: "${recommended.preview}"`] : []),
    ...(denied ? [`${denied.type} denied`] : []),
    ...(recommends === undefined
      ? [actions.length === 0 ? 'nothing to do' : `only ${actions.map(({ type }) => type).join(', ')}`]
      : []),
    ...(changes.length > 0 ? [`also offered: ${changes.map(({ type }) => type).join(', ')}`] : []),
  ];
  const expected = [
    rules.join(' or ') || 'no alarm',
    recommends === undefined ? 'no change is planned' : `${recommends[0]} as text`,
    ...(denies === undefined ? [] : [`${denies[0]} denied`]),
  ].join(' -> ');
  const isQuiet = recommends !== undefined || changes.length === 0;
  return { what: `fault ${fault}`, expected: `${expected}; ${why}`, isMet: isMet && isQuiet, told: texts.join('; ') };
}

function isRecommended(type: string, text: RegExp): (action: SeenAction) => boolean {
  return (action) => action.type === type && action.gate === 'recommend' && text.test(action.preview);
}

function isDenied(type: string, reason: RegExp): (action: SeenAction) => boolean {
  return (action) =>
    action.type === type && action.guardrails.some((one) => one.verdict === 'deny' && reason.test(one.reason));
}

export const FAULTS_ELSEWHERE: readonly Scene[] = [...TREATMENTS.map((one) => sceneOf([one])), sceneOf(TOGETHER)];
/** Of this chapter; the others are among the remedies. */
export const TREATED_FAULTS: readonly string[] = [...TREATMENTS, ...TOGETHER].map(({ fault }) => fault);
