import { type ActionRunner, type ActionSet, type GuardService, monitorTimes, taskOf } from '@app/actions';
import { takeBaseline } from '@app/analysis';
import { analysisSettingsOf, type Settings } from '@app/config';
import {
  type ActionJournal,
  type Analysis,
  type AuditLog,
  type Baseline,
  type JournalEntry,
  type OptimizationAction,
  type Plan,
  type Run,
  type RunStep,
  type Snapshot,
  type SnapshotSource,
} from '@app/core';
import type { RunStore } from '@app/persistence';
import type { CancelSignals } from '../cancel-signals.js';
import { PlanKeeper } from '../plan-keeper.js';
import type { WorkflowUpdate } from '../state.js';
import type { StepRecorder, StepResult } from '../step-recorder.js';
import { analyseTarget, type TargetAnalysisDeps } from '../target-analysis.js';
import type { WorkflowNode } from './node.js';
import { isWaiting } from './plan.node.js';

export interface ExecuteDeps extends TargetAnalysisDeps {
  readonly snapshots: Pick<SnapshotSource, 'collect' | 'window' | 'past'>;
  readonly executables: Pick<ActionSet, 'find'>;
  readonly guards: Pick<GuardService, 'judge'>;
  readonly runner: Pick<ActionRunner, 'perform' | 'recover' | 'keep'>;
  readonly journal: Pick<ActionJournal, 'get'>;
  readonly audit: Pick<AuditLog, 'append'>;
  readonly cancels: Pick<CancelSignals, 'signalOf'>;
  readonly store: Pick<RunStore, 'get' | 'update'>;
  readonly recorder: StepRecorder;
  readonly settings: TargetAnalysisDeps['settings'] & Pick<Settings, 'policy' | 'monitor'>;
}

/**
 * Begins the next action that is allowed. It has no deadline and is never retried: a dropped node would go on acting
 * behind the graph's back. When it runs again after a restart, the journal and the device say what was done.
 */
export function makeExecuteNode(deps: ExecuteDeps): WorkflowNode {
  return (state, context) =>
    deps.recorder.record(state.runId, 'execute', context?.signal, () => new Execution(deps, state.runId).goOn());
}

/** What an action came to: `next` lets the node go on to the following one. */
type Step = { readonly kind: 'next' } | { readonly kind: 'done'; readonly result: StepResult<WorkflowUpdate> };
const NEXT: Step = { kind: 'next' };

class Execution {
  private readonly plans: PlanKeeper;
  private readonly told: string[] = [];
  /** Of the actions of this run that were done before. */
  private earlier: RunStep | null = null;

  constructor(
    private readonly deps: ExecuteDeps,
    private readonly runId: string,
  ) {
    this.plans = new PlanKeeper(deps.store);
  }

  async goOn(): Promise<StepResult<WorkflowUpdate>> {
    const { run, plan } = await this.plans.load(this.runId);
    this.earlier = run.steps.find(({ stage }) => stage === 'execute') ?? null;
    for (const action of plan.actions) {
      const entry = await this.deps.journal.get(run.id, action.id);
      const step = entry === null ? await this.begin(run, plan, action) : await this.resume(run, action, entry);
      if (step.kind === 'done') return step.result;
    }
    const { run: now, plan: rest } = await this.plans.load(this.runId);
    // Also a wish that came while the last action was at work: such a run neither goes on to wait nor has succeeded.
    const endAs = this.isCancelled(now) ? ('cancelled' as const) : null;
    const needsApproval = endAs === null && run.approval === null && rest.actions.some(isWaiting);
    return this.result({ currentActionId: null, hasWork: false, needsApproval, endAs });
  }

