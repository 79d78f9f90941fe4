import type { Gap, Section, System } from '@app/core';
import type { HostProcess } from './host-process.js';

/** What is known of a host beside the values of the snapshot; other sources are matched with it. */
export interface HostPlaces {
  /** NUMA node of each NVIDIA device that has one, by `normalizedBusId`. */
  readonly gpuNumaNodes: ReadonlyMap<string, number>;
  /** CPUs of each NUMA node, as the kernel lists them (`0-15,32-47`). */
  readonly numaNodeCpus: ReadonlyMap<number, string>;
  /** Processes of inference engines and what they started. */
  readonly processes: readonly HostProcess[];
}

export interface SystemReading extends HostPlaces {
  readonly section: Section;
  readonly system: System | null;
  readonly gaps: readonly Gap[];
  readonly simulated: boolean;
}

export const NO_PLACES: HostPlaces = { gpuNumaNodes: new Map(), numaNodeCpus: new Map(), processes: [] };

/** For values that are a change since the sample before. */
export function firstSampleGap(signal: string): Gap {
  return { signal, status: 'absent', reason: 'there is no earlier sample to compare with, or a counter started anew' };
}

/** Only node_exporter asks the kernel for its clock. */
export const CLOCK_GAPS: readonly Gap[] = ['isSynchronized', 'offsetSeconds'].map((name) => ({
  signal: `system.clock.${name}`,
  status: 'absent',
  reason: 'only a node_exporter page tells the state of the clock, and none is read',
}));
