import type { Approval } from '@app/core';
import type { WorkflowNode } from './node.js';

/** What the run asks a person for; the plan itself is in the store. */
export interface ApprovalRequest {
  readonly runId: string;
}

/**
 * Waits for a decision: the graph ends here and is resumed with it. There is nothing else in this node, since it runs
 * again from its top when it is resumed.
 */
export function makeApproveNode(interrupt: (request: ApprovalRequest) => unknown): WorkflowNode {
  return async (state) => {
    const { decision } = interrupt({ runId: state.runId }) as Pick<Approval, 'decision'>;
    return {
      decision,
      needsApproval: false,
      endAs: decision === 'approve' ? null : decision === 'reject' ? 'rejected' : 'expired',
    };
  };
}
