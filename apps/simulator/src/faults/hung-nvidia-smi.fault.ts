import { defineFault } from './fault.js';

export const hungNvidiaSmi = defineFault({
  id: 'hung-nvidia-smi',
  title: 'nvidia-smi never answers',
  healing: 'runs that start from now on answer',
  parameters: {},
  inject({ nvidiaSmi }) {
    nvidiaSmi.behaviour = { ...nvidiaSmi.behaviour, hangs: true };
    return () => {
      nvidiaSmi.behaviour = { ...nvidiaSmi.behaviour, hangs: false };
    };
  },
});
