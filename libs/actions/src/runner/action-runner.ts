import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { Settings } from '@app/config';
import {
  type ActionJournal,
  type ActionRisk,
  AppError,
  type Baseline,
  type Clock,
  type DeviceState,
  type JournalEntry,
  type JournalPhase,
  messageOf,
} from '@app/core';
import type { Action, ActionTask, ExecutionOutput } from '../action.js';
import type { ActionSet } from '../action-set.js';
import type { Clearance, GuardGate } from '../guardrails/gate.js';
import { DeviceWatch } from './device-watch.js';
import { bounded, boundedOutput, idsOf, newEntry, taskOf } from './journal-entries.js';

export interface ActionRunnerDeps {
  readonly actions: Pick<ActionSet, 'find'>;
  readonly gate: Pick<GuardGate, 'consume'>;
  readonly journal: Pick<ActionJournal, 'begin' | 'advance' | 'get'>;
  readonly settings: Pick<Settings, 'monitor'>;
  readonly clock: Clock;
  /** For tests: how to wait between two looks at the device. */
  readonly wait?: (ms: number) => Promise<void>;
}

export interface Order {
  readonly task: ActionTask;
  readonly risk: ActionRisk;
  readonly planHash: string;
  readonly baseline: Baseline | null;
  readonly clearance: Clearance;
}

/**
 * `verified`: the device is as wanted. `unchanged`: the device shows that nothing happened. `astray`: it is neither as it
 * was nor as wanted, or nobody can tell: it has to go back.
 */
export type Performed =
  | { readonly kind: 'verified'; readonly entry: JournalEntry; readonly wasSo: boolean }
  | { readonly kind: 'unchanged'; readonly entry: JournalEntry | null; readonly error: string }
  | { readonly kind: 'astray'; readonly entry: JournalEntry; readonly error: string };

export type Undone =
  | { readonly kind: 'undone'; readonly entry: JournalEntry }
  | { readonly kind: 'undo-failed'; readonly entry: JournalEntry; readonly error: string }
  /** There is no way back; nothing was tried. */
  | { readonly kind: 'irreversible'; readonly entry: JournalEntry };

/** An undo that did not take is tried once more: the first may have met a busy device. */
const UNDO_ATTEMPTS = 2;

/**
 * Does an action once, and takes it back. The journal is written before every effect, and what happened is always looked
 * up on the device: an executor's word counts for nothing, and after a crash there is nobody to ask but the device.
 */
export class ActionRunner {
  private readonly logger = new Logger('Actions');
  private readonly watch: DeviceWatch;

  constructor(private readonly deps: ActionRunnerDeps) {
    this.watch = new DeviceWatch(deps.clock, deps.wait ?? ((ms) => delay(ms)));
  }

  /** @throws AppError `forbidden` without a valid clearance: no value, no act */
  async perform({ task, risk, planHash, baseline, clearance }: Order): Promise<Performed> {
    const { clock, gate, journal } = this.deps;
    const action = this.actionOf(task.type);
    if (!gate.consume(clearance, { ...task, planHash }, clock.now())) {
      throw new AppError('forbidden', `The clearance for ${task.type} is not valid (any more); nothing was done.`);
    }
    let before: DeviceState;
    try {
      before = await action.read(task);
    } catch (error) {
      return { kind: 'unchanged', entry: null, error: `The present state could not be read: ${messageOf(error)}` };
    }
    const intent = newEntry(task, { risk, planHash, baseline, before, intendedAt: clock.isoNow() });
    if (!(await journal.begin(intent))) return this.recover(await this.entry(task.runId, task.actionId));
    if (action.isReached(before, task, before)) return this.alreadySo(intent);
    const output = await attempt(() => action.execute(task, before));
    const entry = await this.advance(intent, ['intended'], 'applied', {
      appliedAt: clock.isoNow(),
      output: output.text,
    });
    this.logger.log({ message: 'Action executed', ...idsOf(entry), type: task.type, accepted: output.isAccepted });
    return this.verify(action, entry, before, output);
  }

