import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inWords, type SeenLoopRun } from '../../support/acting-agent.js';
import { actionIn, denialOf, type Row, type Scene, type Stage, storyOf } from '../scene.js';
import { DEADLINE_SECONDS } from '../settings.js';
import {
  ASLEEP,
  found,
  LOCKED_CLOCKS,
  LOW_POWER_LIMIT,
  NO_PERSISTENCE,
  PROHIBITED,
  type Trouble,
} from '../troubles.js';

/** Whether a remedy is refused with a reason, and the trouble still there. */
async function refusedRow(
  stage: Stage,
  trouble: Trouble,
  run: SeenLoopRun,
  { what, guardrail, reason }: { readonly what: string; readonly guardrail: string; readonly reason: RegExp },
): Promise<Row> {
  const told = denialOf(actionIn(run, trouble.remedy), guardrail);
  const isThere = !trouble.isGone(await stage.host.state());
  const isMet = told.startsWith(`${guardrail}: `) && reason.test(told) && isThere;
  return { what, expected: `denied by ${guardrail}, nothing changed`, isMet, told };
}

/** A run that may only recommend, and what a policy leaves to persons or has no budget for. */
const byPolicy: Scene = {
  name: 'modes and policies',
  chapter: 'refusals',
  config: () => ({
    policy: {
      'gpu-reset-clocks': { gate: 'recommend' },
      'gpu-compute-mode-default': { gate: 'automatic', perDay: 0 },
    },
  }),
  play: async (stage) => {
    const { host, operator } = stage;
    await LOCKED_CLOCKS.make(host);
    await found(stage, PROHIBITED, DEADLINE_SECONDS);
    await operator.untilConfirmed([LOCKED_CLOCKS.rule], DEADLINE_SECONDS);
    const recommended = await operator.run({ mode: 'recommend' });
    const isUntouched = await areThere(stage, [LOCKED_CLOCKS, PROHIBITED]);
    const isProposed = recommended.plan?.actions.every(({ status }) => status === 'proposed') === true;
    const run = await operator.run({ mode: 'auto' });
    const reset = actionIn(run, 'gpu-reset-clocks');
    return [
      {
        what: 'mode recommend',
        expected: 'a plan, and nothing executed',
        isMet: recommended.status === 'succeeded' && isProposed && isUntouched,
        told: storyOf(recommended),
      },
      {
        what: 'policy gate recommend, in mode auto',
        expected: 'text for a person, nothing executed',
        isMet: reset?.gate === 'recommend' && reset.status === 'proposed' && (await areThere(stage, [LOCKED_CLOCKS])),
        told: `gate ${reset?.gate}, status ${reset?.status}: ${reset?.preview}`,
      },
      await refusedRow(stage, PROHIBITED, run, {
        what: 'policy perDay 0',
        guardrail: 'policy',
        reason: /budget of the policy is used up: 0 of 0/,
      }),
    ];
  },
};

async function areThere({ host }: Stage, troubles: readonly Trouble[]): Promise<boolean> {
  const state = await host.state();
  return troubles.every((trouble) => !trouble.isGone(state));
}

/** What a policy allows elsewhere, or at another time of the day. */
const elsewhere: Scene = {
  name: 'policies for other places and times',
  chapter: 'refusals',
  config: () => ({
    policy: {
      'vllm-wake': { gate: 'automatic', targets: ['another-host'] },
      'gpu-persistence-on': { gate: 'automatic', windows: [windowInHours(2)] },
    },
  }),
  play: async (stage) => {
    await ASLEEP.make(stage.host);
    await found(stage, NO_PERSISTENCE, DEADLINE_SECONDS);
    await stage.operator.untilConfirmed([ASLEEP.rule], DEADLINE_SECONDS);
    const run = await stage.operator.run({ mode: 'auto' });
    return [
      await refusedRow(stage, ASLEEP, run, {
        what: 'policy targets without this one',
        guardrail: 'policy',
        reason: /does not list/,
      }),
      await refusedRow(stage, NO_PERSISTENCE, run, {
        what: 'policy windows, outside of them',
        guardrail: 'policy',
        reason: /at other times only/,
      }),
    ];
  },
};

