import { sumOver, xidsOf } from './derived-readings.js';
import { uncorrectedDelta } from './gpu-ecc-uncorrected.rule.js';
import { remapEvidence } from './remap-readings.js';
import { CLEAR, defineRule, firstOf, lastOf, missing, reading } from './rule.js';

type Threshold = 'uncorrectableRows';

/** Memory remapping event. */
const REMAPPING_XID = 63;
/** Uncontained memory error. */
const UNCONTAINED_XID = 95;

/** A failed memory row waits for the next reset to be replaced; work may go on until then. */
export const gpuRowRemapPendingRule = defineRule<'gpu', Threshold>({
  id: 'gpu-row-remap-pending',
  title: 'GPU memory row waits for a reset to be remapped',
  category: 'health',
  scope: 'gpu',
  durationClass: 'D0',
  sections: ['gpu'],
  keeps: 'state',
  inputs: [
    { signal: 'gpus.remappedRows.pending', required: true },
    { signal: 'gpus.remappedRows.failure', required: false },
    { signal: 'gpus.remappedRows.uncorrectable', required: false },
    { signal: 'gpus.ecc.volatileUncorrected', required: false },
    { signal: 'events.code', required: false },
  ],
  thresholds: {
    uncorrectableRows: {
      value: 1,
      unit: 'count',
      source: 'engineering choice',
      range: { min: 1, max: 512 },
      description: 'rows remapped for uncorrectable errors from which a new error makes it urgent',
    },
  },
  candidateActions: ['gpu-drain', 'gpu-reset'],
  reference: 'NVIDIA GPU memory error management: a remap takes effect at the next GPU reset, workloads may continue',

  judge({ state: { remappedRows } }) {
    if (remappedRows.pending === null) return missing('gpus.remappedRows.pending');
    // A failed remap is a broken GPU and another rule's finding.
    return remappedRows.pending && remappedRows.failure !== true ? { status: 'holds' } : CLEAR;
  },

  conclude(run, context) {
    const sample = lastOf(run);
    const { remappedRows, ecc, pciBusId } = sample.state;
    const xids = xidsOf(sample.snapshot.events, pciBusId);
    const uncontained = xids.findLast(({ code }) => code === UNCONTAINED_XID);
    const remapping = xids.findLast(({ code }) => code === REMAPPING_XID);
    const delta = sumOver(run, uncorrectedDelta);
    const isUncorrectable = (remappedRows.uncorrectable ?? 0) >= context.thresholds.uncorrectableRows;
    const isUrgent = isUncorrectable && (uncontained !== undefined || (delta ?? 0) > 0);
    const since = firstOf(run).previous?.atMs ?? firstOf(run).atMs;
    const rows = remapEvidence(sample);
    const rowsSoFar =
      remappedRows.uncorrectable === null ? '' : '; rows remapped for uncorrectable errors so far: {uncorrectable}';
    return {
      severity: isUrgent ? 'high' : 'medium',
      confidence: 'high',
      summary: `A row remap is pending and takes effect at the next reset of the GPU${rowsSoFar}.`,
      evidence: {
        pending: reading(sample, 'gpus.remappedRows.pending', true, 'text', {
          bound: { operator: '==', threshold: true, source: 'NVIDIA GPU memory error management' },
        }),
        ...rows,
        uncorrectable: rows.uncorrectable && {
          ...rows.uncorrectable,
          bound: isUncorrectable ? context.bound('>=', 'uncorrectableRows') : null,
        },
        delta: reading(sample, 'derived.eccUncorrectedDelta', delta, 'count', {
          windowSeconds: (sample.atMs - since) / 1000,
        }),
        volatile: reading(sample, 'gpus.ecc.volatileUncorrected', ecc.volatileUncorrected, 'count'),
        xid: uncontained ? reading(sample, 'events.code', uncontained.code, 'text', { at: uncontained.at }) : null,
        remapping: remapping ? reading(sample, 'events.code', remapping.code, 'text', { at: remapping.at }) : null,
      },
      candidateActions: [
        { type: 'gpu-drain', parameters: {} },
        { type: 'gpu-reset', parameters: {} },
      ],
    };
  },
});
