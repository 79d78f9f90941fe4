import type { Gap, Section, System } from '@app/core';

export interface SystemReading {
  readonly section: Section;
  readonly system: System | null;
  readonly gaps: readonly Gap[];
  readonly simulated: boolean;
}

export const NO_PRESSURE: System['pressure'] = {
  cpuSomeAvg10: null,
  cpuSomeAvg60: null,
  memorySomeAvg10: null,
  memorySomeAvg60: null,
  memoryFullAvg10: null,
  memoryFullAvg60: null,
  ioSomeAvg10: null,
  ioSomeAvg60: null,
  ioFullAvg10: null,
  ioFullAvg60: null,
};

export const NO_CGROUP: System['cgroup'] = {
  cpuThrottledRatio: null,
  cpuPeriods: null,
  cpuThrottledPeriods: null,
  memoryLimitBytes: null,
  memoryCurrentBytes: null,
  memoryInactiveFileBytes: null,
};

export const CGROUP_GAP: Gap = { signal: 'system.cgroup', status: 'absent', reason: 'not read in this version' };

/** For values that are a change since the sample before. */
export function firstSampleGap(signal: string): Gap {
  return { signal, status: 'absent', reason: 'there is no earlier sample to compare with, or a counter started anew' };
}
