import type { Gpu, Severity } from '@app/core';
import { enginesOn } from './engine-gpus.js';
import { CLEAR, type RuleSample, defineRule, lastOf, missing, reading } from './rule.js';

type Restriction = 'prohibited' | 'exclusive';

function restrictionOf({ computeMode }: Gpu): Restriction | null {
  if (/^prohibited$/i.test(computeMode ?? '')) return 'prohibited';
  return /^exclusive/i.test(computeMode ?? '') ? 'exclusive' : null;
}

function clientsOf({ processes }: Gpu): number {
  return processes.filter(({ type }) => type?.includes('C')).length;
}

/** An engine that does not answer may be one that could not start here. */
function isEngineDown({ snapshot }: RuleSample<Gpu>): boolean {
  return snapshot.engines.some(({ up }) => !up);
}

function severityOf(sample: RuleSample<Gpu>): Severity {
  const engines = enginesOn(sample.subject.id, sample.snapshot).length;
  if (restrictionOf(sample.state) === 'prohibited') return isEngineDown(sample) || engines > 0 ? 'high' : 'medium';
  // One process in exclusive mode is a fair way to keep others out.
  return clientsOf(sample.state) > 1 || engines > 1 || (isEngineDown(sample) && engines === 0) ? 'medium' : 'info';
}

/** The compute mode keeps processes off the GPU. */
export const computeModeRestrictiveRule = defineRule<'gpu', never>({
  id: 'compute-mode-restrictive',
  title: 'Compute mode keeps processes off the GPU',
  category: 'configuration',
  scope: 'gpu',
  durationClass: 'D2',
  sections: ['gpu'],
  keeps: 'state',
  inputs: [
    { signal: 'gpus.computeMode', required: true },
    { signal: 'gpus.processes', required: false },
    { signal: 'engines.gpuUuids', required: false },
    { signal: 'engines.up', required: false },
  ],
  thresholds: {},
  candidateActions: ['gpu-compute-mode-default'],
  reference: 'NVML compute modes: default, exclusive process, prohibited',

  judge({ state }) {
    if (state.computeMode === null) return missing('gpus.computeMode');
    return restrictionOf(state) === null ? CLEAR : { status: 'holds' };
  },

  conclude(run) {
    const sample = lastOf(run);
    const severity = severityOf(sample);
    const engines = enginesOn(sample.subject.id, sample.snapshot).map(({ id }) => id);
    const down = sample.snapshot.engines.filter(({ up }) => !up).map(({ id }) => id);
    const effect =
      restrictionOf(sample.state) === 'prohibited'
        ? 'no process can compute on it'
        : 'only one process at a time can compute on it';
    return {
      severity,
      confidence: severity === 'medium' && restrictionOf(sample.state) === 'exclusive' ? 'medium' : 'high',
      summary: `The compute mode of the GPU is {mode}: ${effect}.`,
      evidence: {
        mode: reading(sample, 'gpus.computeMode', sample.state.computeMode, 'text', {
          bound: { operator: '!=', threshold: 'Default', source: 'NVML compute modes' },
        }),
        clients: reading(sample, 'derived.computeProcesses', clientsOf(sample.state), 'count'),
        engines: reading(sample, 'derived.enginesOnGpu', engines.length > 0 ? engines.join(', ') : null, 'text'),
        down: reading(sample, 'derived.enginesDown', down.length > 0 ? down.join(', ') : null, 'text'),
      },
      candidateActions: severity === 'info' ? [] : [{ type: 'gpu-compute-mode-default', parameters: {} }],
    };
  },
});
