import type { GuardService } from '@app/actions';
import {
  AppError,
  type Approval,
  type AuditLog,
  type OptimizationAction,
  type Plan,
  type Run,
  type SnapshotSource,
} from '@app/core';
import type { RunStore } from '@app/persistence';
import { isWaiting } from './nodes/plan.node.js';
import { contentHash } from './plan-keeper.js';
import { analyseTarget, type TargetAnalysisDeps } from './target-analysis.js';

export interface DecisionRequest {
  readonly decision: 'approve' | 'reject';
  readonly planHash: string;
  /** Absent: every action of the plan that waits for approval. */
  readonly actionIds?: readonly string[] | undefined;
  readonly comment?: string | undefined;
}

export interface ApprovalsDeps extends TargetAnalysisDeps {
  readonly snapshots: Pick<SnapshotSource, 'latest' | 'window' | 'past'>;
  readonly guards: Pick<GuardService, 'judge'>;
  readonly store: Pick<RunStore, 'get' | 'transition' | 'awaitingExpiry'>;
  readonly audit: Pick<AuditLog, 'append'>;
}

/** What says that the machine is no longer the one that the plan was made for. */
export const DRIFT_GUARDRAILS: readonly string[] = [
  'evidence-fresh',
  'evidence-agreement',
  'identity',
  'preconditions',
];

/** Takes the decision about a plan, once: by compare-and-set in the store, before the graph is resumed with it. */
export class Approvals {
  constructor(private readonly deps: ApprovalsDeps) {}

  /**
   * @throws AppError `run_not_awaiting_approval`, `plan_changed`, `approval_expired`, `state_drifted`,
   * `validation_failed` for actions that do not wait for approval
   */
  async decide(run: Run, request: DecisionRequest, by: string): Promise<void> {
    const { plan } = run;
    if (run.status !== 'awaiting_approval' || plan === null) throw notAwaiting(run);
    if (request.planHash !== plan.hash || contentHash(run.id, plan) !== plan.hash) {
      throw new AppError('plan_changed', 'The plan hash is not that of this plan: look at the plan again.', {
        details: { planHash: plan.hash },
      });
    }
    if (this.deps.clock.now() >= Date.parse(plan.expiresAt)) {
      await this.expire(run.id);
      throw new AppError('approval_expired', `The plan expired at ${plan.expiresAt}; start a new run.`);
    }
    const actionIds = request.decision === 'reject' ? [] : idsToApprove(plan, request.actionIds);
    const approval: Approval = {
      decision: request.decision,
      planHash: plan.hash,
      actionIds,
      by,
      at: this.deps.clock.isoNow(),
      comment: request.comment ?? null,
    };
    if (request.decision === 'approve') await this.assertNotDrifted(run, plan, approval);
    if (!(await this.take(run, plan, approval))) throw notAwaiting((await this.deps.store.get(run.id)) ?? run);
  }

  /** Ends the wait of a run whose plan has run out; false when somebody was faster. */
  async expire(runId: string): Promise<boolean> {
    const run = await this.deps.store.get(runId);
    if (run === null || run.status !== 'awaiting_approval' || run.plan === null) return false;
    const at = this.deps.clock.isoNow();
    const { hash: planHash, expiresAt } = run.plan;
    const comment = `nobody decided until ${expiresAt}`;
    return this.take(run, run.plan, { decision: 'expire', planHash, actionIds: [], by: 'agent', at, comment });
  }

  /** Ids of the runs whose plan has run out, and when the next one does. */
  async due(): Promise<{ readonly runIds: readonly string[]; readonly nextAtMs: number | null }> {
    const waiting = await this.deps.store.awaitingExpiry();
    const now = this.deps.clock.now();
    const times = waiting.map(({ expiresAt }) => Date.parse(expiresAt)).filter((at) => at > now);
    return {
      runIds: waiting.filter(({ expiresAt }) => Date.parse(expiresAt) <= now).map(({ id }) => id),
      nextAtMs: times.length === 0 ? null : Math.min(...times),
    };
  }

  private async take(run: Run, plan: Plan, approval: Approval): Promise<boolean> {
    const decided = { ...plan, actions: plan.actions.map((action) => settle(action, approval)) };
    const waitedSince = run.steps.find(({ stage }) => stage === 'plan')?.finishedAt ?? run.createdAt;
    const words = { approve: 'approved', reject: 'rejected', expire: 'expired' } as const;
    const isTaken = await this.deps.store.transition(run.id, ['awaiting_approval'], 'running', {
      approval,
      payloads: { plan: decided },
      steps: [
        {
          stage: 'approve',
          status: 'ok',
          startedAt: waitedSince,
          finishedAt: approval.at,
          durationMs: Math.max(0, Date.parse(approval.at) - Date.parse(waitedSince)),
          detail: [`${words[approval.decision]} by ${approval.by}`, approval.comment].filter(Boolean).join(': '),
        },
      ],
    });
    if (!isTaken) return false;
    await this.deps.audit.append({
      kind: 'approval',
      event: words[approval.decision],
      actor: approval.by,
      target: run.target,
      runId: run.id,
      actionId: null,
      planHash: plan.hash,
      reason: approval.comment,
      details: { actionIds: approval.actionIds },
    });
    return true;
  }

  /** Against the last sample; the execution looks again, at a fresh one. */
  private async assertNotDrifted(run: Run, plan: Plan, approval: Approval): Promise<void> {
    const snapshot = this.deps.snapshots.latest(run.target);
    const present = snapshot === null ? null : { snapshot, analysis: analyseTarget(this.deps, snapshot) };
    for (const action of plan.actions.filter(({ id }) => approval.actionIds.includes(id))) {
      const { verdicts } = await this.deps.guards.judge('execute', action, {
        run,
        plan,
        approval,
        planned: run.snapshot && run.analysis ? { snapshot: run.snapshot, analysis: run.analysis } : null,
        present,
      });
      const drift = verdicts.find(({ name, verdict }) => verdict === 'deny' && DRIFT_GUARDRAILS.includes(name));
      if (drift === undefined) continue;
      const message = `The state is not the one that the plan was made for (${action.type}, ${drift.name}): ${drift.reason}`;
      throw new AppError('state_drifted', message, { details: { actionId: action.id, guardrail: drift.name } });
    }
  }
}

function settle(action: OptimizationAction, { decision, actionIds }: Approval): OptimizationAction {
  if (!isWaiting(action)) return action;
  const isApproved = decision === 'approve' && actionIds.includes(action.id);
  return { ...action, status: isApproved ? 'approved' : 'rejected' };
}

function idsToApprove(plan: Plan, wanted: readonly string[] | undefined): string[] {
  const waiting = plan.actions.filter(isWaiting).map(({ id }) => id);
  if (wanted === undefined) return waiting;
  const unknown = wanted.filter((id) => !waiting.includes(id));
  const isEmpty = wanted.length === 0;
  if (unknown.length === 0 && !isEmpty) return [...new Set(wanted)];
  const what = isEmpty ? 'must name at least one action' : `${unknown.join(', ')} does not wait for approval`;
  throw new AppError('validation_failed', 'The request is not valid: actionIds.', {
    details: { errors: [{ path: 'actionIds', message: `${what}; those that do: ${waiting.join(', ') || 'none'}` }] },
  });
}

function notAwaiting(run: Run): AppError {
  const decided = run.approval === null ? '' : `; ${run.approval.by} has decided at ${run.approval.at}`;
  return new AppError('run_not_awaiting_approval', `The run does not await approval: it is ${run.status}${decided}.`, {
    details: { status: run.status },
  });
}
