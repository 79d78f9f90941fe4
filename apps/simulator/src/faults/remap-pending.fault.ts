import { defineFault, GPU } from './fault.js';
import { restartEnginesOf } from './gpu-engines.js';

/** Row remapping recorded (NVIDIA XID catalogue). */
const XID_ROW_REMAP = 63;

export const remapPending = defineFault({
  id: 'remap-pending',
  title: 'A row of GPU memory waits for a reset to be replaced',
  healing: 'the GPU is reset, and its engines start; the row stays replaced',
  parameters: { gpu: GPU },
  inject({ machine }, { gpu }) {
    if (machine.product.remapBanks === null) throw new RangeError(`${machine.product.name} does not remap rows`);
    machine.gpu(gpu).remapPending();
    machine.logXid(gpu, XID_ROW_REMAP);
    return () => {
      machine.gpu(gpu).reset();
      restartEnginesOf(machine, gpu);
    };
  },
});
