import type { Run, RunMode } from '@app/core';
import { aRunAnalysis, aRunRequest, aRunFinding } from '../workflow/run-parts.builder.js';
import { KNOB_WATTS } from './device-knob.fake.js';
import type { WorkflowProcess } from './workflow-process.builder.js';

/** Longer than anything takes whose time is that of a set clock. */
const LONG_MS = 30_000;
/** What leads to the knob being turned. */
export const KNOB_FINDING = aRunFinding();

/** A run at its rest: over, or waiting for a person. */
export async function restingRun({ runs }: WorkflowProcess, mode: RunMode = 'approve'): Promise<Run> {
  const { id } = await runs.start(aRunRequest({ mode }), { requestedBy: 'operator' });
  return runs.waitFor(id, LONG_MS);
}

/** The end of a run; a request to cancel wakes those who wait as well, and the end comes a moment later. */
export async function endedRun({ runs }: WorkflowProcess, id: string): Promise<Run> {
  const run = await runs.waitFor(id, LONG_MS);
  return run.status === 'running' ? runs.waitFor(id, LONG_MS) : run;
}

export async function approvedRun(made: WorkflowProcess): Promise<Run> {
  const { id, plan } = await restingRun(made);
  await made.runs.decide(id, { decision: 'approve', planHash: plan?.hash ?? '' }, 'ada');
  return made.runs.waitFor(id, LONG_MS);
}

/** The finding is gone as soon as the knob is turned. */
export function healing(made: WorkflowProcess): WorkflowProcess {
  const analyze = made.analyzer.analyze.bind(made.analyzer);
  made.analyzer.analyze = (window) => {
    made.analyzer.analysis = aRunAnalysis(made.knob.watts === KNOB_WATTS ? [] : [KNOB_FINDING]);
    return analyze(window);
  };
  return made;
}
