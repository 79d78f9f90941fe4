import type { Engine, Gpu } from '@app/core';
import { gpusOf, parallelismOf } from './engine-gpus.js';
import { SLOWDOWN_REASONS, hasReason, powerDrawRatio } from './gpu-load-readings.js';
import { historyOf, needsLife, objectiveMargin, percentile, spanSeconds } from './history-readings.js';
import { type RuleContext, type RuleSample, defineRule, lastOf, missing, reading } from './rule.js';

type Threshold = 'historySeconds' | 'utilization' | 'smActive' | 'running' | 'powerRatio' | 'margin';

const P95 = 0.95;
const HOUR_MS = 3_600_000;

interface Load {
  readonly atMs: number;
  readonly utilization: number | null;
  readonly smActive: number | null;
  readonly powerRatio: number | null;
  readonly running: number | null;
}

function highest(gpus: readonly Gpu[], value: (gpu: Gpu) => number | null): number | null {
  const known = gpus.map(value).filter((each) => each !== null);
  return known.length === 0 ? null : Math.max(...known);
}

function loadOf({ atMs, state, snapshot }: RuleSample<Engine>): Load {
  const gpus = gpusOf(state, snapshot) ?? [];
  return {
    atMs,
    utilization: highest(gpus, (gpu) => gpu.utilization.gpuRatio),
    smActive: highest(gpus, (gpu) => gpu.profiling.smActiveRatio),
    powerRatio: highest(gpus, powerDrawRatio),
    running: state.requestsRunning,
  };
}

function p95Of(loads: readonly Load[], value: (load: Load) => number | null): number | null {
  return percentile(
    loads.map(value).filter((each) => each !== null),
    P95,
  );
}

function meanUtilization(loads: readonly Load[]): number {
  return loads.reduce((sum, load) => sum + (load.utilization ?? 0), 0) / loads.length;
}

/** The hour with the most load, counted back from the newest sample. */
function peakHourOf(loads: readonly Load[]): readonly Load[] {
  const lastMs = loads.at(-1)?.atMs ?? 0;
  const hours = new Map<number, Load[]>();
  for (const load of loads) {
    const hour = Math.floor((lastMs - load.atMs) / HOUR_MS);
    hours.set(hour, [...(hours.get(hour) ?? []), load]);
  }
  return [...hours.values()].sort((a, b) => meanUtilization(b) - meanUtilization(a))[0] ?? [];
}

function missingInputs({ state, snapshot }: RuleSample<Engine>, { slo }: RuleContext<Threshold>): string[] {
  const gpus = gpusOf(state, snapshot) ?? [];
  const inputs: [string, unknown][] = [
    ['gpus.utilization.gpuRatio', highest(gpus, (gpu) => gpu.utilization.gpuRatio)],
    ['gpus.power.drawWatts', highest(gpus, powerDrawRatio)],
    ['engines.requestsRunning', state.requestsRunning],
    ['engines.histograms.ttft', slo.ttftP95Seconds > 0 ? state.histograms.ttft : true],
    ['engines.histograms.interTokenLatency', slo.itlP95Seconds > 0 ? state.histograms.interTokenLatency : true],
  ];
  return inputs.filter(([, value]) => value === null).map(([signal]) => signal);
}

