import { actionIn, type Row, type Scene, type Stage, storyOf } from '../scene.js';
import { DEADLINE_SECONDS } from '../settings.js';
import {
  ASLEEP,
  engineCall,
  found,
  LOCKED_CLOCKS,
  LOW_POWER_LIMIT,
  NO_PERSISTENCE,
  PROHIBITED,
  SLOW_REMOTE,
  type Trouble,
} from '../troubles.js';

type Way = 'auto' | 'approve';

/** By themselves because a policy says so, or because a person approved them. */
function remedied(trouble: Trouble, way: Way): Scene {
  const { what, remedy, rule, hostOptions = [] } = trouble;
  return {
    name: what,
    chapter: 'remedies',
    mayRepeat: true,
    hostOptions,
    config: () => (way === 'auto' ? { policy: { [remedy]: { gate: 'automatic' } } } : {}),
    play: async (stage) => {
      await found(stage, trouble, DEADLINE_SECONDS);
      const begun = await stage.operator.run({ mode: way });
      const run = way === 'auto' ? begun : await stage.operator.approve(begun, [remedy]);
      const isGone = trouble.isGone(await stage.host.state());
      const isKept = run.outcome !== null && !run.outcome.rolledBack && actionIn(run, remedy)?.status === 'verified';
      const expected = `${rule} -> ${remedy} (mode ${way}): remedied, verified and kept`;
      return [{ what, expected, isMet: isGone && isKept, told: storyOf(run) }];
    },
  };
}

/** Heat stays; less power makes it less bad. */
const mitigated: Scene = {
  name: 'fault fan-failure',
  chapter: 'remedies',
  play: async ({ host, operator }) => {
    await host.inject('fan-failure');
    await operator.untilConfirmed(['gpu-thermal-hw-slowdown'], DEADLINE_SECONDS);
    const begun = await operator.run({ mode: 'approve' });
    const proposed = actionIn(begun, 'gpu-set-power-limit');
    const run = proposed?.status === 'proposed' ? await operator.approve(begun, ['gpu-set-power-limit']) : begun;
    const isTold = run.outcome?.explanation.includes('still found') === true || run.outcome?.rolledBack === true;
    const watts = (await host.state()).gpus.map(({ power }) => power.requestedLimitWatts).join(' and ');
    return [
      {
        what: 'fault fan-failure',
        expected: 'gpu-thermal-hw-slowdown -> gpu-set-power-limit: at most mitigated, and told as such',
        isMet: proposed !== null && run.outcome !== null && isTold,
        told: `${storyOf(run)}; limits are now ${watts} W`,
      },
    ];
  },
};

/** Nobody but the owner of an engine can restart it: it is asked by webhook. */
const restarted: Scene = {
  name: 'fault engine-hang of one of two engines',
  chapter: 'remedies',
  mayRepeat: true,
  hostOptions: ['--engines', '2'],
  config: (url) => ({ webhooks: { 'vllm-restart': { url } } }),
  play: async ({ host, operator, webhook }) => {
    const faultId = await host.inject('engine-hang');
    let isAsked = false;
    const isServing = async (): Promise<boolean> =>
      (await host.state()).engines.every(({ state }) => state === 'serving');
    webhook.serve(
      async () => ({ done: isAsked && (await isServing()), state: { restarted: isAsked } }),
      async () => {
        isAsked = true;
        await host.remove(faultId);
      },
    );
    await operator.untilConfirmed(['engine-unreachable'], DEADLINE_SECONDS);
    const begun = await operator.run({ mode: 'approve' });
    const proposed = actionIn(begun, 'vllm-restart');
    const run = proposed?.status === 'proposed' ? await operator.approve(begun, ['vllm-restart']) : begun;
    const isKept = actionIn(run, 'vllm-restart')?.status === 'verified' && run.outcome?.frozen === false;
    return [
      {
        what: 'fault engine-hang of one of two engines',
        expected: 'engine-unreachable -> vllm-restart by webhook: remedied, verified and kept',
        isMet: isAsked && isKept && (await isServing()),
        told: storyOf(run),
      },
    ];
  },
};

/** No metric tells that an engine is paused, so that no rule can propose to resume it. */
const paused: Scene = {
  name: 'engine paused with traffic (POST /pause)',
  chapter: 'remedies',
  play: async ({ host, operator }: Stage): Promise<readonly Row[]> => {
    await engineCall(host, '/pause?mode=wait');
    const { ruleId } = await operator.untilConfirmed(['queue-backlog', 'ttft-slo-queue'], DEADLINE_SECONDS);
    const run = await operator.run({ mode: 'approve' });
    const texts = run.plan?.actions.map(({ type, preview }) => `${type}: ${preview}`) ?? [];
    const isRecommended = texts.length > 0 && run.plan?.actions.every(({ gate }) => gate === 'recommend') === true;
    const expected = 'a backlog, and recommendations only: a pause is in no metric';
    return [
      {
        what: 'engine paused with traffic (POST /pause)',
        expected,
        isMet: isRecommended,
        told: `${ruleId}; ${texts.join(' | ')}`,
      },
    ];
  },
};

export const REMEDIES: readonly Scene[] = [
  remedied(LOCKED_CLOCKS, 'auto'),
  remedied(LOW_POWER_LIMIT, 'approve'),
  remedied(NO_PERSISTENCE, 'auto'),
  remedied(PROHIBITED, 'approve'),
  remedied(ASLEEP, 'approve'),
  remedied(SLOW_REMOTE, 'auto'),
  mitigated,
  restarted,
  paused,
];
