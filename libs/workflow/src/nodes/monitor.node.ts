import { setTimeout as delay } from 'node:timers/promises';
import { type Action, type ActionRunner, type ActionSet, monitorTimes } from '@app/actions';
import { type EffectJudgement, judgeEffect } from '@app/analysis';
import { analysisSettingsOf, type Settings } from '@app/config';
import {
  type ActionJournal,
  AppError,
  type AuditLog,
  type EffectHistory,
  type JournalEntry,
  type OptimizationAction,
  type Outcome,
  type Run,
  type Snapshot,
  type SnapshotSource,
} from '@app/core';
import type { RunStore } from '@app/persistence';
import type { CancelSignals } from '../cancel-signals.js';
import { mergeOutcomes, outcomeOf } from '../outcomes.js';
import { PlanKeeper } from '../plan-keeper.js';
import type { WorkflowUpdate } from '../state.js';
import { RunAbandonedError, type StepRecorder, type StepResult } from '../step-recorder.js';
import { analyseTarget, type TargetAnalysisDeps } from '../target-analysis.js';
import type { WorkflowNode } from './node.js';

export interface MonitorDeps extends TargetAnalysisDeps {
  readonly snapshots: Pick<SnapshotSource, 'window' | 'past'>;
  readonly executables: Pick<ActionSet, 'find'>;
  readonly runner: Pick<ActionRunner, 'keep' | 'isStillSo'>;
  readonly journal: Pick<ActionJournal, 'get'>;
  readonly effects: Pick<EffectHistory, 'record'>;
  readonly audit: Pick<AuditLog, 'append'>;
  readonly cancels: Pick<CancelSignals, 'signalOf'>;
  readonly store: Pick<RunStore, 'get' | 'update'>;
  readonly recorder: StepRecorder;
  readonly settings: TargetAnalysisDeps['settings'] & Pick<Settings, 'policy' | 'monitor'>;
  /** When this process began to sample: what came between belongs to nobody. */
  readonly startedAtMs: number;
  /** For tests: how to wait for the next sample. */
  readonly wait?: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
}

/** Watches the effect of the action that was just done, and says whether it stays. */
export function makeMonitorNode(deps: MonitorDeps): WorkflowNode {
  return (state, context) =>
    deps.recorder.record(state.runId, 'monitor', context?.signal, () => {
      if (state.currentActionId === null) throw new AppError('internal_error', 'There is no action to watch.');
      return new Monitoring(deps, state.runId, state.currentActionId, context?.signal).watch();
    });
}

const SHORTEST_LOOK_MS = 100;
const LONGEST_LOOK_MS = 1_000;

class Monitoring {
  private readonly plans: PlanKeeper;

  constructor(
    private readonly deps: MonitorDeps,
    private readonly runId: string,
    private readonly actionId: string,
    private readonly signal: AbortSignal | undefined,
  ) {
    this.plans = new PlanKeeper(deps.store);
  }

  async watch(): Promise<StepResult<WorkflowUpdate>> {
    const { run, plan } = await this.plans.load(this.runId);
    const action = plan.actions.find(({ id }) => id === this.actionId);
    const entry = await this.deps.journal.get(this.runId, this.actionId);
    const implementation = action === undefined ? null : this.deps.executables.find(action.type);
    if (action === undefined || entry === null || implementation === null) {
      throw new AppError('internal_error', `There is no record of what ${this.actionId} did.`);
    }
    // After a restart the node runs again; what it had concluded by then stands in the journal.
    if (entry.phase === 'kept') return this.settled(run);
    const cancelled = this.deps.cancels.signalOf(run.id);
    if (cancelled.aborted || run.cancelRequested !== null) return this.cancelled(run);
    const judgement = await this.untilJudged(run, action, entry, implementation, cancelled);
    return judgement === 'cancelled' ? this.cancelled(run) : this.conclude(run, action, entry, judgement);
  }

  private async untilJudged(
    run: Run,
    action: OptimizationAction,
    entry: JournalEntry,
    implementation: Action,
    cancelled: AbortSignal,
  ): Promise<EffectJudgement | 'cancelled'> {
    const { clock, settings, startedAtMs } = this.deps;
    const { settleSeconds, windowSeconds } = monitorTimes(implementation, settings);
    const verifiedAtMs = Date.parse(entry.verifiedAt ?? entry.intendedAt);
    const fromMs = Math.max(verifiedAtMs + settleSeconds * 1000, startedAtMs);
    const endMs = fromMs + windowSeconds * 1000;
    const lookMs = Math.min(LONGEST_LOOK_MS, Math.max(SHORTEST_LOOK_MS, settings.sampling.intervalMs / 2));
    let seen = 0;
    for (;;) {
      if (this.signal?.aborted) throw new RunAbandonedError(run.id);
      if (cancelled.aborted) return 'cancelled';
      const isFinal = clock.now() >= endMs;
      const after = this.samplesBetween(run.target, fromMs, endMs);
      if (isFinal || after.length > seen) {
        seen = after.length;
        const judgement = this.judge(run, action, entry, implementation, after, isFinal);
        if (isFinal || judgement.trip !== null) return judgement;
      }
      await this.wait(Math.min(lookMs, Math.max(1, endMs - clock.now())), cancelled);
    }
  }

