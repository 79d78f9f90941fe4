import type { RunMode, RunStage } from '@app/core';
import type { Behaviour } from './fake-device.js';
import type { Death } from './agent/messages.js';
import { between, isLucky, type Random, weighted } from './random.js';

/** When the agent is killed: by the clock, at a statement of its store, around a setting of the device, or at its start. */
export type Kill =
  | { readonly kind: 'clock'; readonly stage: RunStage; readonly delayMs: number }
  | ({ readonly kind: 'statement' } & Death)
  | { readonly kind: 'setting'; readonly moment: 'asked' | 'done'; readonly delayMs: number }
  | { readonly kind: 'start'; readonly delayMs: number };

export type Fault = 'power' | 'clocks';

/** All of a run that is chosen beforehand. */
export interface Scenario {
  readonly mode: Extract<RunMode, 'approve' | 'auto'>;
  readonly faults: readonly Fault[];
  /** What the device makes of the action, and of its way back. */
  readonly act: Behaviour;
  readonly undo: Behaviour;
  readonly slowMs: number;
  readonly decision: 'approve' | 'reject';
  readonly cancel: { readonly stage: RunStage; readonly delayMs: number } | null;
  /** A person has what was kept taken back, and the agent is killed so much later. */
  readonly rollback: { readonly killAfterMs: number | null } | null;
  readonly kills: readonly Kill[];
}

const ACTS: Readonly<Record<Behaviour, number>> = {
  ...{ obey: 28, slow: 22, harm: 16, worsen: 10, mute: 6 },
  ...{ fail: 6, deny: 6, lie: 6 },
};
const UNDOS: Readonly<Record<Behaviour, number>> = {
  ...{ obey: 50, slow: 18, mute: 4, fail: 10, deny: 8, lie: 10 },
  // Going back to a setting that was there before does no new harm.
  ...{ harm: 0, worsen: 0 },
};
/** How long a stage takes at most, about; some are over as soon as they have begun. */
const STAGE_MS: Readonly<Record<RunStage, number>> = {
  ...{ collect: 18, analyze: 6, insights: 30, plan: 15, approve: 80 },
  ...{ execute: 200, monitor: 350, rollback: 150, report: 5 },
};
const STAGE_WEIGHTS: Readonly<Record<RunStage, number>> = {
  ...{ collect: 7, analyze: 7, insights: 7, plan: 8, approve: 10 },
  ...{ execute: 22, monitor: 18, rollback: 14, report: 7 },
};
/** Over before a signal from outside would meet them. */
const SHORT_STAGES: readonly RunStage[] = ['collect', 'analyze', 'plan', 'report'];
const FEW_STATEMENTS = 5;
const MANY_STATEMENTS = 14;
/** Four are one more than a run is taken up after. */
const KILL_COUNTS = { '1': 20, '2': 35, '3': 37, '4': 8 };
/** Some of it is over before a new agent is there, some comes after it has begun to look. */
const SLOW_MS: readonly [number, number] = [100, 650];
const VERY_SLOW_MS: readonly [number, number] = [1_300, 2_300];

export function chooseScenario(random: Random): Scenario {
  const count = Number(weighted(random, KILL_COUNTS));
  return {
    mode: isLucky(random, 0.5) ? 'approve' : 'auto',
    faults: isLucky(random, 0.15) ? ['power', 'clocks'] : [isLucky(random, 0.6) ? 'power' : 'clocks'],
    act: weighted(random, ACTS),
    undo: weighted(random, UNDOS),
    slowMs: between(random, ...(isLucky(random, 0.35) ? SLOW_MS : VERY_SLOW_MS)),
    decision: isLucky(random, 0.93) ? 'approve' : 'reject',
    cancel: isLucky(random, 0.12) ? momentOf(random, ['insights', 'approve', 'execute', 'monitor', 'rollback']) : null,
    rollback: isLucky(random, 0.25) ? { killAfterMs: isLucky(random, 0.6) ? between(random, 0, 250) : null } : null,
    kills: Array.from({ length: count }, () => chooseKill(random)),
  };
}

function chooseKill(random: Random): Kill {
  const stage = weighted(random, STAGE_WEIGHTS);
  const isShort = SHORT_STAGES.includes(stage);
  switch (weighted(random, { clock: isShort ? 10 : 50, statement: 35, setting: isShort ? 0 : 16, start: 3 })) {
    case 'clock':
      return { kind: 'clock', stage, delayMs: between(random, 0, STAGE_MS[stage]) };
    case 'statement':
      return { kind: 'statement', stage, statements: between(random, 0, isShort ? FEW_STATEMENTS : MANY_STATEMENTS) };
    case 'setting':
      return { kind: 'setting', moment: isLucky(random, 0.5) ? 'asked' : 'done', delayMs: between(random, 0, 12) };
    case 'start':
      return { kind: 'start', delayMs: between(random, 300, 900) };
  }
}

function momentOf(random: Random, stages: readonly RunStage[]): NonNullable<Scenario['cancel']> {
  const stage = stages[Math.floor(random() * stages.length)] ?? 'execute';
  return { stage, delayMs: between(random, 0, STAGE_MS[stage]) };
}
