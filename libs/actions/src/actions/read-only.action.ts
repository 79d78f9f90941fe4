import type { CandidateAction, DeviceState, EffectReach, Finding, Snapshot, Subject } from '@app/core';
import type { Action, ActionParameters, ActionTask, ExecutionOutput, Precondition, ProposalResult } from '../action.js';
import { ActionFiles, type ActionFolder } from '../host/action-files.js';
import { type impossible, isImpossible, proposed } from './proposals.js';
import { reachOfHost } from './reach.js';

/** Looks, tells or writes, and changes nothing that serves. */
export abstract class ReadOnlyAction implements Action {
  abstract readonly type: string;
  readonly coolDownSeconds: number = 0;
  readonly settleSeconds = 0;
  readonly minimumWindowSeconds = 0;
  readonly executeWithinMs: number = 60_000;
  readonly verifyWithinMs: number = 5_000;
  readonly watched = [];
  readonly undo = null;

  abstract unavailable(): Promise<string | null>;
  abstract read(task: ActionTask): Promise<DeviceState>;
  abstract isReached(state: DeviceState, task: ActionTask, before: DeviceState): boolean;
  abstract execute(task: ActionTask, before: DeviceState): Promise<ExecutionOutput>;

  propose(candidate: CandidateAction, finding: Finding, snapshot: Snapshot): ProposalResult {
    const subject = this.subject?.(finding, snapshot) ?? finding.subject;
    if (isImpossible(subject)) return subject;
    const parameters = this.parameters?.(candidate, finding) ?? {};
    return proposed({ subject, members: [subject.id], parameters, preview: this.preview(subject), expected: null });
  }

  preconditions(): readonly Precondition[] {
    return [];
  }

  reach(...[, snapshot]: Parameters<Action['reach']>): EffectReach {
    return reachOfHost(snapshot);
  }

  /** There is nothing that would have to be put back. */
  isRestored(): boolean {
    return true;
  }

  inverse(): null {
    return null;
  }

  protected abstract preview(subject: Subject): string;

  /** The finding's own unless something near it is meant. */
  protected subject?(finding: Finding, snapshot: Snapshot): Subject | ReturnType<typeof impossible>;
  protected parameters?(candidate: CandidateAction, finding: Finding): ActionParameters;
}

/**
 * What a look gives differs each time, so a state is what was wanted as soon as it is not the one from before. Asked
 * before anything is done, both are the same object.
 */
export function isNewLook(state: DeviceState, before: DeviceState): boolean {
  return state !== before;
}

/** Its effect is one file below DATA_DIR: that it is there says that it was written, also after a restart. */
export abstract class FileAction extends ReadOnlyAction {
  protected readonly files: ActionFiles;

  constructor(
    dataDir: string,
    folder: ActionFolder,
    private readonly extension: string,
  ) {
    super();
    this.files = new ActionFiles(dataDir, folder);
  }

  async unavailable(): Promise<string | null> {
    return null;
  }

  async read(task: ActionTask): Promise<DeviceState> {
    return { file: this.files.find(this.nameOf(task)) };
  }

  isReached({ file }: DeviceState): boolean {
    return file !== null && file !== undefined;
  }

  protected nameOf({ runId, actionId }: ActionTask): string {
    return `${runId}-${actionId}.${this.extension}`;
  }
}
