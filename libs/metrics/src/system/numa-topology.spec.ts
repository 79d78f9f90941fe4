import { describe, expect, it } from '@jest/globals';
import { procFiles } from '@app/testing/metrics';
import { RecordedHostFiles } from './host-files.js';
import { countNodes, NumaReader } from './numa-topology.js';

describe('NumaReader', () => {
  it('knows the nodes, their CPUs, and where the NVIDIA devices are', async () => {
    const files = new RecordedHostFiles(
      procFiles({
        numaNodes: ['0-15,32-47', '16-31,48-63'],
        pciDevices: {
          '0000:3b:00.0': { vendor: '0x10de', numaNode: 0 },
          '0000:d8:00.0': { vendor: '0x10de', numaNode: 1 },
          '0000:e0:00.0': { vendor: '0x10de', numaNode: -1 },
          '0000:5e:00.0': { vendor: '0x15b3', numaNode: 1 },
        },
      }),
    );

    expect(await new NumaReader().read(files)).toEqual({
      nodes: 2,
      nodeCpus: new Map([
        [0, '0-15,32-47'],
        [1, '16-31,48-63'],
      ]),
      gpuNodes: new Map([
        ['0000:3b:00', 0],
        ['0000:d8:00', 1],
      ]),
    });
  });

  it('takes a recorded node without its vendor, since GPUs are looked up by their address', async () => {
    const files = new RecordedHostFiles({ '/sys/bus/pci/devices/0000:3b:00.0/numa_node': '1\n' });

    expect((await new NumaReader().read(files)).gpuNodes).toEqual(new Map([['0000:3b:00', 1]]));
  });

  it('knows nothing of a host without these files', async () => {
    expect(await new NumaReader().read(new RecordedHostFiles({}))).toEqual({
      nodes: null,
      nodeCpus: new Map(),
      gpuNodes: new Map(),
    });
  });
});

describe('countNodes', () => {
  it.each([
    ['0\n', 1],
    ['0-1', 2],
    ['0,2-3', 3],
    ['', null],
    ['3-1', null],
    ['all', null],
  ])('counts %j as %p', (text, expected) => {
    expect(countNodes(text)).toBe(expected);
  });
});