  private judge(
    run: Run,
    action: OptimizationAction,
    entry: JournalEntry,
    implementation: Action,
    after: readonly Snapshot[],
    isFinal: boolean,
  ): EffectJudgement {
    const last = this.deps.snapshots.window(run.target).at(-1);
    return judgeEffect({
      baseline: entry.baseline,
      snapshots: after,
      analysis: last === undefined ? null : analyseTarget(this.deps, last),
      watched: implementation.watched,
      slo: analysisSettingsOf(this.deps.settings, run.target).slo,
      expectedFindings: action.findingIds,
      expected: action.expected,
      isFinal,
    });
  }

  private samplesBetween(target: string, fromMs: number, endMs: number): Snapshot[] {
    const { snapshots } = this.deps;
    // A window of half an hour is longer than what is kept at the full rate.
    return [...snapshots.past(target), ...snapshots.window(target)].filter(({ collectedAt }) => {
      const at = Date.parse(collectedAt);
      return at >= fromMs && at <= endMs;
    });
  }

  private async conclude(
    run: Run,
    action: OptimizationAction,
    entry: JournalEntry,
    judged: EffectJudgement,
  ): Promise<StepResult<WorkflowUpdate>> {
    const judgement = await this.withDevice(entry, judged);
    const outcome = mergeOutcomes(run.outcome, outcomeOf(judgement));
    const stays = judgement.verdict === 'improved' || judgement.verdict === 'neutral';
    await this.learn(run, action, judgement);
    await this.tell(run, action, judgement, entry.planHash);
    await this.deps.store.update(run.id, { payloads: { outcome } });
    const detail = `${judgement.verdict}: ${judgement.explanation}`;
    if (!stays) return { status: 'degraded', detail, update: { rollbackReason: detail } };
    await this.deps.runner.keep(entry);
    return { status: 'ok', detail, update: { currentActionId: null } };
  }

  /** An effect that the device itself no longer shows is none, whatever the metrics say. */
  private async withDevice(entry: JournalEntry, judgement: EffectJudgement): Promise<EffectJudgement> {
    if (judgement.verdict === 'regressed') return judgement;
    const isStillSo = await this.deps.runner.isStillSo(entry);
    if (isStillSo === true) return judgement;
    const what = isStillSo === null ? 'can not be read any more' : 'is no longer as the action left it';
    return {
      ...judgement,
      verdict: 'inconclusive',
      explanation: `The device ${what}. ${judgement.explanation}`,
    };
  }

  private async learn(run: Run, action: OptimizationAction, judgement: EffectJudgement): Promise<void> {
    const finding = run.analysis?.findings.find(({ id }) => action.findingIds.includes(id));
    await this.deps.effects.record({
      runId: run.id,
      actionId: action.id,
      target: run.target,
      type: action.type,
      ruleId: finding?.ruleId ?? 'unknown',
      at: this.deps.clock.isoNow(),
      predicted: action.expected,
      observedChangeRatio: judgement.observedChangeRatio,
      verdict: judgement.verdict,
    });
  }

  private async tell(
    run: Run,
    action: OptimizationAction,
    { verdict, explanation, metrics }: EffectJudgement,
    planHash: string,
  ): Promise<void> {
    await this.deps.audit.append({
      kind: 'outcome',
      event: verdict,
      actor: 'agent',
      target: run.target,
      runId: run.id,
      actionId: action.id,
      planHash,
      reason: explanation,
      details: { type: action.type, subject: action.subject, metrics },
    });
  }

  /** What earlier actions of the run came to stays told. */
  private async cancelled({ outcome: earlier }: Run): Promise<StepResult<WorkflowUpdate>> {
    await this.plans.stopRest(this.runId, 'the run was cancelled');
    const outcome: Outcome = {
      verdict: 'inconclusive',
      metrics: [],
      rolledBack: false,
      frozen: false,
      explanation: 'The run was cancelled before the effect of the action was known.',
    };
    const merged = mergeOutcomes(earlier, outcome);
    await this.deps.store.update(this.runId, { payloads: { outcome: merged } });
    const update: WorkflowUpdate = { rollbackReason: 'the run was cancelled', endAs: 'cancelled' };
    return { status: 'skipped', detail: 'the run was cancelled', update };
  }

  private settled(run: Run): StepResult<WorkflowUpdate> {
    const { outcome } = run;
    const detail = outcome === null ? 'judged before a restart' : `${outcome.verdict}: ${outcome.explanation}`;
    return { status: 'ok', detail, update: { currentActionId: null } };
  }

  private async wait(ms: number, cancelled: AbortSignal): Promise<void> {
    const signals = [cancelled, ...(this.signal === undefined ? [] : [this.signal])];
    const signal = AbortSignal.any(signals);
    if (this.deps.wait !== undefined) return this.deps.wait(ms, signal);
    try {
      await delay(ms, undefined, { signal });
    } catch (error) {
      // Woken up: who did it is looked at next.
      if (!signal.aborted) throw error;
    }
  }
}