  /** An action that this run has begun before, e.g. before a restart: the journal may be ahead of the plan and the graph. */
  private async resume(run: Run, action: OptimizationAction, entry: JournalEntry): Promise<Step> {
    const error = entry.error ?? 'nobody noted why';
    switch (entry.phase) {
      case 'kept':
        await this.catchUp(action, entry);
        return NEXT;
      case 'failed':
        return action.status === 'failed' && action.risk === 'read-only' ? NEXT : this.fail(run, action, error, entry);
      case 'undone':
      case 'undo-failed': {
        // Of a rollback that was begun where the graph does not know of it; the node tells what is left to tell.
        const update = { currentActionId: action.id, rollbackReason: `it was being taken back: ${error}` };
        return { kind: 'done', result: this.result(update, 'degraded') };
      }
      case 'intended':
      case 'applied':
      case 'verified':
      case 'undoing':
        return this.conclude(action, await this.deps.runner.recover(entry));
    }
  }

  private async catchUp(action: OptimizationAction, { before, after, error }: JournalEntry): Promise<void> {
    if (action.status === 'verified') return;
    await this.plans.change(this.runId, action.id, { status: 'verified', before, after, error });
  }

  private async begin(run: Run, plan: Plan, action: OptimizationAction): Promise<Step> {
    if (action.status !== 'approved' && action.status !== 'executing') return NEXT;
    if (this.isCancelled(run)) {
      await this.plans.stopRest(run.id, 'the run was cancelled');
      return { kind: 'done', result: this.result({ endAs: 'cancelled', hasWork: false, needsApproval: false }) };
    }
    const snapshot = await this.deps.snapshots.collect(run.target);
    const analysis = analyseTarget(this.deps, snapshot);
    const { verdicts, clearance } = await this.deps.guards.judge('execute', action, {
      run,
      plan,
      approval: run.approval,
      planned: run.snapshot && run.analysis ? { snapshot: run.snapshot, analysis: run.analysis } : null,
      present: { snapshot, analysis },
    });
    if (clearance === null) return this.deny(run, action, verdicts);
    await this.plans.change(run.id, action.id, { status: 'executing', guardrails: verdicts });
    await this.tell(run, action, 'guardrail', 'allowed', null, { guardrails: verdicts });
    const performed = await this.deps.runner.perform({
      task: taskOf(action, run),
      risk: action.risk,
      planHash: plan.hash,
      baseline: action.risk === 'read-only' ? null : this.baseline(action, run, snapshot, analysis),
      clearance,
    });
    return this.conclude(action, performed);
  }

  private isCancelled(run: Run): boolean {
    return this.deps.cancels.signalOf(run.id).aborted || run.cancelRequested !== null;
  }

  private async deny(run: Run, action: OptimizationAction, verdicts: OptimizationAction['guardrails']): Promise<Step> {
    const denial = verdicts.find(({ verdict }) => verdict === 'deny');
    const reason = denial === undefined ? 'no guardrail answered' : `${denial.name}: ${denial.reason}`;
    await this.plans.change(run.id, action.id, { status: 'denied', guardrails: verdicts });
    await this.tell(run, action, 'guardrail', 'denied', reason, { guardrails: verdicts });
    this.told.push(`${action.type} on ${action.subject.label} denied (${reason})`);
    return NEXT;
  }

  private async conclude(
    action: OptimizationAction,
    performed: Awaited<ReturnType<ActionRunner['perform']>>,
  ): Promise<Step> {
    const { run } = await this.plans.load(this.runId);
    const { entry } = performed;
    const label = `${action.type} on ${action.subject.label}`;
    await this.tell(run, action, 'execution', performed.kind, performed.kind === 'verified' ? null : performed.error, {
      before: entry?.before ?? null,
      after: entry?.after ?? null,
      output: entry?.output ?? null,
    });
    switch (performed.kind) {
      case 'verified': {
        const implementation = this.deps.executables.find(action.type);
        const inverse = implementation?.inverse(taskOf(action, run), performed.entry.before) ?? null;
        const { before, after } = performed.entry;
        await this.plans.change(run.id, action.id, { status: 'verified', before, after, inverse, error: null });
        this.told.push(performed.wasSo ? `${label}: it was so already` : `${label}: done, and the device shows it`);
        if (action.risk !== 'read-only' && performed.entry.phase === 'verified') {
          return { kind: 'done', result: this.result({ currentActionId: action.id }) };
        }
        if (performed.entry.phase === 'verified') await this.deps.runner.keep(performed.entry);
        return NEXT;
      }
      case 'unchanged':
        return this.fail(run, action, performed.error, entry);
      case 'astray':
        this.told.push(`${label}: the device is neither as it was nor as wanted`);
        await this.plans.change(run.id, action.id, {
          status: 'applied',
          before: performed.entry.before,
          error: performed.error,
        });
        return {
          kind: 'done',
          result: this.result({ currentActionId: action.id, rollbackReason: performed.error }, 'degraded'),
        };
    }
  }

