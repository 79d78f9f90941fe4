import type { Planner } from '@app/actions';
import { AppError, type AuditLog, type OptimizationAction, type Plan, type RunMode } from '@app/core';
import type { RunStore } from '@app/persistence';
import type { StepRecorder } from '../step-recorder.js';
import type { WorkflowNode } from './node.js';

export interface PlanDeps {
  readonly planner: Pick<Planner, 'plan'>;
  readonly store: Pick<RunStore, 'get'>;
  readonly audit: Pick<AuditLog, 'append'>;
  readonly recorder: StepRecorder;
}

/** Makes the plan and says what of it may begin at once and what needs a person. */
export function makePlanNode({ planner, store, audit, recorder }: PlanDeps): WorkflowNode {
  return (state, context) =>
    recorder.record(state.runId, 'plan', context?.signal, async () => {
      const run = await store.get(state.runId);
      if (!run?.snapshot || !run.analysis) {
        throw new AppError('internal_error', 'The analysis of the run is not in the store.');
      }
      const { snapshot, analysis, insights } = run;
      const drafted = await planner.plan({ run, snapshot, analysis, insights });
      const plan = release(drafted.plan, state.mode);
      for (const action of plan.actions) await audit.append(auditOf(action, plan, run));
      const needsApproval = mayAct(state.mode) && plan.actions.some(isWaiting);
      const hasWork = plan.actions.some(({ status }) => status === 'approved');
      return {
        status: 'ok',
        detail: describe(plan, drafted.leftOut),
        payloads: { plan },
        update: { hasPlan: true, needsApproval, hasWork },
      };
    });
}

export function mayAct(mode: RunMode): boolean {
  return mode === 'approve' || mode === 'auto';
}

/** Waits for a person in a run that may act. */
export function isWaiting({ gate, status }: OptimizationAction): boolean {
  return gate === 'approval' && status === 'proposed';
}

/** What needs nobody's approval has it. */
function release(plan: Plan, mode: RunMode): Plan {
  if (!mayAct(mode)) return plan;
  const isFree = ({ gate, status }: OptimizationAction): boolean => gate === 'automatic' && status === 'proposed';
  const actions = plan.actions.map((action) => (isFree(action) ? { ...action, status: 'approved' as const } : action));
  return { ...plan, actions };
}

function auditOf(action: OptimizationAction, plan: Plan, run: { readonly id: string; readonly target: string }) {
  const denial = action.guardrails.find(({ verdict }) => verdict === 'deny');
  return {
    kind: 'plan' as const,
    event: action.status === 'denied' ? 'denied' : 'planned',
    actor: 'agent',
    target: run.target,
    runId: run.id,
    actionId: action.id,
    planHash: plan.hash,
    reason: denial === undefined ? null : `${denial.name}: ${denial.reason}`,
    details: {
      type: action.type,
      subject: action.subject,
      parameters: action.parameters,
      gate: action.gate,
      risk: action.risk,
      preview: action.preview,
      guardrails: action.guardrails,
    },
  };
}

const MOST_LEFT_OUT = 5;

function describe({ actions }: Plan, leftOut: readonly string[]): string {
  const denied = actions.filter(({ status }) => status === 'denied').length;
  const parts = [
    `${actions.length} actions planned`,
    ...(denied > 0 ? [`${denied} of them denied by guardrails`] : []),
    ...leftOut.slice(0, MOST_LEFT_OUT),
  ];
  return parts.join('; ');
}
