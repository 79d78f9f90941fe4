import type { Finding, Snapshot, Subject } from '@app/core';
import { gpuForFinding, subjectOfGpu } from './gpu-subject.js';
import { engineForFinding, subjectOfEngine } from './engine-subject.js';
import { impossible, isImpossible } from './proposals.js';

/** What an action of a type is done to, for a finding that may be about something beside it. */
export function subjectFor(
  type: string,
  finding: Finding,
  snapshot: Snapshot,
): Subject | ReturnType<typeof impossible> {
  if (type.startsWith('gpu-')) {
    const gpu = gpuForFinding(finding, snapshot);
    return isImpossible(gpu) ? gpu : subjectOfGpu(gpu);
  }
  if (/^(vllm|sglang|router)-/.test(type)) {
    const engine = engineForFinding(finding, snapshot);
    return isImpossible(engine) ? engine : subjectOfEngine(engine);
  }
  return finding.subject;
}
