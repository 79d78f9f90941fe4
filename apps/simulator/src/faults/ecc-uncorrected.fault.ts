import { defineFault, GPU } from './fault.js';
import { restartEnginesOf } from './gpu-engines.js';

/** Double-bit error (NVIDIA XID catalogue). */
const XID_DOUBLE_BIT = 48;

export const eccUncorrected = defineFault({
  id: 'ecc-uncorrected',
  title: 'GPU memory has errors that could not be corrected',
  healing: 'the GPU is reset, and its engines start; the kernel log keeps what it said',
  parameters: {
    gpu: GPU,
    count: { default: 2, min: 1, max: 1000, isInteger: true, description: 'errors' },
  },
  inject({ machine }, { gpu, count }) {
    machine.gpu(gpu).eccError({ where: 'dram', kind: 'uncorrectable', count });
    machine.logXid(gpu, XID_DOUBLE_BIT);
    return () => {
      machine.gpu(gpu).reset();
      restartEnginesOf(machine, gpu);
    };
  },
});
