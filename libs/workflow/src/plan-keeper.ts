import { planHash } from '@app/actions';
import { AppError, type OptimizationAction, type Plan, type Run } from '@app/core';
import type { RunStore } from '@app/persistence';

type ActionPatch = Partial<
  Pick<OptimizationAction, 'status' | 'guardrails' | 'before' | 'after' | 'inverse' | 'error'>
>;

/** The stored plan of a run and what becomes of its actions. Only the run's own node changes it while it runs. */
export class PlanKeeper {
  constructor(private readonly store: Pick<RunStore, 'get' | 'update'>) {}

  /** @throws AppError `plan_changed` when its content is not what its hash was made of */
  async load(runId: string): Promise<{ readonly run: Run; readonly plan: Plan }> {
    const run = await this.store.get(runId);
    if (run === null || run.plan === null)
      throw new AppError('internal_error', 'The plan of the run is not in the store.');
    if (contentHash(runId, run.plan) !== run.plan.hash) {
      throw new AppError('plan_changed', 'The stored plan is not the one that was made: its hash does not fit.');
    }
    return { run, plan: run.plan };
  }

  async change(runId: string, actionId: string, patch: ActionPatch): Promise<OptimizationAction> {
    const { plan } = await this.load(runId);
    const actions = plan.actions.map((action) => (action.id === actionId ? { ...action, ...patch } : action));
    await this.store.update(runId, { payloads: { plan: { ...plan, actions } } });
    const changed = actions.find(({ id }) => id === actionId);
    if (changed === undefined) throw new AppError('internal_error', `The plan has no action ${actionId}.`);
    return changed;
  }

  /** What was allowed and not begun will not be: an earlier action of the plan ended it. */
  async stopRest(runId: string, reason: string): Promise<void> {
    const { plan } = await this.load(runId);
    if (!plan.actions.some(({ status }) => status === 'approved')) return;
    const stop = (action: OptimizationAction): OptimizationAction => ({
      ...action,
      status: 'denied',
      guardrails: [...action.guardrails, { name: 'one-knob', verdict: 'deny', reason }],
    });
    const actions = plan.actions.map((action) => (action.status === 'approved' ? stop(action) : action));
    await this.store.update(runId, { payloads: { plan: { ...plan, actions } } });
  }
}

export function contentHash(runId: string, { expiresAt, actions }: Plan): string {
  return planHash({ runId, expiresAt, actions });
}