/** The engine needs only a part of its GPU even at its busiest. */
export const gpuOverprovisionedRule = defineRule<'engine', Threshold>({
  id: 'gpu-overprovisioned',
  title: 'GPU is larger than the engine needs',
  category: 'cost',
  scope: 'engine',
  durationClass: 'D3',
  historyThreshold: 'historySeconds',
  sections: ['gpu', 'engines'],
  keeps: 'state',
  inputs: [
    { signal: 'engines.gpuUuids', required: true },
    { signal: 'gpus.utilization.gpuRatio', required: true },
    { signal: 'gpus.power.drawWatts', required: true },
    { signal: 'engines.requestsRunning', required: true },
    { signal: 'engines.histograms.ttft', required: true },
    { signal: 'engines.histograms.interTokenLatency', required: true },
    { signal: 'gpus.profiling.smActiveRatio', required: false },
    { signal: 'engines.process', required: false },
  ],
  thresholds: {
    historySeconds: {
      value: 21_600,
      unit: 'seconds',
      source: 'engineering choice',
      range: { min: 1800, max: 604_800 },
      description: 'history without which quiet hours may pass for little need',
    },
    utilization: {
      value: 0.3,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.05, max: 0.9 },
      description: 'p95 of the utilization in the busiest hour',
    },
    smActive: {
      value: 0.2,
      unit: 'ratio',
      source: 'engineering choice; NVIDIA DCGM guide calls SM activity below 0.5 ineffective use',
      range: { min: 0.02, max: 0.9 },
      description: 'p95 of the SM activity in the busiest hour, where it is known',
    },
    running: {
      value: 2,
      unit: 'count',
      source: 'engineering choice',
      range: { min: 0, max: 64 },
      description: 'p95 of the running requests',
    },
    powerRatio: {
      value: 0.4,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.1, max: 0.9 },
      description: 'p95 of the draw as a share of the limit',
    },
    margin: {
      value: 0.5,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0, max: 0.95 },
      description: 'share of each latency objective that stays unused at p95',
    },
  },
  candidateActions: ['k8s-scale'],
  reference: 'engineering choice; NVIDIA DCGM guide on SM activity',

  judge(sample, context) {
    if (!sample.state.up) return { status: 'inapplicable', reason: 'the engine does not answer' };
    if ((parallelismOf(sample.state)?.tensor ?? 1) > 1) {
      return { status: 'inapplicable', reason: 'the size of the model may need every GPU of its group' };
    }
    if (gpusOf(sample.state, sample.snapshot) === null) return missing('engines.gpuUuids');
    const inputs = missingInputs(sample, context);
    if (inputs.length > 0) return missing(...inputs);
    // What counts is the whole history, and the conclusion looks at that.
    return needsLife(sample, context.thresholds.historySeconds) ?? { status: 'holds' };
  },

  conclude(run, context) {
    const sample = lastOf(run);
    const { thresholds, slo } = context;
    const history = historyOf(sample);
    const loads = history.map(loadOf);
    const peak = peakHourOf(loads);
    const utilization = p95Of(peak, (load) => load.utilization);
    const smActive = p95Of(peak, (load) => load.smActive);
    const running = p95Of(loads, (load) => load.running);
    const powerRatio = p95Of(loads, (load) => load.powerRatio);
    const ttft = objectiveMargin(history, sample.state.id, 'ttft', slo.ttftP95Seconds);
    const itl = objectiveMargin(history, sample.state.id, 'interTokenLatency', slo.itlP95Seconds);
    const isWithin = (value: number | null, most: number) => value !== null && value <= most;
    const hasMargin = (margin: number | null, objective: number) =>
      objective <= 0 || (margin !== null && margin >= thresholds.margin);
    const isHeldBack = (gpusOf(sample.state, sample.snapshot) ?? []).some((gpu) => hasReason(gpu, SLOWDOWN_REASONS));
    const isSmall =
      spanSeconds(history) >= thresholds.historySeconds &&
      isWithin(utilization, thresholds.utilization) &&
      (smActive === null || smActive <= thresholds.smActive) &&
      isWithin(running, thresholds.running) &&
      isWithin(powerRatio, thresholds.powerRatio) &&
      hasMargin(ttft, slo.ttftP95Seconds) &&
      hasMargin(itl, slo.itlP95Seconds);
    if (!isSmall || isHeldBack) return null;
    const windowSeconds = spanSeconds(history);
    const gpuHours = (windowSeconds / 3600) * (sample.state.gpuUuids?.length ?? 1);
    const within = (name: Threshold) => ({ bound: context.bound('<=', name), windowSeconds });
    return {
      severity: 'low',
      confidence: smActive === null ? 'medium' : 'high',
      summary:
        'In its busiest hour the engine used {utilization} of the time of its GPU; it almost never drew more than {power} of its power or ran more than {running} requests at once (GPU-hours: {hours}).',
      evidence: {
        utilization: reading(sample, 'derived.peakHourUtilizationP95', utilization, 'ratio', within('utilization')),
        smActive: reading(sample, 'derived.peakHourSmActiveP95', smActive, 'ratio', within('smActive')),
        running: reading(sample, 'derived.requestsRunningP95', running, 'count', within('running')),
        power: reading(sample, 'derived.powerDrawRatioP95', powerRatio, 'ratio', within('powerRatio')),
        ttft: reading(sample, 'derived.ttftObjectiveMarginRatio', ttft, 'ratio', {
          bound: context.bound('>=', 'margin'),
          windowSeconds,
        }),
        itl: reading(sample, 'derived.interTokenLatencyObjectiveMarginRatio', itl, 'ratio', {
          bound: context.bound('>=', 'margin'),
          windowSeconds,
        }),
        hours: reading(sample, 'derived.gpuHours', gpuHours, 'count', { windowSeconds }),
      },
      candidateActions: [{ type: 'k8s-scale', parameters: { replicaChange: -1 } }],
    };
  },
});