  /** After a restart: what became of an action that was begun. Never does it again. */
  async recover(entry: JournalEntry): Promise<Performed> {
    const action = this.actionOf(entry.type);
    if (entry.phase === 'verified' || entry.phase === 'kept') return { kind: 'verified', entry, wasSo: false };
    if (entry.phase === 'failed') return { kind: 'unchanged', entry, error: entry.error ?? 'nothing was changed' };
    if (entry.phase !== 'intended' && entry.phase !== 'applied') {
      return { kind: 'astray', entry, error: entry.error ?? 'it was being taken back' };
    }
    const before = entry.before ?? {};
    const since = Date.parse(entry.appliedAt ?? entry.intendedAt);
    // Whoever was asked may still be at it: only after its time is over does an unchanged device mean that it was not done.
    const executeMs = entry.phase === 'intended' ? this.executeWithinMs(action) : 0;
    const seen = await this.watch.until(
      () => action.read(taskOf(entry)),
      (state) => action.isReached(state, taskOf(entry), before),
      since + executeMs + action.verifyWithinMs,
    );
    const applied =
      entry.phase === 'applied' || !seen.isReached
        ? entry
        : await this.advance(entry, ['intended'], 'applied', { appliedAt: this.deps.clock.isoNow() });
    return this.conclude(action, applied, before, seen, 'the service stopped while it was being done');
  }

  /** Puts back what was before, and looks whether it is. */
  async undo(entry: JournalEntry): Promise<Undone> {
    const action = this.actionOf(entry.type);
    const { before } = entry;
    if (action.undo === null || before === null) return this.closeIrreversible(entry);
    const open: JournalPhase[] = ['intended', 'applied', 'verified', 'kept', 'undoing'];
    const undoing = await this.advance(entry, open, 'undoing', {});
    let error = '';
    for (let attemptNo = 1; attemptNo <= UNDO_ATTEMPTS; attemptNo += 1) {
      const result = await this.undoOnce(action, undoing, before, action.undo);
      if (result === null) {
        const ended = { endedAt: this.deps.clock.isoNow() };
        return { kind: 'undone', entry: await this.advance(undoing, ['undoing'], 'undone', ended) };
      }
      error = result;
    }
    const ended = { endedAt: this.deps.clock.isoNow(), error };
    return { kind: 'undo-failed', entry: await this.advance(undoing, ['undoing'], 'undo-failed', ended), error };
  }

  private async closeIrreversible(entry: JournalEntry): Promise<Undone> {
    const patch = { endedAt: this.deps.clock.isoNow(), error: 'There is no way back.' };
    const ended = await this.advance(entry, ['intended', 'applied', 'verified', 'kept'], 'undo-failed', patch);
    return { kind: 'irreversible', entry: ended };
  }

  /** The effect was watched and is to stay. */
  keep(entry: JournalEntry): Promise<JournalEntry> {
    return this.advance(entry, ['verified'], 'kept', { endedAt: this.deps.clock.isoNow() });
  }

  /** Whether the device is still as the action left it; null when it can't be read. */
  async isStillSo(entry: JournalEntry): Promise<boolean | null> {
    const action = this.actionOf(entry.type);
    try {
      return action.isReached(await action.read(taskOf(entry)), taskOf(entry), entry.before ?? {});
    } catch (error) {
      this.logger.warn({ message: 'The device could not be read', ...idsOf(entry), error: messageOf(error) });
      return null;
    }
  }

  /** Null when it is as before; else what is the matter. */
  private async undoOnce(
    action: Action,
    entry: JournalEntry,
    before: DeviceState,
    undo: NonNullable<Action['undo']>,
  ): Promise<string | null> {
    const task = taskOf(entry);
    const isRestored = (state: DeviceState): boolean => action.isRestored(state, before, task);
    const now = this.deps.clock.now();
    const looked = await this.watch.until(() => action.read(task), isRestored, now);
    if (looked.isReached) return null;
    const output = await attempt(() => undo(task, before));
    const seen = await this.watch.until(
      () => action.read(task),
      isRestored,
      this.deps.clock.now() + action.verifyWithinMs,
    );
    if (seen.isReached) return null;
    const found =
      seen.state === null ? `it could not be read (${seen.error ?? 'no answer'})` : JSON.stringify(seen.state);
    return `The former state was not restored: ${found}; the executor said: ${bounded(output.text)}`;
  }

