import type { CandidateAction, DeviceState, Finding, Subject } from '@app/core';
import type { ActionParameters, ActionTask, ExecutionOutput } from '../action.js';
import type { Notifier } from '../executors/notifier.js';
import { ReadOnlyAction } from './read-only.action.js';

const MOST_CHARACTERS = 500;
/** A finding that comes again within the same day is the same incident. */
const INCIDENT_HOURS = 24;

/** Tells a person, once per incident. */
export class NotifyOncallAction extends ReadOnlyAction {
  readonly type = 'notify-oncall';
  /** All attempts of the webhook. */
  override readonly executeWithinMs = 300_000;

  constructor(private readonly notifier: Notifier) {
    super();
  }

  async unavailable(): Promise<string | null> {
    return this.notifier.unavailable();
  }

  async read(task: ActionTask): Promise<DeviceState> {
    return { isTold: this.notifier.wasDelivered(incidentOf(task)) };
  }

  isReached({ isTold }: DeviceState): boolean {
    return isTold === true;
  }

  execute(task: ActionTask): Promise<ExecutionOutput> {
    const { runId, actionId, target, subject, members, parameters } = task;
    return this.notifier.notify(incidentOf(task), { runId, actionId, target, subject, members, parameters });
  }

  protected preview(subject: Subject): string {
    return `tell the on-call person of ${subject.label}`;
  }

  protected override parameters({ parameters }: CandidateAction, finding: Finding): ActionParameters {
    const { note } = parameters;
    const text = typeof note === 'string' && note !== '' ? note : `${finding.title}: ${finding.summary}`;
    // The day on which it began is part of the incident, so that the next one is told as well.
    const began = Math.floor(Date.parse(finding.firstSeenAt) / (INCIDENT_HOURS * 3_600_000));
    return { note: text.slice(0, MOST_CHARACTERS), incident: `${finding.id}@${Number.isNaN(began) ? 0 : began}` };
  }
}

function incidentOf({ target, parameters, subject }: ActionTask): string {
  return `${target} ${String(parameters['incident'] ?? subject.id)}`;
}
