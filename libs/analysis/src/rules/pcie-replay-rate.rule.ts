import type { Gpu } from '@app/core';
import { counterDelta, secondsSincePrevious, sumOver } from './derived-readings.js';
import { isBelowBest, replayLimitPerMinute } from './pcie-readings.js';
import { BASELINE, CLEAR, type RuleSample, defineRule, lastOf, missing, reading, recentOf, startOf } from './rule.js';

type Threshold = 'limitMultiple' | 'severeMultiple' | 'sustainedSeconds';

function replayDelta(sample: RuleSample<Gpu>): number | null {
  return counterDelta(sample.previous?.state.pcie.replayCount, sample.state.pcie.replayCount);
}

/** The PCIe link repeats more packets than a healthy one does. */
export const pcieReplayRateRule = defineRule<'gpu', Threshold>({
  id: 'pcie-replay-rate',
  title: 'PCIe link of the GPU repeats too many packets',
  category: 'health',
  scope: 'gpu',
  durationClass: 'D1',
  sections: ['gpu'],
  keeps: 'state',
  inputs: [
    { signal: 'gpus.pcie.replayCount', required: true },
    { signal: 'gpus.pcie.generation', required: true },
    { signal: 'gpus.pcie.width', required: true },
    { signal: 'gpus.pcie.maxWidth', required: false },
  ],
  thresholds: {
    limitMultiple: {
      value: 1,
      unit: 'count',
      source: 'NVIDIA DCGM hardware limits',
      range: { min: 0.1, max: 100 },
      description: 'replays per minute, as a multiple of what DCGM allows for generation and width of the link',
      softens: 'down',
    },
    severeMultiple: {
      value: 10,
      unit: 'count',
      source: 'engineering choice',
      range: { min: 1, max: 1000 },
      description: 'multiple of that limit from which the link is close to failing',
    },
    sustainedSeconds: {
      value: 120,
      unit: 'seconds',
      source: 'two consecutive minutes; NVIDIA DCGM limits are per minute',
      range: { min: 60, max: 3600 },
      description: 'time for which it has to be so',
    },
  },
  candidateActions: ['notify-oncall', 'collect-diagnostics'],
  reference: 'NVIDIA DCGM health checks: PCIe replays per minute by generation and lanes',

  judge(sample, { thresholds }) {
    const { pcie } = sample.state;
    if (pcie.replayCount === null) return missing('gpus.pcie.replayCount');
    const delta = replayDelta(sample);
    const seconds = secondsSincePrevious(sample);
    if (delta === null || !seconds) return BASELINE;
    if (delta === 0) return CLEAR;
    const limit = replayLimitPerMinute(pcie);
    if (limit === null) return missing(...(pcie.width === null ? ['gpus.pcie.width'] : ['gpus.pcie.generation']));
    if ((delta * 60) / seconds <= limit * thresholds.limitMultiple) return CLEAR;
    return { status: 'holds', fromPrevious: true, needsSeconds: thresholds.sustainedSeconds };
  },

  conclude(run, context) {
    const recent = recentOf(run, context.durations);
    const sample = lastOf(run);
    const { pcie } = sample.state;
    const windowSeconds = (sample.atMs - startOf(recent)) / 1000;
    const perMinute = ((sumOver(recent, replayDelta) ?? 0) * 60) / windowSeconds;
    const limit = (replayLimitPerMinute(pcie) ?? 0) * context.thresholds.limitMultiple;
    const isSevere = perMinute >= limit * context.thresholds.severeMultiple || isBelowBest(pcie) === true;
    const { source } = context.bound('>', 'limitMultiple');
    return {
      severity: isSevere ? 'high' : 'medium',
      confidence: 'high',
      summary: 'The PCIe link repeats {rate} packets per minute; {limit} are normal for it.',
      evidence: {
        rate: reading(sample, 'derived.pcieReplaysPerMinute', perMinute, 'count', {
          bound: { operator: '>', threshold: limit, source },
          windowSeconds,
        }),
        limit: reading(sample, 'derived.pcieReplayLimitPerMinute', limit, 'count'),
        total: reading(sample, 'gpus.pcie.replayCount', pcie.replayCount, 'count'),
        generation: reading(sample, 'gpus.pcie.generation', pcie.generation, 'count'),
        width: reading(sample, 'gpus.pcie.width', pcie.width, 'count'),
        maxWidth: reading(sample, 'gpus.pcie.maxWidth', pcie.maxWidth, 'count'),
      },
      candidateActions: [
        { type: 'notify-oncall', parameters: {} },
        { type: 'collect-diagnostics', parameters: {} },
      ],
    };
  },
});
