import { gpuClassOf } from './gpu-class.js';
import { CLEAR, defineRule, lastOf, missing, reading } from './rule.js';

/** A data-centre GPU runs without memory error correction: flipped bits go unnoticed. */
export const eccDisabledDatacenterRule = defineRule<'gpu', never>({
  id: 'ecc-disabled-datacenter',
  title: 'Memory error correction is off on a data-centre GPU',
  category: 'configuration',
  scope: 'gpu',
  durationClass: 'D2',
  sections: ['gpu'],
  keeps: 'state',
  inputs: [
    { signal: 'gpus.ecc.mode', required: true },
    { signal: 'gpus.name', required: true },
    { signal: 'gpus.ecc.pendingMode', required: false },
  ],
  thresholds: {},
  candidateActions: ['gpu-ecc-enable'],
  reference: 'engineering choice; data-centre GPUs are delivered with ECC on',

  judge({ state: { ecc, name } }) {
    if (ecc.mode === null) return missing('gpus.ecc.mode');
    if (ecc.mode) return CLEAR;
    if (name === null) return missing('gpus.name');
    return gpuClassOf(name) === 'data-centre'
      ? { status: 'holds' }
      : { status: 'inapplicable', reason: 'not known to be a data-centre GPU' };
  },

  conclude(run) {
    const sample = lastOf(run);
    const { ecc, name } = sample.state;
    const isPending = ecc.pendingMode === true;
    return {
      severity: isPending ? 'info' : 'medium',
      confidence: 'high',
      summary: isPending
        ? 'Error correction of {name} is off and comes on with the next reset.'
        : 'Error correction of {name} is off, so memory errors go unnoticed.',
      evidence: {
        mode: reading(sample, 'gpus.ecc.mode', false, 'text', {
          bound: { operator: '==', threshold: false, source: 'engineering choice' },
        }),
        pending: reading(sample, 'gpus.ecc.pendingMode', ecc.pendingMode, 'text'),
        name: reading(sample, 'gpus.name', name, 'text'),
      },
      candidateActions: isPending ? [] : [{ type: 'gpu-ecc-enable', parameters: {} }],
    };
  },
});
