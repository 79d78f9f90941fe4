import type { CandidateAction, Engine, Gpu } from '@app/core';
import { clockRatio, isBusy } from './derived-readings.js';
import { enginesOn } from './engine-gpus.js';
import { BUSY_UTILIZATION, powerDrawRatio } from './gpu-load-readings.js';
import {
  type Moment,
  engineDelta,
  joulesPerToken,
  momentsOf,
  objectiveMargin,
  spanSeconds,
} from './history-readings.js';
import { CLEAR, defineRule, lastOf, missing, reading } from './rule.js';
import { sharingOf } from './sole-tenancy.js';

type Threshold =
  'busyUtilization' | 'drawRatio' | 'dramActive' | 'tensorActive' | 'clockRatio' | 'prefillShare' | 'margin' | 'step';

/** Lower clocks than this share of the maximum lose more than they save. */
const LOWEST_CLOCK_RATIO = 0.6;

function missingInputs(gpu: Gpu, engine: Engine, busyUtilization: number, hasObjective: boolean): string[] {
  const inputs: [string, unknown][] = [
    ['gpus.power.drawWatts', powerDrawRatio(gpu)],
    ['gpus.utilization.gpuRatio', isBusy(gpu, busyUtilization)],
    ['gpus.clocks.smMhz', gpu.clocks.smMhz],
    ['gpus.clocks.maxSmMhz', gpu.clocks.maxSmMhz || null],
    ['engines.counters.promptTokens', engine.counters.promptTokens],
    ['engines.counters.generationTokens', engine.counters.generationTokens],
    ['engines.histograms.interTokenLatency', hasObjective ? engine.histograms.interTokenLatency : true],
  ];
  return inputs.filter(([, value]) => value === null).map(([signal]) => signal);
}

interface Work {
  /** Generated tokens per prompt token that was computed, not taken from a cache. */
  readonly decodeRatio: number | null;
  /** Share of prefill in the time that requests were computed. */
  readonly prefillShare: number | null;
}

function workOf(moments: readonly Moment[], engineId: string): Work {
  const risen = (counter: (engine: Engine) => number | null) => engineDelta(moments, engineId, counter);
  const prompts = risen(({ counters }) => counters.promptTokens);
  const cached = risen(({ counters }) => counters.prefixCacheHits) ?? 0;
  const generated = risen(({ counters }) => counters.generationTokens);
  const prefill = risen(({ histograms }) => histograms.prefillTime?.sum ?? null);
  const decode = risen(({ histograms }) => histograms.decodeTime?.sum ?? null);
  const hasTokens = prompts !== null && generated !== null && generated > 0;
  const hasTimes = prefill !== null && decode !== null && prefill + decode > 0;
  return {
    decodeRatio: hasTokens ? generated / Math.max(1, prompts - cached) : null,
    prefillShare: hasTimes ? prefill / (prefill + decode) : null,
  };
}

function lockFor({ clocks }: Gpu, step: number): CandidateAction[] {
  const max = clocks.maxGraphicsMhz ?? clocks.maxSmMhz;
  if (!max) return [];
  const parameters = { minMhz: Math.ceil(max * LOWEST_CLOCK_RATIO), maxMhz: Math.floor(max * (1 - step)) };
  return [{ type: 'gpu-lock-clocks', parameters }];
}

