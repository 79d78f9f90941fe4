import { setTimeout as delay } from 'node:timers/promises';
import type { SeenLoopRun } from '../../support/acting-agent.js';
import { actionIn, denialOf, type Row, type Scene, type Stage, storyOf } from '../scene.js';
import { DEADLINE_SECONDS } from '../settings.js';
import {
  ASLEEP,
  found,
  LOCKED_CLOCKS,
  LOW_POWER_LIMIT,
  NO_PERSISTENCE,
  PROHIBITED,
  SLOW_REMOTE,
  type Trouble,
} from '../troubles.js';

type Refusal = 'deny' | 'fail' | 'lie';

const WORDS: Readonly<Record<Refusal, string>> = {
  deny: 'is denied',
  fail: 'fails',
  lie: 'is said to be done and is not',
};

/** The trouble is there and found, and its remedy is approved. */
async function remedyOf(stage: Stage, { remedy }: Trouble): Promise<SeenLoopRun> {
  const run = await stage.operator.run({ mode: 'approve' });
  return run.status === 'awaiting_approval' ? stage.operator.approve(run, [remedy]) : run;
}

/** What does not happen: said, nothing else is done, and after three times nothing is tried any more. */
function notDone(trouble: Trouble, refusals: readonly Refusal[]): Scene {
  const { remedy, command, hostOptions = [] } = trouble;
  return {
    name: `${remedy} that does not happen`,
    chapter: 'harm',
    hostOptions,
    config: () => ({ policy: { [remedy]: { coolDownSeconds: 0 } } }),
    play: async (stage) => {
      await found(stage, trouble, DEADLINE_SECONDS);
      const before = trouble.setting(await stage.host.state());
      const rows: Row[] = [];
      for (const behaviour of refusals) {
        await stage.host.behave({ commands: [command], behaviour });
        const run = await remedyOf(stage, trouble);
        const isUnchanged = before === trouble.setting(await stage.host.state());
        const isFailed = run.status === 'failed' && actionIn(run, remedy)?.status === 'failed';
        const expected = 'the action has failed, the device is unchanged, nothing else is done';
        const what = `${remedy} ${WORDS[behaviour]}`;
        rows.push({ what, expected, isMet: isUnchanged && isFailed && isAlone(run, remedy), told: storyOf(run) });
      }
      return refusals.length < 3 ? rows : [...rows, await fourthTime(stage, trouble)];
    },
  };
}

function isAlone(run: SeenLoopRun, type: string): boolean {
  const changes = run.plan?.actions.filter(({ risk }) => risk !== 'read-only') ?? [];
  return changes.every((action) => action.type === type || ['proposed', 'rejected'].includes(action.status));
}

async function fourthTime(stage: Stage, trouble: Trouble): Promise<Row> {
  await stage.host.behave({ commands: [trouble.command], behaviour: 'obey' });
  const run = await remedyOf(stage, trouble);
  const reason = denialOf(actionIn(run, trouble.remedy));
  return {
    what: `${trouble.remedy} after it failed three times`,
    expected: 'denied by the circuit breaker, although it would work now',
    isMet: reason.startsWith('circuit-breaker') && !trouble.isGone(await stage.host.state()),
    told: reason,
  };
}

/** Harm that is done once, after which the device obeys again. */
function takenBack(trouble: Trouble): Scene {
  const { remedy, command } = trouble;
  const what = `${remedy} does harm instead`;
  return {
    name: what,
    chapter: 'harm',
    play: async (stage) => {
      await found(stage, trouble, DEADLINE_SECONDS);
      const before = trouble.setting(await stage.host.state());
      await stage.host.behave({ commands: COMMANDS, behaviour: 'worsen' });
      const begun = await stage.operator.run({ mode: 'approve' });
      const running = stage.operator.approve(begun, [remedy]);
      await untilChanged(stage, trouble, before);
      await stage.host.behave({ commands: COMMANDS, behaviour: 'obey' });
      const run = await running;
      const after = trouble.setting(await stage.host.state());
      const isBack = run.status === 'rolled_back' && actionIn(run, remedy)?.status === 'rolled_back';
      const expected = `seen on the device, and taken back (${command})`;
      const isLikeBefore = trouble.isLikeBefore?.(await stage.host.state()) ?? after === before;
      return [{ what, expected, isMet: isBack && isLikeBefore, told: `${storyOf(run)}; ${before} -> ${after}` }];
    },
  };
}

