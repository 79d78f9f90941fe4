import { Logger } from '@nestjs/common';
import type { Settings } from '@app/config';
import {
  type ActionJournal,
  type Analysis,
  type Approval,
  type Clock,
  type GuardrailVerdict,
  messageOf,
  type OptimizationAction,
  type Run,
  type SafetyStore,
  type Snapshot,
} from '@app/core';
import type { Action, ActionTask } from '../action.js';
import type { ActionSet } from '../action-set.js';
import { monitorTimes } from '../monitor-times.js';
import type { Clearance, GuardGate } from './gate.js';
import type { GuardInput } from './guardrail.js';

export interface GuardServiceDeps {
  readonly gate: Pick<GuardGate, 'judge'>;
  readonly actions: Pick<ActionSet, 'find' | 'unavailable'>;
  readonly journal: Pick<ActionJournal, 'recent'>;
  readonly safety: Pick<SafetyStore, 'killSwitch' | 'freezeOf' | 'liftedAt'>;
  /** The switch that needs no running service: a file that somebody made. */
  readonly stopFile: { isPresent(): boolean };
  readonly settings: Pick<Settings, 'policy' | 'monitor' | 'sampling' | 'http'>;
  readonly clock: Clock;
}

/** The part of the question that only the caller knows. */
export interface JudgeContext {
  readonly run: Pick<Run, 'id' | 'target' | 'mode'>;
  readonly plan: GuardInput['plan'];
  readonly approval: Approval | null;
  readonly planned: { readonly snapshot: Snapshot; readonly analysis: Analysis } | null;
  readonly present: { readonly snapshot: Snapshot; readonly analysis: Analysis } | null;
}

export interface Judgement {
  readonly verdicts: readonly GuardrailVerdict[];
  /** Null unless every guardrail allows. */
  readonly clearance: Clearance | null;
}

const logger = new Logger('Guardrails');
const JOURNAL_DAYS = 30;
const DAY_MS = 86_400_000;

/** Gathers what the guardrails look at and asks the gate. What can't be gathered is null, and null denies. */
export class GuardService {
  constructor(private readonly deps: GuardServiceDeps) {}

  async judge(moment: GuardInput['moment'], action: OptimizationAction, context: JudgeContext): Promise<Judgement> {
    const { gate, settings, clock, actions } = this.deps;
    const implementation = actions.find(action.type);
    const times = implementation === null ? null : monitorTimes(implementation, settings);
    const { policy, sampling, http } = settings;
    return gate.judge({
      action,
      moment,
      nowMs: clock.now(),
      run: { id: context.run.id, target: context.run.target, mode: context.run.mode },
      settings: {
        maxMode: policy.maxMode,
        sampleIntervalMs: sampling.intervalMs,
        hasApiKeys: http.apiKeys.length > 0,
        rule: Object.hasOwn(policy.actions, action.type) ? (policy.actions[action.type] ?? null) : null,
      },
      plan: context.plan,
      approval: context.approval,
      planned: context.planned,
      present: context.present,
      journal: await this.journal(context.run.target),
      coolDownSeconds: implementation?.coolDownSeconds ?? null,
      monitorSeconds: times === null ? null : times.settleSeconds + times.windowSeconds,
      safety: await this.safety(context.run.target),
      executor: await this.executor(action.type),
      preconditions: preconditionsOf(implementation, taskOf(action, context.run), context.present?.snapshot ?? null),
    });
  }

  private async journal(target: string): Promise<GuardInput['journal']> {
    return readable('journal', () => this.deps.journal.recent(target, this.deps.clock.now() - JOURNAL_DAYS * DAY_MS));
  }

  private async safety(target: string): Promise<GuardInput['safety']> {
    const { safety, stopFile } = this.deps;
    return readable('freezes and kill switch', async () => {
      const stored = await safety.killSwitch();
      const liftedAt = await safety.liftedAt(target);
      return {
        killSwitch: stopFile.isPresent()
          ? { engaged: true, at: null, by: 'file', reason: 'the file STOP stands in DATA_DIR' }
          : stored,
        freeze: await safety.freezeOf(target),
        breakerResetAtMs: liftedAt === null ? null : Date.parse(liftedAt),
      };
    });
  }

  private async executor(type: string): Promise<GuardInput['executor']> {
    return readable('executor', async () => ({ reason: await this.deps.actions.unavailable(type) }));
  }
}

export function taskOf(action: OptimizationAction, run: Pick<Run, 'id' | 'target'>): ActionTask {
  const { id: actionId, type, parameters, subject, members } = action;
  return { runId: run.id, actionId, target: run.target, type, parameters, subject, members };
}

function preconditionsOf(
  implementation: Action | null,
  task: ActionTask,
  snapshot: Snapshot | null,
): GuardInput['preconditions'] {
  if (implementation === null || snapshot === null) return null;
  try {
    return implementation.preconditions(task, snapshot);
  } catch (error) {
    // A condition that can't even be looked at does not hold; the guardrail says that it is unknown.
    logger.error({ message: 'Preconditions could not be checked', type: task.type, error: messageOf(error) });
    return null;
  }
}

/** A guardrail has to deny what is unknown, and can only do so when the question reaches it. */
async function readable<Value>(what: string, read: () => Promise<Value>): Promise<Value | null> {
  try {
    return await read();
  } catch (error) {
    logger.error({ message: `The ${what} could not be read: nothing is allowed`, error: messageOf(error) });
    return null;
  }
}