  private async verify(
    action: Action,
    entry: JournalEntry,
    before: DeviceState,
    output: ExecutionOutput,
  ): Promise<Performed> {
    // Without an answer it may still come; with one the device shows it within its time.
    const patience = output.isAccepted ? action.verifyWithinMs : action.verifyWithinMs + this.executeWithinMs(action);
    const isDefiniteRefusal = !output.isAccepted && output.isDefinite === true;
    const until = this.deps.clock.now() + (isDefiniteRefusal ? 0 : patience);
    const seen = await this.watch.until(
      () => action.read(taskOf(entry)),
      (state) => action.isReached(state, taskOf(entry), before),
      until,
    );
    return this.conclude(action, entry, before, seen, bounded(output.text));
  }

  private async conclude(
    action: Action,
    entry: JournalEntry,
    before: DeviceState,
    seen: { readonly state: DeviceState | null; readonly isReached: boolean; readonly error: string | null },
    said: string,
  ): Promise<Performed> {
    const at = this.deps.clock.isoNow();
    if (seen.isReached && seen.state !== null) {
      const patch = { verifiedAt: at, after: seen.state };
      return { kind: 'verified', entry: await this.advance(entry, ['applied'], 'verified', patch), wasSo: false };
    }
    if (seen.state === null) {
      return { kind: 'astray', entry, error: `Its state can't be read any more: ${seen.error ?? 'no answer'}` };
    }
    if (action.isRestored(seen.state, before, taskOf(entry))) {
      const error = `The device shows no change; the executor said: ${said}`;
      const patch = { endedAt: at, after: seen.state, error };
      return { kind: 'unchanged', entry: await this.advance(entry, ['intended', 'applied'], 'failed', patch), error };
    }
    const error = `The device is neither as it was nor as wanted: ${JSON.stringify(seen.state)}; the executor said: ${said}`;
    return {
      kind: 'astray',
      entry: await this.advance(entry, [entry.phase], entry.phase, { after: seen.state, error }),
      error,
    };
  }

  private async alreadySo(intent: JournalEntry): Promise<Performed> {
    const at = this.deps.clock.isoNow();
    const patch = { verifiedAt: at, endedAt: at, after: intent.before, output: 'no change: it was so already' };
    return { kind: 'verified', entry: await this.advance(intent, ['intended'], 'kept', patch), wasSo: true };
  }

  private async advance(
    entry: JournalEntry,
    from: readonly JournalPhase[],
    to: JournalPhase,
    patch: Parameters<ActionJournal['advance']>[4] = {},
  ): Promise<JournalEntry> {
    const { journal } = this.deps;
    if (!(await journal.advance(entry.runId, entry.actionId, from, to, { ...patch, ...boundedOutput(patch.output) }))) {
      const { phase } = await this.entry(entry.runId, entry.actionId);
      throw new AppError('internal_error', `The journal has ${entry.type} as ${phase}; it can't become ${to}.`);
    }
    return this.entry(entry.runId, entry.actionId);
  }

  private async entry(runId: string, actionId: string): Promise<JournalEntry> {
    const entry = await this.deps.journal.get(runId, actionId);
    if (entry === null) throw new AppError('internal_error', `The journal has no ${actionId} of run ${runId}.`);
    return entry;
  }

  private actionOf(type: string): Action {
    const action = this.deps.actions.find(type);
    if (action !== null) return action;
    throw new AppError('internal_error', `There is nothing (any more) that does or undoes ${type}.`);
  }

  private executeWithinMs(action: Action): number {
    const own = Object.hasOwn(this.deps.settings.monitor, action.type)
      ? this.deps.settings.monitor[action.type]?.executeSeconds
      : undefined;
    return own === undefined ? action.executeWithinMs : own * 1000;
  }
}

async function attempt(work: () => Promise<ExecutionOutput>): Promise<ExecutionOutput> {
  try {
    return await work();
  } catch (error) {
    return { isAccepted: false, text: messageOf(error) };
  }
}
