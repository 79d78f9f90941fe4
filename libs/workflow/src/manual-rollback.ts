import { Logger } from '@nestjs/common';
import {
  type ActionJournal,
  AppError,
  type AuditLog,
  type Clock,
  isTerminal,
  type JournalEntry,
  messageOf,
  type OptimizationAction,
  type Outcome,
  type Plan,
  type Run,
  type RunStatus,
  type RunStep,
} from '@app/core';
import type { RunStore } from '@app/persistence';
import { isUnfinished, type Rollbacks } from './rollbacks.js';

export interface ManualRollbackDeps {
  readonly rollbacks: Pick<Rollbacks, 'undo'>;
  readonly journal: Pick<ActionJournal, 'ofRun' | 'advance' | 'recent'>;
  readonly audit: Pick<AuditLog, 'append'>;
  readonly store: Pick<RunStore, 'get' | 'transition'>;
  readonly clock: Clock;
}

/** A rollback that was stopped longer ago than this and is at its end on the device is not told any more. */
const LONGEST_PAUSE_MS = 7 * 86_400_000;
const ENDED_WITH_CHANGES: readonly RunStatus[] = ['succeeded', 'failed', 'cancelled'];

/** Takes back what an ended run has left in place, because a person asks for it. */
export class ManualRollback {
  private readonly logger = new Logger('Rollback');

  constructor(private readonly deps: ManualRollbackDeps) {}

  /**
   * Marks what is to go back; from then on it goes back, also after a restart.
   *
   * @throws AppError `run_not_rollbackable` when there is nothing to take back
   */
  async request(run: Run, by: string): Promise<void> {
    if (!isTerminal(run.status)) {
      throw new AppError('run_not_rollbackable', `The run is ${run.status}: cancel it, which takes back what it did.`);
    }
    const kept = (await this.deps.journal.ofRun(run.id)).filter(isKeptChange);
    if (kept.length === 0) {
      throw new AppError('run_not_rollbackable', 'The run has left nothing in place that could be taken back.');
    }
    for (const { runId, actionId } of kept) await this.deps.journal.advance(runId, actionId, ['kept'], 'undoing');
    await this.deps.audit.append({
      kind: 'rollback',
      event: 'requested',
      actor: by,
      target: run.target,
      runId: run.id,
      actionId: null,
      planHash: run.plan?.hash ?? null,
      reason: null,
      details: { actionIds: kept.map(({ actionId }) => actionId) },
    });
  }

  /** Ended runs of the target whose rollback was begun and not finished. */
  async unfinished(target: string): Promise<readonly string[]> {
    const since = this.deps.clock.now() - LONGEST_PAUSE_MS;
    const goneBack = (await this.deps.journal.recent(target, since)).filter(isOnTheWayBack);
    const runIds = [...new Set(goneBack.map(({ runId }) => runId))];
    const ended: string[] = [];
    for (const id of runIds) {
      const run = await this.deps.store.get(id);
      if (run === null || !isTerminal(run.status)) continue;
      if (goneBack.some((entry) => entry.runId === id && isUnfinished(entry, run.plan))) ended.push(id);
    }
    return ended;
  }

  /** Does it. Whatever comes of it is in the store and in the audit log; it does not throw. */
  async execute(runId: string): Promise<void> {
    try {
      const startedAt = this.deps.clock.isoNow();
      const run = await this.deps.store.get(runId);
      if (run === null) return;
      const goneBack = (await this.deps.journal.ofRun(runId)).filter(isOnTheWayBack);
      const entries = goneBack.filter((entry) => isUnfinished(entry, run.plan)).reverse();
      const result = await this.deps.rollbacks.undo(entries, 'a person asked for it', 'agent');
      const outcome: Outcome = {
        verdict: run.outcome?.verdict ?? 'inconclusive',
        metrics: run.outcome?.metrics ?? [],
        rolledBack: result.isComplete && result.isRolledBack,
        frozen: result.frozen,
        explanation: [run.outcome?.explanation, result.explanation].filter(Boolean).join(' '),
      };
      const to = result.frozen ? 'failed' : 'rolled_back';
      const error = result.frozen ? { code: 'rollback_failed', message: result.explanation } : run.error;
      const steps = [this.step(startedAt, result.frozen, result.explanation)];
      // With the status, since the plan of an ended run is closed to everybody else.
      const plan = run.plan === null ? undefined : planAfter(run.plan, await this.deps.journal.ofRun(runId));
      await this.deps.store.transition(runId, ENDED_WITH_CHANGES, to, { payloads: { outcome, plan }, steps, error });
    } catch (error) {
      // What is not undone stays `undoing` in the journal and is taken up at the next start.
      this.logger.error({ message: 'A rollback could not be finished', runId, error: messageOf(error) });
    }
  }

  private step(startedAt: string, hasFailed: boolean, detail: string): RunStep {
    const finishedAt = this.deps.clock.isoNow();
    return {
      stage: 'rollback',
      status: hasFailed ? 'failed' : 'ok',
      startedAt,
      finishedAt,
      durationMs: Date.parse(finishedAt) - Date.parse(startedAt),
      detail,
    };
  }
}

function isKeptChange({ phase, risk, before }: JournalEntry): boolean {
  return phase === 'kept' && risk !== 'read-only' && before !== null;
}

function isOnTheWayBack({ phase }: JournalEntry): boolean {
  return phase === 'undoing' || phase === 'undone' || phase === 'undo-failed';
}

function planAfter(plan: Plan, journal: readonly JournalEntry[]): Plan {
  const actions = plan.actions.map((action): OptimizationAction => {
    const entry = journal.find(({ actionId }) => actionId === action.id);
    if (entry?.phase === 'undone') return { ...action, status: 'rolled_back', error: null };
    return entry?.phase === 'undo-failed' ? { ...action, status: 'failed', error: entry.error } : action;
  });
  return { ...plan, actions };
}
