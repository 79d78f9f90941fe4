import { CLEAR, defineRule, lastOf, missing, reading } from './rule.js';

/** MIG was switched on or off and waits for the reset that makes it so. */
export const migModePendingRule = defineRule<'gpu', never>({
  id: 'mig-mode-pending',
  title: 'MIG mode waits for a reset',
  category: 'configuration',
  scope: 'gpu',
  durationClass: 'D2',
  sections: ['gpu'],
  keeps: 'state',
  inputs: [
    { signal: 'gpus.mig.mode', required: true },
    { signal: 'gpus.mig.pendingMode', required: true },
    { signal: 'gpus.processes', required: false },
  ],
  thresholds: {},
  candidateActions: ['notify-oncall'],
  reference: 'NVML: current and pending MIG mode',

  judge({ state: { mig } }) {
    if (mig.mode === null) return missing('gpus.mig.mode');
    if (mig.pendingMode === null) return missing('gpus.mig.pendingMode');
    return mig.mode === mig.pendingMode ? CLEAR : { status: 'holds' };
  },

  conclude(run) {
    const sample = lastOf(run);
    const { mig, processes } = sample.state;
    return {
      severity: 'low',
      confidence: 'high',
      summary: mig.pendingMode
        ? 'MIG is switched on and takes effect with the next reset of the GPU.'
        : 'MIG is switched off and stays on until the next reset of the GPU.',
      evidence: {
        mode: reading(sample, 'gpus.mig.mode', mig.mode, 'text'),
        pending: reading(sample, 'gpus.mig.pendingMode', mig.pendingMode, 'text', {
          bound: { operator: '!=', threshold: mig.mode === true, source: 'NVML current and pending MIG mode' },
        }),
        processes: reading(sample, 'derived.gpuProcesses', processes.length, 'count'),
      },
      candidateActions: [{ type: 'notify-oncall', parameters: {} }],
    };
  },
});
