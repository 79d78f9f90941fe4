import { defineFault } from './fault.js';

export const noisyNeighbourMemory = defineFault({
  id: 'noisy-neighbour-memory',
  title: 'Other processes take the memory of the host',
  healing: 'the processes end and what was swapped comes back',
  parameters: {
    leftRatio: {
      default: 0.02,
      min: -1,
      max: 0.5,
      description:
        'share of the memory that they leave; below 0 they want more than there is: the kernel kills them, and they start again',
    },
  },
  inject({ machine: { host } }, { leftRatio }) {
    const { availableBytes, totalBytes } = host.view().memory;
    host.setNeighbour({ memoryBytes: Math.max(0, availableBytes - leftRatio * totalBytes) });
    return () => host.setNeighbour({ memoryBytes: 0 });
  },
});
