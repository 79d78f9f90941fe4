import { Histogram } from 'prom-client';
import { type RunStep, type SectionName, StepObserver } from '@app/core';
import type { SourceCost } from '@app/metrics';
import { METRIC_FAMILIES, METRIC_PREFIX, type MetricFamily } from './metric-families.js';

/** From a file under `/proc` to twice the default deadline of a source. */
const SOURCE_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** From an analysis to an approval or a monitored window, which may take an hour. */
const STAGE_BUCKETS = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 3600];

/** Durations of the stages of runs. */
export class StepDurations extends StepObserver {
  readonly histogram = histogramOf(METRIC_FAMILIES.stageDuration, STAGE_BUCKETS);

  override stepFinished({ stage, status, durationMs }: RunStep): void {
    if (durationMs !== null) this.histogram.observe({ stage, status }, durationMs / 1000);
  }
}

/** Durations of the readings of each source. */
export class SourceDurations {
  readonly histogram = histogramOf(METRIC_FAMILIES.sourceDuration, SOURCE_BUCKETS);

  constructor(cost: SourceCost) {
    cost.subscribe((source, { durationMs }) => this.observe(source, durationMs));
  }

  private observe(source: SectionName, durationMs: number | null): void {
    if (durationMs !== null) this.histogram.observe({ source }, durationMs / 1000);
  }
}

/** In no registry: the page takes it into its own. */
function histogramOf(family: MetricFamily, buckets: readonly number[]): Histogram {
  return new Histogram({
    name: `${METRIC_PREFIX}${family.name}`,
    help: family.help,
    labelNames: [...family.labels],
    buckets: [...buckets],
    registers: [],
  });
}
