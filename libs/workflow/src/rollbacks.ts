import { Logger } from '@nestjs/common';
import type { ActionRunner, Notifier, Undone } from '@app/actions';
import {
  type ActionJournal,
  type AuditLog,
  type Clock,
  ENDED_PHASES,
  type JournalEntry,
  type JournalPhase,
  messageOf,
  type Plan,
  type PlannedActionStatus,
  type SafetyStore,
} from '@app/core';
import type { RunStore } from '@app/persistence';
import { PlanKeeper } from './plan-keeper.js';

export interface RollbackDeps {
  readonly runner: Pick<ActionRunner, 'undo' | 'recover' | 'keep'>;
  readonly journal: Pick<ActionJournal, 'ofRun' | 'get'>;
  readonly safety: Pick<SafetyStore, 'freeze'>;
  readonly audit: Pick<AuditLog, 'append'>;
  readonly notifier: Pick<Notifier, 'alert'>;
  readonly store: Pick<RunStore, 'get' | 'update'>;
  readonly clock: Clock;
}

export interface RollbackResult {
  /** All that was to go back is back. */
  readonly isComplete: boolean;
  /** Something was taken back. */
  readonly isRolledBack: boolean;
  readonly frozen: boolean;
  /** For a person. */
  readonly explanation: string;
}

/** Takes back what a run did. What can't be taken back freezes the target, and everybody is told. */
export class Rollbacks {
  private readonly logger = new Logger('Rollback');

  constructor(private readonly deps: RollbackDeps) {}

  /** Everything of the run that was begun and has not come to an end, the last one first. */
  async undoOpen(runId: string, reason: string, actor = 'agent'): Promise<RollbackResult> {
    const run = await this.deps.store.get(runId);
    const entries = await this.deps.journal.ofRun(runId);
    const open = entries.filter((entry) => isUnfinished(entry, run?.plan ?? null));
    return this.undo(open.reverse(), reason, actor);
  }

  async undo(entries: readonly JournalEntry[], reason: string, actor: string): Promise<RollbackResult> {
    const explanations: string[] = [];
    let [isRolledBack, frozen] = [false, false];
    for (const entry of entries) {
      const undone = await this.undoOne(entry, actor);
      if (undone === null) continue;
      explanations.push(describe(undone));
      await this.audited(undone, reason, actor);
      if (undone.kind === 'undone') isRolledBack = true;
      else {
        frozen = true;
        await this.freeze(undone, reason);
      }
      // Last: by the plan the next process knows that all of this was done.
      await this.note(undone);
    }
    return { isComplete: !frozen, isRolledBack, frozen, explanation: explanations.join(' ') };
  }

  /** Null for what changed nothing, so that there is nothing to take back. */
  private async undoOne(entry: JournalEntry, actor: string): Promise<Undone | null> {
    try {
      if (entry.risk === 'read-only') {
        if (entry.phase === 'intended' || entry.phase === 'applied') await this.deps.runner.recover(entry);
        return null;
      }
      if (ENDED_PHASES.includes(entry.phase) && entry.phase !== 'kept') return await this.catchUp(entry);
      // Whoever was asked may still be at it, and would undo the undoing.
      const found = entry.phase === 'intended' ? await this.deps.runner.recover(entry) : null;
      if (found?.kind === 'unchanged') {
        await this.change(entry, { status: 'failed', error: found.error });
        return null;
      }
      return await this.deps.runner.undo((found?.entry ?? entry) as JournalEntry);
    } catch (error) {
      this.logger.error({ message: 'Rollback failed', runId: entry.runId, actor, error: messageOf(error) });
      return { kind: 'undo-failed', entry, error: messageOf(error) };
    }
  }

