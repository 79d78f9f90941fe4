import { defineFault } from './fault.js';

export const noisyNeighbourCpu = defineFault({
  id: 'noisy-neighbour-cpu',
  title: 'Other processes want more CPU than the host has',
  healing: 'the processes end',
  parameters: {
    coresRatio: {
      default: 3,
      min: 0,
      max: 20,
      description: 'cores that they want, as a multiple of those of the host',
    },
  },
  inject({ machine: { host } }, { coresRatio }) {
    host.setNeighbour({ cpuCores: coresRatio * host.cores });
    return () => host.setNeighbour({ cpuCores: 0 });
  },
});