  /** A check that failed is said and no more; a change that did not happen ends the plan. */
  private async fail(run: Run, action: OptimizationAction, error: string, entry: JournalEntry | null): Promise<Step> {
    await this.plans.change(run.id, action.id, { status: 'failed', before: entry?.before ?? null, error });
    this.told.push(`${action.type} on ${action.subject.label} was not done (${error})`);
    if (action.risk === 'read-only') {
      await this.deps.store.update(run.id, { warnings: [`${action.type} was not done: ${error}`] });
      return NEXT;
    }
    await this.plans.stopRest(run.id, `${action.type} on ${action.subject.label} was not done`);
    const message = `${action.type} on ${action.subject.label} was not done: ${error}`;
    const failure = { node: 'execute', code: 'action_failed' as const, message };
    return { kind: 'done', result: this.result({ failure, hasWork: false, needsApproval: false }, 'failed') };
  }

  /** The window before the action; taken now, since nobody can take it afterwards. */
  private baseline(action: OptimizationAction, run: Run, snapshot: Snapshot, analysis: Analysis): Baseline | null {
    const implementation = this.deps.executables.find(action.type);
    if (implementation === null) return null;
    const { windowSeconds } = monitorTimes(implementation, this.deps.settings);
    // From before the trouble began nothing can be learned about what the action does against it.
    const begun = analysis.findings
      .filter(({ id }) => action.findingIds.includes(id))
      .map(({ firstSeenAt }) => Date.parse(firstSeenAt));
    const windowFrom = Date.parse(snapshot.collectedAt) - windowSeconds * 1000;
    const from = begun.length === 0 ? windowFrom : Math.max(windowFrom, Math.min(...begun));
    const { snapshots } = this.deps;
    const kept = [...snapshots.past(run.target), ...snapshots.window(run.target)];
    const samples = kept.filter(({ collectedAt }) => Date.parse(collectedAt) >= from);
    const reach = implementation.reach(taskOf(action, run), snapshot);
    const { slo } = analysisSettingsOf(this.deps.settings, run.target);
    return takeBaseline({ snapshots: samples, analysis, watched: implementation.watched, reach, slo });
  }

  private async tell(
    run: Run,
    action: OptimizationAction,
    kind: 'guardrail' | 'execution',
    event: string,
    reason: string | null,
    details: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    await this.deps.audit.append({
      kind,
      event,
      actor: 'agent',
      target: run.target,
      runId: run.id,
      actionId: action.id,
      planHash: run.plan?.hash ?? null,
      reason,
      details: { type: action.type, subject: action.subject, parameters: action.parameters, ...details },
    });
  }

  private result(update: WorkflowUpdate, status: 'ok' | 'degraded' | 'failed' = 'ok'): StepResult<WorkflowUpdate> {
    const { earlier, told } = this;
    // The node looks once more after the last action; that there was nothing left is no news.
    if (told.length === 0 && earlier !== null) {
      return { status: earlier.status, detail: earlier.detail, unchanged: earlier, update };
    }
    const details = [...(earlier?.detail?.split('; ') ?? []), ...told];
    return { status, detail: details.length > 0 ? [...new Set(details)].join('; ') : 'nothing was to be done', update };
  }
}
