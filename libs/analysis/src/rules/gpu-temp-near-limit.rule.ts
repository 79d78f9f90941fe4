import type { CandidateAction, Gpu, Severity } from '@app/core';
import { slopePerSecond } from './derived-readings.js';
import { hasReason } from './gpu-load-readings.js';
import {
  CLEAR,
  type EvidenceDraft,
  type RuleContext,
  type RuleSample,
  type Run,
  defineRule,
  firstOf,
  lastOf,
  missing,
  reading,
} from './rule.js';
import {
  THERMAL_REASONS,
  heatEvidence,
  isThroughout,
  lowerPowerLimit,
  marginEvidence,
  slowdownMargin,
} from './slowdown-readings.js';

type Threshold = 'marginCelsius' | 'stableSeconds' | 'stableCelsius';

/** A trend over less is noise. */
const TREND_SECONDS = 600;

function missingInputs({ temperature }: Gpu): string[] {
  if (temperature.slowdownCelsius && temperature.gpuCelsius === null) return ['gpus.temperature.gpuCelsius'];
  return ['gpus.temperature.marginCelsius', 'gpus.temperature.slowdownCelsius'];
}

function temperaturesOf(run: Run<Gpu>, seconds: number) {
  const fromMs = lastOf(run).atMs - seconds * 1000;
  return run.flatMap(({ sample: { atMs, state } }) => {
    const value = state.temperature.gpuCelsius;
    return value === null || atMs < fromMs ? [] : [{ atMs, value }];
  });
}

function trendReading(run: Run<Gpu>): EvidenceDraft | null {
  const slope = slopePerSecond(temperaturesOf(run, TREND_SECONDS));
  const perMinute = slope === null ? null : slope * 60;
  return reading(lastOf(run), 'derived.temperatureRisePerMinute', perMinute, 'celsius', { windowSeconds: 60 });
}

/** Hot for a long time, not getting hotter, and nothing slows it down: so it was built. */
function isStable(run: Run<Gpu>, { stableSeconds, stableCelsius }: RuleContext<Threshold>['thresholds']): boolean {
  if (lastOf(run).atMs - firstOf(run).atMs < stableSeconds * 1000) return false;
  const values = temperaturesOf(run, stableSeconds).map(({ value }) => value);
  if (values.length === 0 || Math.max(...values) - Math.min(...values) > stableCelsius) return false;
  const fromMs = lastOf(run).atMs - stableSeconds * 1000;
  const isUndisturbed = ({ state }: RuleSample<Gpu>) =>
    state.clockEventReasons !== null && state.clockEventReasons.every((reason) => reason === 'gpu-idle');
  return run.every(({ sample }) => sample.atMs < fromMs || isUndisturbed(sample));
}

function actionsFor(gpu: Gpu, severity: Severity): CandidateAction[] {
  if (severity === 'info') return [];
  return [
    { type: 'notify-oncall', parameters: {} },
    { type: 'router-remove-backend', parameters: {} },
    ...lowerPowerLimit(gpu),
    { type: 'collect-diagnostics', parameters: {} },
  ];
}

/** Little is missing until the GPU slows down; by its own limit, since the same temperature is normal for another. */
export const gpuTempNearLimitRule = defineRule<'gpu', Threshold>({
  id: 'gpu-temp-near-limit',
  title: 'GPU is close to its temperature limit',
  category: 'health',
  scope: 'gpu',
  durationClass: 'D1',
  sections: ['gpu'],
  keeps: 'state',
  inputs: [
    { signal: 'gpus.temperature.marginCelsius', required: true },
    { signal: 'gpus.temperature.slowdownCelsius', required: false },
    { signal: 'gpus.temperature.gpuCelsius', required: false },
    { signal: 'gpus.clockEventReasons', required: false },
  ],
  thresholds: {
    marginCelsius: {
      value: 5,
      unit: 'celsius',
      source: 'gpud temperature margin check (its example)',
      range: { min: 1, max: 30 },
      description: 'degrees left until the slowdown threshold',
      softens: 'up',
    },
    stableSeconds: {
      value: 1800,
      unit: 'seconds',
      source: 'engineering choice',
      range: { min: 60, max: 86_400 },
      description: 'time without a clock event and without a rise after which it is only worth knowing',
    },
    stableCelsius: {
      value: 3,
      unit: 'celsius',
      source: 'engineering choice',
      range: { min: 0, max: 20 },
      description: 'by how much the temperature may change in that time',
    },
  },
  candidateActions: ['notify-oncall', 'router-remove-backend', 'gpu-set-power-limit', 'collect-diagnostics'],
  reference: "NVML temperature margin; a fixed limit would be wrong for other models and for laptops' GPUs",

  judge({ state: gpu }, { thresholds }) {
    const margin = slowdownMargin(gpu);
    if (margin === null) return missing(...missingInputs(gpu));
    if (gpu.temperature.marginCelsius !== null && margin <= 0) {
      return { status: 'inapplicable', reason: 'the temperature margin is not above zero, which is not reliable' };
    }
    return margin <= thresholds.marginCelsius ? { status: 'holds' } : CLEAR;
  },

  conclude(run, context) {
    // A slowdown for heat is the finding of its own rule.
    if (isThroughout(run, context.durations, ({ state }) => hasReason(state, THERMAL_REASONS))) return null;
    const sample = lastOf(run);
    const severity = isStable(run, context.thresholds) ? 'info' : 'medium';
    const heat = heatEvidence(sample);
    const margin = marginEvidence(sample, context.bound('<=', 'marginCelsius'));
    const where = heat.temperature ? 'The GPU is at {temperature}, ' : 'The GPU is ';
    return {
      severity,
      confidence: 'high',
      summary: `${where}{margin} below the temperature at which it slows down.`,
      evidence: { ...heat, margin, trend: trendReading(run) },
      candidateActions: actionsFor(sample.state, severity),
    };
  },
});
