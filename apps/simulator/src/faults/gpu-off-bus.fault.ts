import { defineFault, GPU } from './fault.js';
import { restartEnginesOf } from './gpu-engines.js';

export const gpuOffBus = defineFault({
  id: 'gpu-off-bus',
  title: 'A GPU falls off the bus, and its engine ends',
  healing: 'the GPU is there again, as after a reboot, and its engines start',
  parameters: { gpu: GPU },
  inject({ machine }, { gpu }) {
    machine.dropGpu(gpu);
    return () => {
      machine.gpu(gpu).returnToBus();
      restartEnginesOf(machine, gpu);
    };
  },
});
