import { defineFault, ENGINE } from './fault.js';

export const engineHang = defineFault({
  id: 'engine-hang',
  title: 'An engine takes connections and answers none',
  healing: 'it goes on where it hung',
  parameters: {
    engine: ENGINE,
    isSpinning: {
      default: 0,
      min: 0,
      max: 1,
      isInteger: true,
      description: '1: its kernels wait for each other at full utilisation',
    },
  },
  inject({ machine }, { engine, isSpinning }) {
    machine.engine(engine).hang({ isSpinning: isSpinning === 1 });
    return () => machine.engine(engine).recover();
  },
});
