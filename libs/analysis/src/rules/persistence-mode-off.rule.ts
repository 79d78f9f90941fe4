import { gpuClassOf } from './gpu-class.js';
import { CLEAR, defineRule, lastOf, missing, reading } from './rule.js';

/** Without persistence mode the driver forgets its counters and settings whenever the last process leaves the GPU. */
export const persistenceModeOffRule = defineRule<'gpu', never>({
  id: 'persistence-mode-off',
  title: 'Persistence mode of the GPU is off',
  category: 'configuration',
  scope: 'gpu',
  durationClass: 'D2',
  sections: ['gpu'],
  keeps: 'state',
  inputs: [
    { signal: 'gpus.persistenceMode', required: true },
    { signal: 'gpus.name', required: true },
    { signal: 'gpus.virtualizationMode', required: false },
  ],
  thresholds: {},
  candidateActions: ['gpu-persistence-on'],
  reference: 'nvidia-smi manual: without persistence mode driver state is lost when the last client exits',

  judge({ state: gpu }) {
    if (gpu.persistenceMode === null) return missing('gpus.persistenceMode');
    if (gpu.persistenceMode) return CLEAR;
    if (/vgpu/i.test(gpu.virtualizationMode ?? '')) {
      return { status: 'inapplicable', reason: 'a virtual GPU: its host decides' };
    }
    if (gpu.name === null) return missing('gpus.name');
    const gpuClass = gpuClassOf(gpu.name);
    return gpuClass === 'data-centre' || gpuClass === 'workstation'
      ? { status: 'holds' }
      : { status: 'inapplicable', reason: 'not known to be a data-centre or workstation GPU' };
  },

  conclude(run) {
    const sample = lastOf(run);
    // A counter that fell while the host stayed up: the driver has forgotten its state already.
    const hasForgotten = sample.restart !== null;
    return {
      severity: hasForgotten ? 'medium' : 'low',
      confidence: 'high',
      summary: hasForgotten
        ? 'Persistence mode is off on {name}, and the counters of its driver started anew.'
        : 'Persistence mode is off on {name}, so its driver forgets counters and settings when it is unused.',
      evidence: {
        mode: reading(sample, 'gpus.persistenceMode', false, 'text', {
          bound: { operator: '==', threshold: false, source: 'nvidia-smi manual' },
        }),
        name: reading(sample, 'gpus.name', sample.state.name, 'text'),
        restart: reading(
          sample,
          'derived.driverRestartedAt',
          sample.restart && new Date(sample.restart.seenAtMs).toISOString(),
          'text',
        ),
      },
      candidateActions: [{ type: 'gpu-persistence-on', parameters: {} }],
    };
  },
});
