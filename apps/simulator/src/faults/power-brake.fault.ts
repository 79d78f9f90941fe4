import { defineFault, GPU } from './fault.js';

export const powerBrake = defineFault({
  id: 'power-brake',
  title: 'An external signal brakes a GPU',
  healing: 'the signal is released',
  parameters: {
    gpu: GPU,
    clockRatio: { default: 0.5, min: 0.1, max: 0.95, description: 'clock that is left, as a share of the maximum' },
  },
  inject({ machine }, { gpu, clockRatio }) {
    machine.gpu(gpu).powerBrake(clockRatio);
    return () => machine.gpu(gpu).powerBrake(null);
  },
});
