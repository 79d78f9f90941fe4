import type { ActionJournal, Outcome } from '@app/core';
import type { RunStore } from '@app/persistence';
import { PlanKeeper } from '../plan-keeper.js';
import type { Rollbacks } from '../rollbacks.js';
import type { StepRecorder } from '../step-recorder.js';
import type { WorkflowNode } from './node.js';

export interface RollbackNodeDeps {
  readonly rollbacks: Pick<Rollbacks, 'undoOpen'>;
  readonly journal: Pick<ActionJournal, 'ofRun'>;
  readonly store: Pick<RunStore, 'get' | 'update'>;
  readonly recorder: StepRecorder;
}

/** Takes back the action that did not help. As `execute` it has no deadline and is not retried. */
export function makeRollbackNode({ rollbacks, journal, store, recorder }: RollbackNodeDeps): WorkflowNode {
  return (state, context) =>
    recorder.record(state.runId, 'rollback', context?.signal, async () => {
      const reason = state.rollbackReason ?? 'the run did not come to its end';
      const result = await rollbacks.undoOpen(state.runId, reason);
      await new PlanKeeper(store).stopRest(state.runId, 'an earlier action of the plan had to be taken back');
      const wasUndone = (await journal.ofRun(state.runId)).some(({ phase }) => phase === 'undone');
      const wasFrozen = (await journal.ofRun(state.runId)).some(({ phase }) => phase === 'undo-failed');
      const frozen = result.frozen || wasFrozen;
      const run = await store.get(state.runId);
      const explanation = [run?.outcome?.explanation ?? `Not watched: ${reason}`, result.explanation];
      const outcome: Outcome = {
        verdict: run?.outcome?.verdict ?? 'inconclusive',
        metrics: run?.outcome?.metrics ?? [],
        rolledBack: wasUndone && !frozen,
        frozen,
        explanation: explanation.filter((part) => part !== '').join(' '),
      };
      await store.update(state.runId, { payloads: { outcome } });
      const failure = frozen
        ? {
            node: 'rollback',
            code: 'rollback_failed' as const,
            message: `${result.explanation} The target is frozen.`.trim(),
          }
        : null;
      return {
        status: frozen ? 'failed' : 'ok',
        detail: result.explanation === '' ? 'there was nothing to take back' : result.explanation,
        update: {
          currentActionId: null,
          rollbackReason: null,
          failure: state.failure ?? failure,
          endAs: state.endAs ?? (wasUndone ? 'rolled_back' : null),
        },
      };
    });
}
