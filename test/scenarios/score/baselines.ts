import type { Snapshot } from '@app/core';
import type { Verdict, VerdictFinding } from './verdict.js';

/** What any score has to be better than: never to say anything. */
export const ALWAYS_HEALTHY: Verdict = { primaryBottleneck: null, findings: [] };

interface Alarm {
  /** The rule that means most nearly what such an alarm is taken to mean. */
  readonly ruleId: string;
  readonly warnsFrom: number;
  readonly isCriticalFrom: number;
  readonly read: (snapshot: Snapshot) => number | null;
}

/** The alarms that most dashboards come with, in the order in which they are read. */
const ALARMS: readonly Alarm[] = [
  {
    ruleId: 'host-cpu-pressure',
    warnsFrom: 0.8,
    isCriticalFrom: 0.95,
    read: ({ system }) => system?.cpu.utilizationRatio ?? null,
  },
  { ruleId: 'compute-bound', warnsFrom: 0.9, isCriticalFrom: 0.98, read: busiestGpuOf },
  { ruleId: 'host-memory-pressure', warnsFrom: 0.85, isCriticalFrom: 0.95, read: memoryUsedOf },
];

/** Fixed thresholds on utilisation: how the newest readings would be judged without knowledge of causes. */
export function fixedThresholds(newest: Snapshot): Verdict {
  const findings = ALARMS.flatMap((alarm) => alarmed(alarm, newest));
  const worst = findings.find(({ severity }) => severity === 'critical') ?? findings[0];
  return { primaryBottleneck: worst?.ruleId ?? null, findings };
}

function alarmed({ ruleId, warnsFrom, isCriticalFrom, read }: Alarm, newest: Snapshot): VerdictFinding[] {
  const value = read(newest);
  if (value === null || value < warnsFrom) return [];
  const severity = value >= isCriticalFrom ? 'critical' : 'medium';
  return [{ ruleId, subjectId: newest.target, severity, isRoot: true, actions: [] }];
}

function busiestGpuOf({ gpus }: Snapshot): number | null {
  const ratios = gpus.map(({ utilization }) => utilization.gpuRatio).filter((ratio) => ratio !== null);
  return ratios.length === 0 ? null : Math.max(...ratios);
}

function memoryUsedOf({ system }: Snapshot): number | null {
  const { totalBytes = null, availableBytes = null } = system?.memory ?? {};
  return totalBytes === null || availableBytes === null || totalBytes === 0 ? null : 1 - availableBytes / totalBytes;
}
