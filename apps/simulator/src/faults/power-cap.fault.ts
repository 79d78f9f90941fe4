import { defineFault, GPU } from './fault.js';

export const powerCap = defineFault({
  id: 'power-cap',
  title: 'The chassis holds a GPU below its default power limit',
  healing: 'the limit is lifted',
  parameters: {
    gpu: GPU,
    limitRatio: { default: 0.4, min: 0.05, max: 1, description: 'limit as a share of the default one' },
  },
  inject({ machine }, { gpu, limitRatio }) {
    machine.gpu(gpu).powerCap(limitRatio * machine.product.defaultWatts);
    return () => machine.gpu(gpu).powerCap(null);
  },
});
