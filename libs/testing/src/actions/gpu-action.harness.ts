import type { Action, ActionTask, ProposalResult } from '@app/actions';
import type { CandidateAction, Snapshot } from '@app/core';
import { aTask } from './action-task.builder.js';
import { aFindingOf } from './finding.builder.js';
import { aGpuPair, FIRST_GPU, SECOND_GPU } from './gpu-pair.builder.js';

/** An installation that reads GPUs with nvidia-smi and nothing else. */
export const GPU_SETTINGS = {
  sources: {
    gpu: 'auto',
    dcgmUrl: null,
    nodeExporterUrl: null,
    engineUrls: [],
    lmcacheUrls: [],
    kernelLog: 'none',
  },
} as const;
export const GPU_SUBJECT = { kind: 'gpu', id: FIRST_GPU, label: 'GPU 0' } as const;

/** What the action would do about a finding of the first GPU. */
export function proposeBy(
  action: Action,
  parameters: CandidateAction['parameters'],
  snapshot: Snapshot = aGpuPair(),
  finding = aFindingOf(GPU_SUBJECT),
): ProposalResult {
  return action.propose({ type: action.type, parameters }, finding, snapshot);
}

/** The conditions that do not hold, or of which nobody knows. */
export function failingConditions(action: Action, task: ActionTask, snapshot: Snapshot): (boolean | null)[] {
  return action
    .preconditions(task, snapshot)
    .map(({ holds }) => holds)
    .filter((holds) => holds !== true);
}

export function aGpuTask(type: string, parameters = {}, members = [FIRST_GPU, SECOND_GPU]): ActionTask {
  return aTask(type, GPU_SUBJECT, { parameters, members });
}
