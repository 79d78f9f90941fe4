import { SECTION_NAMES, type SectionName, type Snapshot, type SnapshotSource } from '@app/core';
import type { StepRecorder } from '../step-recorder.js';
import type { WorkflowNode } from './node.js';

export interface CollectDeps {
  readonly snapshots: Pick<SnapshotSource, 'collect'>;
  readonly recorder: StepRecorder;
}

/** Takes one fresh snapshot. Sources that give nothing are gaps inside it and never end a run. */
export function makeCollectNode({ snapshots, recorder }: CollectDeps): WorkflowNode {
  return (state, context) =>
    recorder.record(state.runId, 'collect', context?.signal, async () => {
      const snapshot = await snapshots.collect(state.target);
      return { ...judgeSections(snapshot), payloads: { snapshot }, update: { hasSnapshot: true } };
    });
}

/** An absent source is a fact about the host; one that is there and can't be read fully degrades the step. */
function judgeSections({ sections }: Snapshot): { status: 'ok' | 'degraded'; detail: string | null } {
  const unread = SECTION_NAMES.filter((name) => !['ok', 'absent'].includes(sections[name].status));
  const absent = SECTION_NAMES.filter((name) => sections[name].status === 'absent');
  const describe = (name: SectionName): string => `${name}: ${sections[name].status}`;
  const detail = [...unread, ...absent].map(describe).join(', ');
  return { status: unread.length > 0 ? 'degraded' : 'ok', detail: detail === '' ? null : detail };
}