  /** An earlier process got as far as the end of the way back, and no further: it is not gone again, but told. */
  private async catchUp(entry: JournalEntry): Promise<Undone | null> {
    if (entry.phase === 'undone') return { kind: 'undone', entry };
    if (entry.phase === 'undo-failed') return { kind: 'undo-failed', entry, error: entry.error ?? 'nobody noted why' };
    await this.change(entry, { status: 'failed', error: entry.error });
    return null;
  }

  private async note(undone: Undone): Promise<void> {
    const { entry } = undone;
    // An action that can't go back stays as it is: its status says what was done, its error that it could not be undone.
    const isBack = undone.kind === 'undone';
    await this.change(entry, {
      status: isBack ? 'rolled_back' : 'failed',
      error: isBack ? null : describe(undone),
      after: entry.after,
    });
  }

  private async audited(undone: Undone, reason: string, actor: string): Promise<void> {
    const { entry } = undone;
    const error = undone.kind === 'undone' ? null : describe(undone);
    await this.deps.audit.append({
      kind: 'rollback',
      event: undone.kind === 'undone' ? 'rolled-back' : undone.kind === 'irreversible' ? 'irreversible' : 'failed',
      actor,
      target: entry.target,
      runId: entry.runId,
      actionId: entry.actionId,
      planHash: entry.planHash,
      reason,
      details: { type: entry.type, subject: entry.subject, before: entry.before, after: entry.after, error },
    });
  }

  private async freeze(undone: Exclude<Undone, { kind: 'undone' }>, reason: string): Promise<void> {
    const { entry } = undone;
    const text = `${describe(undone)} The action was to be taken back because: ${reason}`;
    await this.deps.safety.freeze({
      target: entry.target,
      at: this.deps.clock.isoNow(),
      reason: text,
      runId: entry.runId,
      by: 'agent',
    });
    await this.deps.audit.append({
      kind: 'freeze',
      event: 'frozen',
      actor: 'agent',
      target: entry.target,
      runId: entry.runId,
      actionId: entry.actionId,
      planHash: entry.planHash,
      reason: text,
      details: { type: entry.type, subject: entry.subject },
    });
    await this.deps.store.update(entry.runId, { warnings: [`Target ${entry.target} is frozen: ${text}`] });
    this.logger.error({ message: 'Target frozen', target: entry.target, runId: entry.runId, reason: text });
    await this.tell(entry, text);
  }

  /** The alert is an extra: the freeze stands without it. */
  private async tell(entry: JournalEntry, text: string): Promise<void> {
    const title = `Target ${entry.target} is frozen: ${entry.type} could not be taken back`;
    try {
      const { target, runId } = entry;
      await this.deps.notifier.alert({ target, runId, title, text, findingIds: [] });
    } catch (error) {
      this.logger.error({ message: 'The alert could not be sent', runId: entry.runId, error: messageOf(error) });
    }
  }

  private async change(entry: JournalEntry, patch: Parameters<PlanKeeper['change']>[2]): Promise<void> {
    await new PlanKeeper(this.deps.store).change(entry.runId, entry.actionId, patch);
  }
}

/** Begun and not at its end, or at its end while the plan, which is written last, does not say so yet. */
export function isUnfinished({ phase, actionId }: JournalEntry, plan: Plan | null): boolean {
  const status = STATUS_AT_END[phase];
  if (status === undefined) return !ENDED_PHASES.includes(phase);
  return plan?.actions.find(({ id }) => id === actionId)?.status !== status;
}

const STATUS_AT_END: Partial<Record<JournalPhase, PlannedActionStatus>> = {
  failed: 'failed',
  undone: 'rolled_back',
  'undo-failed': 'failed',
};

function describe(undone: Undone): string {
  const { type, subject } = undone.entry;
  switch (undone.kind) {
    case 'undone':
      return `${type} on ${subject.label} was taken back, and the device shows its former state.`;
    case 'undo-failed':
      return `${type} on ${subject.label} could not be taken back: ${undone.error}`;
    case 'irreversible':
      return `${type} on ${subject.label} has no way back and stays as it is.`;
  }
}
