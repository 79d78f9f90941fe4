import type { Gpu, Severity } from '@app/core';
import { counterDelta, sumOver, xidsOf } from './derived-readings.js';
import { CLEAR, type RuleSample, defineRule, firstOf, lastOf, missing, reading } from './rule.js';

type Threshold = 'uncorrectedErrors';

/** The codes by which the driver reports the same memory fault. */
export const ECC_XIDS: readonly number[] = [48, 63, 64, 94, 95];

export function uncorrectedDelta(sample: RuleSample<Gpu>): number | null {
  return counterDelta(sample.previous?.state.ecc.volatileUncorrected, sample.state.ecc.volatileUncorrected);
}

function severityOf(volatile: number, delta: number, bound: number): Severity {
  if (delta > bound) return 'critical';
  return volatile > bound ? 'high' : 'info';
}

/** Memory errors that could not be corrected: the work on the GPU may be corrupt or killed. */
export const gpuEccUncorrectedRule = defineRule<'gpu', Threshold>({
  id: 'gpu-ecc-uncorrected',
  title: 'Uncorrected memory errors on the GPU',
  category: 'health',
  scope: 'gpu',
  durationClass: 'D0',
  sections: ['gpu'],
  keeps: 'state',
  inputs: [
    { signal: 'gpus.ecc.volatileUncorrected', required: true },
    { signal: 'gpus.ecc.mode', required: false },
    { signal: 'gpus.ecc.aggregateUncorrected', required: false },
    { signal: 'gpus.remappedRows.pending', required: false },
    { signal: 'gpus.remappedRows.failure', required: false },
    { signal: 'gpus.ecc.sramThresholdExceeded', required: false },
    { signal: 'events.code', required: false },
  ],
  thresholds: {
    uncorrectedErrors: {
      value: 0,
      unit: 'count',
      source: 'NVIDIA GPU exporter alert rules: any increase of volatile uncorrected errors is critical',
      range: { min: 0, max: 100 },
      description: 'uncorrected errors since the last reset, or in the window, above which it is a finding',
    },
  },
  candidateActions: ['collect-diagnostics', 'router-remove-backend', 'gpu-drain', 'gpu-reset', 'open-rma-ticket'],
  reference: 'NVIDIA GPU exporter alert rules; DCGM health checks for double-bit errors',

  judge({ state: { ecc } }, { thresholds }) {
    if (ecc.mode === false) return { status: 'inapplicable', reason: 'ECC is switched off' };
    if (ecc.volatileUncorrected === null) return missing('gpus.ecc.volatileUncorrected');
    const isPresent = ecc.volatileUncorrected > thresholds.uncorrectedErrors;
    // Errors of earlier lives are context at most: a reset has dealt with them.
    return isPresent || (ecc.aggregateUncorrected ?? 0) > thresholds.uncorrectedErrors ? { status: 'holds' } : CLEAR;
  },

  conclude(run, context) {
    const sample = lastOf(run);
    const { ecc, remappedRows, pciBusId } = sample.state;
    const volatile = ecc.volatileUncorrected ?? 0;
    const delta = sumOver(run, uncorrectedDelta);
    const bound = context.thresholds.uncorrectedErrors;
    const severity = severityOf(volatile, delta ?? 0, bound);
    const since = firstOf(run).previous?.atMs ?? firstOf(run).atMs;
    const xid = xidsOf(sample.snapshot.events, pciBusId).findLast(({ code }) => ECC_XIDS.includes(code ?? -1));
    const above = context.bound('>', 'uncorrectedErrors');
    const isBroken = remappedRows.failure === true || ecc.sramThresholdExceeded === true;
    const drain = [
      { type: 'gpu-drain', parameters: {} },
      { type: 'gpu-reset', parameters: {} },
    ];
    const SUMMARIES = {
      critical:
        'Uncorrected memory errors rose by {delta} while the GPU was watched, to {volatile} since its last reset.',
      high: 'The GPU counts {volatile} uncorrected memory errors since its last reset, none of them new.',
      info: 'The GPU counts {aggregate} uncorrected memory errors over its life and none since its last reset.',
    };
    return {
      severity,
      confidence: 'high',
      summary: SUMMARIES[severity === 'critical' || severity === 'high' ? severity : 'info'],
      evidence: {
        delta: reading(sample, 'derived.eccUncorrectedDelta', delta, 'count', {
          bound: severity === 'critical' ? above : null,
          windowSeconds: (sample.atMs - since) / 1000,
        }),
        volatile: reading(sample, 'gpus.ecc.volatileUncorrected', volatile, 'count', {
          bound: severity === 'info' ? null : above,
        }),
        aggregate: reading(sample, 'gpus.ecc.aggregateUncorrected', ecc.aggregateUncorrected, 'count', {
          bound: severity === 'info' ? above : null,
        }),
        remapPending: reading(sample, 'gpus.remappedRows.pending', remappedRows.pending, 'text'),
        xid: xid ? reading(sample, 'events.code', xid.code, 'text', { at: xid.at }) : null,
      },
      candidateActions:
        severity === 'info'
          ? []
          : [
              { type: 'collect-diagnostics', parameters: {} },
              { type: 'router-remove-backend', parameters: {} },
              ...(remappedRows.pending === true ? drain : []),
              ...(isBroken ? [{ type: 'open-rma-ticket', parameters: {} }] : []),
            ],
    };
  },
});