/** What is lost for good takes a person with a name. */
const nameless: Scene = {
  name: 'what is lost for good',
  chapter: 'refusals',
  config: (url) => ({ webhooks: { 'gpu-reset': { url } } }),
  play: async ({ host, operator, webhook }) => {
    await host.inject('remap-pending');
    await operator.untilConfirmed(['gpu-recovery-action-required', 'gpu-row-remap-pending'], DEADLINE_SECONDS);
    const run = await operator.run({ mode: 'auto', maxActions: 10 });
    const told = denialOf(actionIn(run, 'gpu-reset'), 'policy');
    const isAsked = webhook.requests.some(({ operation }) => operation === 'execute');
    return [
      {
        what: 'a destructive action (gpu-reset by webhook) without API keys',
        expected: 'denied by policy, nobody is asked to do it',
        isMet: told.startsWith('policy: ') && told.includes('API_KEYS') && !isAsked,
        told,
      },
    ];
  },
};

function windowInHours(hours: number): { readonly from: string; readonly to: string } {
  const at = (ms: number): string => new Date(ms).toISOString().slice(11, 16);
  const from = Date.now() + hours * 3_600_000;
  return { from: at(from), to: at(from + 3_600_000) };
}

/** The highest mode, the switches that stop everything, and a plan that is no longer true. */
const stopped: Scene = {
  name: 'switches, and plans that are no longer true',
  chapter: 'refusals',
  settings: { POLICY_MAX_MODE: 'approve' },
  play: async (stage) => {
    const { operator } = stage;
    await found(stage, LOCKED_CLOCKS, DEADLINE_SECONDS);
    const above = await operator.ask({ mode: 'auto' });
    const first = await operator.run({ mode: 'approve' });
    const wrongHash = { decision: 'approve', planHash: '0'.repeat(64) };
    const other = await operator.agent.send('POST', `/optimize/runs/${first.id}/approval`, wrongHash);
    const isThere = !LOCKED_CLOCKS.isGone(await stage.host.state());
    const rows: Row[] = [
      {
        what: 'a mode above POLICY_MAX_MODE',
        expected: '403 mode_not_allowed',
        isMet: above.status === 403 && above.body['code'] === 'mode_not_allowed',
        told: inWords(above),
      },
      {
        what: 'an approval of another plan',
        expected: '409 plan_changed, nothing changed',
        isMet: other.status === 409 && other.body['code'] === 'plan_changed' && isThere,
        told: inWords(other),
      },
    ];
    return [...rows, ...(await killSwitch(stage)), await frozenTarget(stage), await drifted(stage)];
  },
};

async function killSwitch(stage: Stage): Promise<readonly Row[]> {
  const { agent } = stage.operator;
  const reason = 'for the report';
  const waiting = await stage.operator.run({ mode: 'approve' });
  await agent.send('PUT', '/safety/kill-switch', { engaged: true, reason });
  const run = await stage.operator.approve(waiting, [LOCKED_CLOCKS.remedy]);
  const byHand = await refusedRow(stage, LOCKED_CLOCKS, run, {
    what: 'the kill switch, after the plan was made',
    guardrail: 'kill-switch',
    reason: /./,
  });
  await agent.send('PUT', '/safety/kill-switch', { engaged: false, reason });
  const file = join(agent.dataFolder, 'STOP');
  writeFileSync(file, '');
  const stoppedRun = await stage.operator.run({ mode: 'approve' });
  const byFile = await refusedRow(stage, LOCKED_CLOCKS, stoppedRun, {
    what: 'a file STOP in DATA_DIR',
    guardrail: 'kill-switch',
    reason: /STOP/,
  });
  rmSync(file);
  return [byHand, byFile];
}