/** Decoding waits for memory while the SM clock is at its maximum: a lower clock would save energy at the same speed. */
export const clockLockDecodeEnergyRule = defineRule<'gpu', Threshold>({
  id: 'clock-lock-decode-energy',
  title: 'A lower clock could save energy while decoding',
  category: 'efficiency',
  scope: 'gpu',
  durationClass: 'D3',
  sections: ['gpu', 'engines'],
  keeps: 'state',
  inputs: [
    { signal: 'gpus.power.drawWatts', required: true },
    { signal: 'gpus.power.enforcedLimitWatts', required: true },
    { signal: 'gpus.clocks.smMhz', required: true },
    { signal: 'gpus.clocks.maxSmMhz', required: true },
    { signal: 'gpus.utilization.gpuRatio', required: true },
    { signal: 'engines.gpuUuids', required: true },
    { signal: 'engines.counters.promptTokens', required: true },
    { signal: 'engines.counters.generationTokens', required: true },
    { signal: 'engines.histograms.interTokenLatency', required: true },
    { signal: 'engines.histograms.ttft', required: false },
    { signal: 'gpus.profiling.dramActiveRatio', required: false },
    { signal: 'gpus.profiling.tensorActiveRatio', required: false },
    { signal: 'gpus.energyJoules', required: false },
    { signal: 'gpus.virtualizationMode', required: false },
  ],
  thresholds: {
    busyUtilization: BUSY_UTILIZATION,
    drawRatio: {
      value: 0.6,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.2, max: 0.9 },
      description: 'draw as a share of the limit up to which compute is not what the GPU does',
      softens: 'up',
    },
    dramActive: {
      value: 0.4,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.1, max: 0.95 },
      description: 'memory activity from which memory sets the pace, where it is known',
      softens: 'down',
    },
    tensorActive: {
      value: 0.3,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.05, max: 0.9 },
      description: 'tensor core activity below which compute does not set the pace, where it is known',
      softens: 'up',
    },
    clockRatio: {
      value: 0.95,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.6, max: 1 },
      description: 'SM clock as a share of its maximum from which there is something to lower',
      softens: 'down',
    },
    prefillShare: {
      value: 0.2,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.01, max: 0.5 },
      description: 'share of prefill in the computing time below which the load is decoding',
    },
    margin: {
      value: 0.3,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.05, max: 0.95 },
      description: 'share of the latency objectives that stays unused at p95',
    },
    step: {
      value: 0.05,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.01, max: 0.1 },
      description: 'part of the clock that one step takes away',
    },
  },
  candidateActions: ['gpu-lock-clocks'],
  reference: 'arXiv 2605.11999: locking the SM clock recovers up to a third of the decode energy of an H200',

  judge(sample, { thresholds, slo }) {
    const { state: gpu } = sample;
    const [engine, ...others] = enginesOn(sample.subject.id, sample.snapshot);
    const reason = sharingOf(gpu, others.length);
    if (reason !== null) return { status: 'inapplicable', reason };
    if (!engine) return missing('engines.gpuUuids');
    const inputs = missingInputs(gpu, engine, thresholds.busyUtilization, slo.itlP95Seconds > 0);
    if (inputs.length > 0) return missing(...inputs);
    const { dramActiveRatio, tensorActiveRatio } = gpu.profiling;
    const isAtMaximum = (clockRatio(gpu, thresholds.busyUtilization) ?? 0) >= thresholds.clockRatio;
    const isMemoryBound =
      (powerDrawRatio(gpu) ?? 1) <= thresholds.drawRatio &&
      (dramActiveRatio === null || dramActiveRatio >= thresholds.dramActive) &&
      (tensorActiveRatio === null || tensorActiveRatio < thresholds.tensorActive);
    return isAtMaximum && isMemoryBound ? { status: 'holds' } : CLEAR;
  },

  conclude(run, context) {
    const sample = lastOf(run);
    const { thresholds, slo } = context;
    const { profiling, clocks } = sample.state;
    const engine = enginesOn(sample.subject.id, sample.snapshot)[0];
    if (!engine) return null;
    const moments = momentsOf(run);
    const { decodeRatio, prefillShare } = workOf(moments, engine.id);
    const isDecoding = (decodeRatio ?? 0) >= 1 || (prefillShare !== null && prefillShare < thresholds.prefillShare);
    const itl = objectiveMargin(moments, engine.id, 'interTokenLatency', slo.itlP95Seconds);
    const ttft = objectiveMargin(moments, engine.id, 'ttft', slo.ttftP95Seconds);
    const hasTime = slo.itlP95Seconds <= 0 || (itl !== null && itl >= thresholds.margin);
    const isFirstTokenLate = ttft !== null && ttft < thresholds.margin;
    if (!isDecoding || !hasTime || isFirstTokenLate) return null;
    const windowSeconds = spanSeconds(moments);
    const isMeasured = profiling.dramActiveRatio !== null && profiling.tensorActiveRatio !== null;
    const ratio = clockRatio(sample.state, thresholds.busyUtilization);
    return {
      severity: isMeasured ? 'low' : 'info',
      confidence: isMeasured ? 'high' : 'low',
      summary:
        'The GPU mostly decodes at {draw} of its power limit while its SM clock is at {clock} of the maximum, with time to spare.',
      evidence: {
        draw: reading(sample, 'derived.powerDrawRatio', powerDrawRatio(sample.state), 'ratio', {
          bound: context.bound('<=', 'drawRatio'),
        }),
        clock: reading(sample, 'derived.clockRatio', ratio, 'ratio', { bound: context.bound('>=', 'clockRatio') }),
        dram: reading(sample, 'gpus.profiling.dramActiveRatio', profiling.dramActiveRatio, 'ratio', {
          bound: context.bound('>=', 'dramActive'),
        }),
        tensor: reading(sample, 'gpus.profiling.tensorActiveRatio', profiling.tensorActiveRatio, 'ratio', {
          bound: context.bound('<', 'tensorActive'),
        }),
        decode: reading(sample, 'derived.generationTokensPerPromptToken', decodeRatio, 'count', { windowSeconds }),
        prefill: reading(sample, 'derived.prefillTimeRatio', prefillShare, 'ratio', { windowSeconds }),
        margin: reading(sample, 'derived.interTokenLatencyObjectiveMarginRatio', itl, 'ratio', {
          bound: context.bound('>=', 'margin'),
          windowSeconds,
        }),
        joules: reading(sample, 'derived.joulesPerToken', joulesPerToken(moments, engine), 'count', { windowSeconds }),
        max: reading(sample, 'gpus.clocks.maxSmMhz', clocks.maxSmMhz, 'megahertz'),
      },
      // A guess is context, and context alone is no reason to act.
      candidateActions: isMeasured ? lockFor(sample.state, thresholds.step) : [],
    };
  },
});
