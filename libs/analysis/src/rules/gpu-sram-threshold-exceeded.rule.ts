import { CLEAR, defineRule, lastOf, missing, reading } from './rule.js';

/** NVIDIA's own verdict: the on-chip memory of the GPU had more errors than it may have. */
export const gpuSramThresholdExceededRule = defineRule<'gpu', never>({
  id: 'gpu-sram-threshold-exceeded',
  title: 'GPU has too many errors in its on-chip memory',
  category: 'health',
  scope: 'gpu',
  durationClass: 'D0',
  sections: ['gpu'],
  keeps: 'state',
  inputs: [
    { signal: 'gpus.ecc.sramThresholdExceeded', required: true },
    { signal: 'gpus.ecc.aggregateUncorrected', required: false },
    { signal: 'gpus.ecc.volatileUncorrected', required: false },
  ],
  thresholds: {},
  candidateActions: ['router-remove-backend', 'open-rma-ticket'],
  reference: 'NVML SRAM ECC error status: threshold exceeded, as nvidia-smi reports it',

  judge({ state: { ecc } }) {
    if (ecc.sramThresholdExceeded === null) return missing('gpus.ecc.sramThresholdExceeded');
    return ecc.sramThresholdExceeded ? { status: 'holds' } : CLEAR;
  },

  conclude(run) {
    const sample = lastOf(run);
    const { ecc } = sample.state;
    const total = ecc.aggregateUncorrected === null ? '' : '; it counts {aggregate} uncorrected errors over its life';
    return {
      severity: 'high',
      confidence: 'high',
      summary: `The driver says that the errors of the GPU's on-chip memory exceed NVIDIA's threshold${total}.`,
      evidence: {
        exceeded: reading(sample, 'gpus.ecc.sramThresholdExceeded', true, 'text', {
          bound: { operator: '==', threshold: true, source: 'NVML SRAM ECC error status' },
        }),
        aggregate: reading(sample, 'gpus.ecc.aggregateUncorrected', ecc.aggregateUncorrected, 'count'),
        volatile: reading(sample, 'gpus.ecc.volatileUncorrected', ecc.volatileUncorrected, 'count'),
      },
      candidateActions: [
        { type: 'router-remove-backend', parameters: {} },
        { type: 'open-rma-ticket', parameters: {} },
      ],
    };
  },
});