async function frozenTarget(stage: Stage): Promise<Row> {
  const { agent } = stage.operator;
  await agent.send('POST', '/targets/local/freeze', { reason: 'for the report' });
  const run = await stage.operator.run({ mode: 'approve' });
  const row = await refusedRow(stage, LOCKED_CLOCKS, run, {
    what: 'a target that a person froze',
    guardrail: 'freeze',
    reason: /./,
  });
  await agent.send('DELETE', '/targets/local/freeze');
  return row;
}

/** Somebody was faster: what the plan was made for is not so any more. */
async function drifted(stage: Stage): Promise<Row> {
  const waiting = await stage.operator.run({ mode: 'approve' });
  await stage.host.nvidiaSmi('-rgc');
  await stage.operator.untilGone(LOCKED_CLOCKS.rule, DEADLINE_SECONDS);
  const answer = await stage.operator.decide(waiting);
  return {
    what: 'an approval after somebody else has reset the clocks',
    expected: '409 state_drifted',
    isMet: answer.status === 409 && answer.body['code'] === 'state_drifted',
    told: inWords(answer),
  };
}

/** A plan is made, and then nobody can read the GPUs any more. */
const stale: Scene = {
  name: 'telemetry that went stale after planning',
  chapter: 'refusals',
  // With dcgm-exporter there would be readings all the same.
  settings: { DCGM_URL: '' },
  play: async (stage) => {
    await found(stage, LOCKED_CLOCKS, DEADLINE_SECONDS);
    const waiting = await stage.operator.run({ mode: 'approve' });
    await stage.host.inject('hung-nvidia-smi');
    const early = await stage.operator.decide(waiting);
    // The last good sample may still be recent enough for the approval; the execution reads anew.
    const run = early.status < 300 ? await stage.operator.settled(waiting.id, ['awaiting_approval']) : null;
    const told = run === null ? inWords(early) : denialOf(actionIn(run, LOCKED_CLOCKS.remedy), 'evidence-fresh');
    const isRefused = run === null ? early.body['code'] === 'state_drifted' : told.startsWith('evidence-fresh: ');
    return [
      {
        what: 'nvidia-smi hangs between plan and approval',
        expected: '409 state_drifted, or denied by evidence-fresh; nothing changed',
        isMet: isRefused && !LOCKED_CLOCKS.isGone(await stage.host.state()),
        told,
      },
    ];
  },
};

/** A lowered limit may be what keeps a hot GPU alive. */
const contradicted: Scene = {
  name: 'more power for a GPU that is too hot',
  chapter: 'refusals',
  play: async (stage) => {
    await stage.host.inject('fan-failure', { gpu: 1 });
    await stage.operator.untilConfirmed(['gpu-thermal-hw-slowdown'], DEADLINE_SECONDS);
    await found(stage, LOW_POWER_LIMIT, DEADLINE_SECONDS);
    const run = await stage.operator.run({ mode: 'approve', maxActions: 10 });
    return [
      await refusedRow(stage, LOW_POWER_LIMIT, run, {
        what: 'power restored while a GPU of the group is too hot',
        guardrail: 'evidence-agreement',
        reason: /thermal|heat/,
      }),
    ];
  },
};

/** The same once more, right after it was kept. */
const tooSoon: Scene = {
  name: 'the same action again',
  chapter: 'refusals',
  play: async (stage) => {
    await found(stage, LOCKED_CLOCKS, DEADLINE_SECONDS);
    await stage.operator.approve(await stage.operator.run({ mode: 'approve' }), [LOCKED_CLOCKS.remedy]);
    await found(stage, LOCKED_CLOCKS, DEADLINE_SECONDS);
    const run = await stage.operator.run({ mode: 'approve' });
    return [
      await refusedRow(stage, LOCKED_CLOCKS, run, {
        what: 'the same action again within its cool-down',
        guardrail: 'cool-down',
        reason: /./,
      }),
    ];
  },
};

export const REFUSALS: readonly Scene[] = [byPolicy, elsewhere, nameless, stopped, stale, contradicted, tooSoon];
