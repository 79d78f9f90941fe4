import { defineFault, GPU } from './fault.js';

export const fanFailure = defineFault({
  id: 'fan-failure',
  title: 'The air that cools a GPU stands still',
  healing: 'the air moves again and the GPU cools down within minutes',
  parameters: { gpu: GPU },
  inject({ machine }, { gpu }) {
    machine.gpu(gpu).breakFan();
    return () => machine.gpu(gpu).repairFan();
  },
});
