import { LoopParts, RunService, StepRecorder, WorkflowGraph } from '@app/workflow';
import { openWorkflowParts, settled } from './workflow-parts.builder.js';

/** One process over the folder's store: its own connection, graph and queue. */
export function openWorkflowProcess(folder: string) {
  const parts = openWorkflowParts(folder);
  const recorder = new StepRecorder(parts.store, parts.clock);
  const loop = new LoopParts(parts);
  const graph = new WorkflowGraph({ ...parts, ...loop.parts, recorder });
  const runs = new RunService({ ...parts, ...loop.parts, ...loop.decisions(parts), recorder, graph });
  return { ...parts, graph, runs };
}
export type WorkflowProcess = ReturnType<typeof openWorkflowProcess>;

/** Lets go of what a spec holds, and waits for the end. */
export async function closeWorkflowProcess({ runs, snapshots, database }: WorkflowProcess): Promise<void> {
  snapshots.release();
  await runs.shutdown(0);
  await settled();
  database.close();
}
