import { xidsOf } from './derived-readings.js';
import { remapEvidence } from './remap-readings.js';
import { CLEAR, defineRule, lastOf, missing, reading } from './rule.js';

/** Memory remapping failure. */
const REMAP_FAILURE_XID = 64;

/** A failed memory row could not be replaced: NVIDIA's criterion for a replacement of the GPU. */
export const gpuRowRemapFailureRule = defineRule<'gpu', never>({
  id: 'gpu-row-remap-failure',
  title: 'A memory row of the GPU could not be remapped',
  category: 'health',
  scope: 'gpu',
  durationClass: 'D0',
  sections: ['gpu'],
  keeps: 'state',
  inputs: [
    { signal: 'gpus.remappedRows.failure', required: true },
    { signal: 'gpus.remappedRows.uncorrectable', required: false },
    { signal: 'gpus.remappedRows.histogram.noneBanks', required: false },
    { signal: 'events.code', required: false },
  ],
  thresholds: {},
  candidateActions: ['router-remove-backend', 'k8s-cordon', 'gpu-drain', 'collect-diagnostics', 'open-rma-ticket'],
  reference: 'NVIDIA GPU memory error management: a remapping failure is a criterion for a replacement',

  judge({ state: { remappedRows } }) {
    if (remappedRows.failure === null) return missing('gpus.remappedRows.failure');
    return remappedRows.failure ? { status: 'holds' } : CLEAR;
  },

  conclude(run) {
    const sample = lastOf(run);
    const { remappedRows, pciBusId } = sample.state;
    const xid = xidsOf(sample.snapshot.events, pciBusId).findLast(({ code }) => code === REMAP_FAILURE_XID);
    const rows =
      remappedRows.uncorrectable === null ? '' : '; rows remapped for uncorrectable errors so far: {uncorrectable}';
    return {
      severity: 'critical',
      confidence: 'high',
      summary: `A failed row of the GPU's memory could not be remapped${rows}.`,
      evidence: {
        failure: reading(sample, 'gpus.remappedRows.failure', true, 'text', {
          bound: { operator: '==', threshold: true, source: 'NVIDIA GPU memory error management' },
        }),
        ...remapEvidence(sample),
        xid: xid ? reading(sample, 'events.code', xid.code, 'text', { at: xid.at }) : null,
      },
      candidateActions: [
        { type: 'router-remove-backend', parameters: {} },
        { type: 'k8s-cordon', parameters: {} },
        { type: 'gpu-drain', parameters: {} },
        { type: 'collect-diagnostics', parameters: {} },
        { type: 'open-rma-ticket', parameters: {} },
      ],
    };
  },
});
