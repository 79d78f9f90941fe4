import type { Subject } from '@app/core';

interface BuiltTask {
  readonly runId: string;
  readonly actionId: string;
  readonly target: string;
  readonly type: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly subject: Subject;
  readonly members: readonly string[];
}

/** A task on one subject; members are the subject alone unless they are given. */
export function aTask(type: string, subject: Subject, overrides: Partial<BuiltTask> = {}): BuiltTask {
  return {
    runId: 'run-1',
    actionId: 'action-1',
    target: 'local',
    type,
    parameters: {},
    subject,
    members: [subject.id],
    ...overrides,
  };
}
