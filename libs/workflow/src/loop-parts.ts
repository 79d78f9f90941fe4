import type { ActionRunner, ActionSet, GuardService, Notifier, Planner } from '@app/actions';
import type { ActionJournal, AuditLog, Clock, EffectHistory, SafetyStore, SnapshotSource } from '@app/core';
import type { RunStore } from '@app/persistence';
import { Approvals } from './approvals.js';
import { CancelSignals } from './cancel-signals.js';
import { ManualRollback } from './manual-rollback.js';
import { Rollbacks } from './rollbacks.js';
import type { TargetAnalysisDeps } from './target-analysis.js';

export interface LoopPartsDeps {
  readonly executables: Pick<ActionSet, 'find'>;
  readonly guards: Pick<GuardService, 'judge'>;
  readonly runner: Pick<ActionRunner, 'perform' | 'recover' | 'undo' | 'keep' | 'isStillSo'>;
  readonly planner: Pick<Planner, 'plan'>;
  readonly notifier: Pick<Notifier, 'alert'>;
  readonly journal: ActionJournal;
  readonly safety: Pick<SafetyStore, 'freeze'>;
  readonly effects: EffectHistory;
  readonly audit: AuditLog;
  readonly store: RunStore;
  readonly clock: Clock;
}

/** What the nodes that act and the service that decides have in common; made once per process. */
export class LoopParts {
  readonly parts: LoopPartsDeps & { readonly rollbacks: Rollbacks; readonly cancels: CancelSignals };

  constructor(deps: LoopPartsDeps) {
    this.parts = { ...deps, rollbacks: new Rollbacks(deps), cancels: new CancelSignals() };
  }

  decisions(deps: TargetAnalysisDeps & { readonly snapshots: Pick<SnapshotSource, 'latest' | 'window' | 'past'> }): {
    readonly approvals: Approvals;
    readonly manualRollback: ManualRollback;
  } {
    return {
      approvals: new Approvals({ ...this.parts, ...deps }),
      manualRollback: new ManualRollback(this.parts),
    };
  }
}
