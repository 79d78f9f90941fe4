import {
  type Action,
  type ActionTask,
  DeviceUnreadableError,
  type ExecutionOutput,
  type Precondition,
  type ProposalResult,
} from '@app/actions';
import type { CandidateAction, DeviceState, EffectReach, Finding, Snapshot, WatchedSignal } from '@app/core';

/**
 * `obey`: does it. `fail`: does nothing and says so. `lie`: does nothing and says that it is done. `worsen`: sets
 * something else and says that it is done. `mute`: does it and dies before it can say so.
 */
export type KnobBehaviour = 'obey' | 'fail' | 'lie' | 'worsen' | 'mute';

/** A device with one setting, in memory. */
export class DeviceKnob {
  behaviour: KnobBehaviour = 'obey';
  undoBehaviour: KnobBehaviour = 'obey';
  isReadable = true;
  readonly writes: number[] = [];

  constructor(public watts = 300) {}

  set(watts: number, behaviour: KnobBehaviour): ExecutionOutput {
    if (behaviour === 'fail') return { isAccepted: false, isDefinite: true, text: 'Insufficient Permissions' };
    if (behaviour !== 'lie') {
      this.writes.push(watts);
      this.watts = behaviour === 'worsen' ? 100 : watts;
    }
    if (behaviour === 'mute') throw new Error('the connection broke');
    return { isAccepted: true, text: 'All done.' };
  }
}

export interface KnobActionOptions {
  readonly type?: string;
  readonly canUndo?: boolean;
  readonly watched?: readonly WatchedSignal[];
}

export const KNOB_SUBJECT = { kind: 'gpu', id: 'GPU-1', label: 'GPU 0' } as const;
export const KNOB_WATTS = 400;

/** Turns the knob to 400 W; its state is read from the device each time. */
export class KnobAction implements Action {
  readonly type: string;
  readonly coolDownSeconds = 600;
  readonly settleSeconds = 0;
  readonly minimumWindowSeconds = 0;
  readonly executeWithinMs = 1_000;
  readonly verifyWithinMs = 1_000;
  readonly watched: readonly WatchedSignal[];
  readonly undo: Action['undo'];

  constructor(
    private readonly knob: DeviceKnob,
    { type = 'gpu-restore-power-limit', canUndo = true, watched = [] }: KnobActionOptions = {},
  ) {
    this.type = type;
    this.watched = watched;
    this.undo = canUndo
      ? async (_task, before) => this.knob.set(Number(before['watts']), this.knob.undoBehaviour)
      : null;
  }

  async unavailable(): Promise<string | null> {
    return null;
  }

  propose(candidate: CandidateAction, finding: Finding): ProposalResult {
    const proposal = {
      subject: finding.subject,
      members: [finding.subject.id],
      parameters: candidate.parameters,
      preview: `turn the knob of ${finding.subject.label} to ${KNOB_WATTS} W`,
      expected: null,
    };
    return { kind: 'proposal', proposal };
  }

  preconditions(): readonly Precondition[] {
    return [{ text: 'The knob turns.', holds: true }];
  }

  reach(task: ActionTask, snapshot: Snapshot): EffectReach {
    return { gpus: task.members, engines: [], caches: [], host: snapshot.target };
  }

  async read(): Promise<DeviceState> {
    if (!this.knob.isReadable) throw new DeviceUnreadableError('the driver does not answer');
    return { watts: this.knob.watts };
  }

  isReached(state: DeviceState): boolean {
    return state['watts'] === KNOB_WATTS;
  }

  async execute(): Promise<ExecutionOutput> {
    return this.knob.set(KNOB_WATTS, this.knob.behaviour);
  }

  isRestored(state: DeviceState, before: DeviceState): boolean {
    return state['watts'] === before['watts'];
  }

  inverse(task: ActionTask, before: DeviceState | null): CandidateAction | null {
    return before === null ? null : { type: task.type, parameters: { watts: Number(before['watts']) } };
  }
}
