import { normalizedBusId } from '@app/core';
import { mapBounded } from './bounded-concurrency.js';
import { type HostFiles, textOf } from './host-files.js';

export interface NumaTopology {
  readonly nodes: number | null;
  /** CPUs of each node, as the kernel lists them (`0-15,32-47`). */
  readonly nodeCpus: ReadonlyMap<number, string>;
  /** Node of each NVIDIA device that has one, by normalized bus id. */
  readonly gpuNodes: ReadonlyMap<string, number>;
}

const NODES = '/sys/devices/system/node';
const PCI_DEVICES = '/sys/bus/pci/devices';
const NVIDIA = '0x10de';
const MAX_NODES = 1024;
const MAX_PCI_DEVICES = 4096;
const CPU_LIST = /^[\d,-]{1,4096}$/;

/** Reads where CPUs and GPUs sit; devices do not move, so they are looked at again only when others are listed. */
export class NumaReader {
  private known: { readonly devices: string; readonly gpuNodes: ReadonlyMap<string, number> } | null = null;

  async read(files: HostFiles): Promise<NumaTopology> {
    const [names, devices] = await Promise.all([files.list(NODES), files.list(PCI_DEVICES)]);
    const ids = names.flatMap((name) => {
      const id = /^node(\d{1,4})$/.exec(name)?.[1];
      return id === undefined ? [] : [Number(id)];
    });
    const nodeCpus = new Map<number, string>();
    await mapBounded(ids.slice(0, MAX_NODES), async (id) => {
      const cpus = textOf(await files.read(`${NODES}/node${id}/cpulist`)).trim();
      if (CPU_LIST.test(cpus)) nodeCpus.set(id, cpus);
    });
    return {
      nodes: countNodes(textOf(await files.read(`${NODES}/online`))) ?? (ids.length > 0 ? ids.length : null),
      nodeCpus: new Map([...nodeCpus].sort(([one], [other]) => one - other)),
      gpuNodes: await this.gpuNodes(files, devices),
    };
  }

  private async gpuNodes(files: HostFiles, devices: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const key = devices.join();
    if (!files.isRecording && this.known?.devices === key) return this.known.gpuNodes;
    const gpuNodes = new Map<string, number>();
    await mapBounded(devices.slice(0, MAX_PCI_DEVICES), async (device) => {
      const busId = normalizedBusId(device);
      if (busId === null) return;
      const vendor = await files.read(`${PCI_DEVICES}/${device}/vendor`);
      // A recording may hold the node alone; the address says enough, since it is looked up by that of a GPU.
      if (vendor.ok ? vendor.text.trim() !== NVIDIA : !files.isRecording) return;
      const node = textOf(await files.read(`${PCI_DEVICES}/${device}/numa_node`)).trim();
      // -1: the kernel does not know.
      if (/^\d{1,4}$/.test(node)) gpuNodes.set(busId, Number(node));
    });
    this.known = { devices: key, gpuNodes };
    return gpuNodes;
  }
}

/** `0`, `0-1` or `0,2-3`; null for any other text. */
export function countNodes(online: string): number | null {
  const ranges = online.trim().split(',');
  let count = 0;
  for (const range of ranges) {
    const [, first, last] = /^(\d{1,4})(?:-(\d{1,4}))?$/.exec(range) ?? [];
    const nodes = first === undefined ? 0 : Number(last ?? first) - Number(first) + 1;
    if (nodes <= 0) return null;
    count += nodes;
  }
  return count;
}
