import type { DeviceState } from '@app/core';

interface Output {
  readonly isAccepted: boolean;
  readonly isDefinite?: boolean;
  readonly text: string;
}

/** As much of an action as it takes to do it and to take it back. */
interface Undertaking<Task> {
  read(task: Task): Promise<DeviceState>;
  execute(task: Task, before: DeviceState): Promise<Output>;
  isReached(state: DeviceState, task: Task, before: DeviceState): boolean;
  isRestored(state: DeviceState, before: DeviceState, task: Task): boolean;
  readonly undo: ((task: Task, before: DeviceState) => Promise<Output>) | null;
}

export interface ActionCourse {
  readonly before: DeviceState;
  readonly output: Output;
  /** After the executor had its turn. */
  readonly isReached: boolean;
  readonly isRestored: boolean;
  /** After it was taken back. */
  readonly isBack: boolean;
}

/** Does an action and takes it back, as the runner does, and looks at the device in between. */
export async function courseOf<Task>(
  action: Undertaking<Task>,
  task: Task,
  beforeUndo: () => void = () => undefined,
): Promise<ActionCourse> {
  const before = await action.read(task);
  const output = await action.execute(task, before);
  const after = await action.read(task);
  const isReached = action.isReached(after, task, before);
  const isRestored = action.isRestored(after, before, task);
  beforeUndo();
  await action.undo?.(task, before);
  return { before, output, isReached, isRestored, isBack: action.isRestored(await action.read(task), before, task) };
}