const COMMANDS = ['gpu-power-limit', 'gpu-lock-clocks', 'gpu-reset-clocks'];

async function untilChanged({ host }: Stage, { setting }: Trouble, before: string): Promise<void> {
  for (let looks = 0; looks < 100 && setting(await host.state()) === before; looks += 1) await delay(100);
}

/** Harm that can't be taken back either: the target is frozen, everybody is told, and nothing more is done. */
function frozen(trouble: Trouble): Scene {
  const { remedy } = trouble;
  const what = `${remedy} does harm instead, and so does its way back`;
  return {
    name: what,
    chapter: 'harm',
    config: (url) => ({ webhooks: { 'notify-oncall': { url } } }),
    play: async (stage) => {
      await found(stage, trouble, DEADLINE_SECONDS);
      await stage.host.behave({ commands: COMMANDS, behaviour: 'worsen' });
      const run = await remedyOf(stage, trouble);
      const { body } = await stage.operator.agent.send('GET', '/safety');
      const isFrozen = Array.isArray(body['freezes']) && body['freezes'].length === 1;
      const isTold = stage.webhook.requests.some((request) => JSON.stringify(request).includes('is frozen'));
      const isMet = run.status === 'failed' && isFrozen && isTold;
      const told = `${storyOf(run)}; ${isFrozen ? 'frozen' : 'not frozen'}, ${isTold ? 'alert sent' : 'no alert'}`;
      return [{ what, expected: 'the run has failed, the target is frozen, an alert is sent', isMet, told }];
    },
  };
}

/** Obeyed, and then the engine becomes slow: whoever acted last takes it back. */
const regressed: Scene = {
  name: 'an obeyed action, and then requests take longer',
  chapter: 'harm',
  play: async (stage) => {
    await found(stage, NO_PERSISTENCE, DEADLINE_SECONDS);
    const begun = await stage.operator.run({ mode: 'approve' });
    const running = stage.operator.approve(begun, [NO_PERSISTENCE.remedy]);
    await untilChanged(stage, NO_PERSISTENCE, '[false,false]');
    const brake = await stage.host.inject('power-brake');
    const run = await running;
    await stage.host.remove(brake);
    const isBack = NO_PERSISTENCE.setting(await stage.host.state()) === '[false,false]';
    const isRegressed = run.status === 'rolled_back' && run.outcome?.verdict === 'regressed';
    const first: Row = {
      what: 'gpu-persistence-on obeyed, and then a power brake slows the GPU',
      expected: 'regressed, and taken back before the window is over',
      isMet: isBack && isRegressed,
      told: storyOf(run),
    };
    return [first, await secondKnob(stage)];
  },
};

/** So soon after a rollback nobody could tell the effects of another change apart. */
async function secondKnob(stage: Stage): Promise<Row> {
  await found(stage, ASLEEP, DEADLINE_SECONDS);
  const run = await stage.operator.run({ mode: 'approve', maxActions: 10 });
  const reason = denialOf(actionIn(run, ASLEEP.remedy));
  return {
    what: 'another change of the target (vllm-wake) right after a rollback',
    expected: 'denied: one knob at a time',
    isMet: reason.startsWith('one-knob') && !ASLEEP.isGone(await stage.host.state()),
    told: reason,
  };
}

export const HARMS: readonly Scene[] = [
  notDone(LOCKED_CLOCKS, ['deny', 'fail']),
  notDone(LOW_POWER_LIMIT, ['deny', 'fail', 'lie']),
  notDone(NO_PERSISTENCE, ['deny', 'fail', 'lie']),
  notDone(PROHIBITED, ['deny', 'fail', 'lie']),
  notDone(ASLEEP, ['deny', 'fail']),
  notDone(SLOW_REMOTE, ['deny', 'fail', 'lie']),
  takenBack(LOCKED_CLOCKS),
  takenBack(LOW_POWER_LIMIT),
  frozen(LOW_POWER_LIMIT),
  regressed,
];
