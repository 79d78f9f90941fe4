import { defineFault } from './fault.js';

export const noisyNeighbourDisk = defineFault({
  id: 'noisy-neighbour-disk',
  title: 'Other processes keep the root disk busy',
  healing: 'the processes end',
  parameters: {
    // Half as much again as an NVMe disk of a server does.
    bytesPerSecond: { default: 5e9, min: 0, max: 1e11, description: 'bytes that they want to read and write' },
  },
  inject({ machine: { host } }, { bytesPerSecond }) {
    host.setNeighbour({ diskBytesPerSecond: bytesPerSecond });
    return () => host.setNeighbour({ diskBytesPerSecond: 0 });
  },
});
