import type { Gpu } from '@app/core';
import { energyJoules, momentsOf, spanSeconds } from './history-readings.js';
import { type EvidenceDraft, type RuleContext, type Run, lastOf, reading } from './rule.js';

const SECONDS_PER_HOUR = 3600;
const JOULES_PER_KILOWATT_HOUR = 3.6e6;

export interface IdleCost {
  readonly idle: EvidenceDraft | null;
  readonly hours: EvidenceDraft | null;
  readonly energy: EvidenceDraft | null;
  readonly watts: EvidenceDraft | null;
}

/** What an idle GPU has cost over the run: time, GPU-hours and kilowatt-hours. Money needs a price that nobody gave. */
export function idleCostOf(run: Run<Gpu>, seconds: number, { durations }: RuleContext): IdleCost {
  const sample = lastOf(run);
  const moments = momentsOf(run).filter(({ atMs }) => atMs >= sample.atMs - seconds * 1000);
  const joules = energyJoules(moments, sample.subject.id);
  const windowSeconds = spanSeconds(moments);
  const needed = { operator: '>=', threshold: durations.d3Seconds, source: 'duration of idle findings' } as const;
  return {
    idle: reading(sample, 'derived.idleSeconds', seconds, 'seconds', {
      bound: seconds >= durations.d3Seconds ? needed : null,
      windowSeconds,
    }),
    hours: reading(sample, 'derived.idleGpuHours', seconds / SECONDS_PER_HOUR, 'count', { windowSeconds }),
    energy: reading(
      sample,
      'derived.idleKilowattHours',
      joules === null ? null : joules / JOULES_PER_KILOWATT_HOUR,
      'count',
      { windowSeconds },
    ),
    watts: reading(sample, 'gpus.power.drawWatts', sample.state.power.drawWatts, 'watts'),
  };
}

/** Parts of a sentence; energy only where it is known. */
export function idleCostText({ energy }: IdleCost): string {
  return energy === null ? 'GPU-hours: {hours}' : 'GPU-hours: {hours}, kWh: {energy}';
}
