import type { CandidateAction, Engine, Gpu } from '@app/core';
import { isBusy } from './derived-readings.js';
import { enginesOn, tensorPeersOf } from './engine-gpus.js';
import { BUSY_UTILIZATION, SLOWDOWN_REASONS, hasReason, powerDrawRatio, powerLimitRatio } from './gpu-load-readings.js';
import { engineDelta, joulesPerToken, momentsOf, objectiveMargin, spanSeconds } from './history-readings.js';
import { CLEAR, type Judgement, type RuleSample, type Run, defineRule, lastOf, missing, reading } from './rule.js';
import { sharingOf } from './sole-tenancy.js';

type Threshold = 'busyUtilization' | 'drawRatio' | 'drawShare' | 'promptRatio' | 'margin' | 'limitRatio' | 'step';

function missingInputs(gpu: Gpu, engine: Engine, busyUtilization: number, hasObjective: boolean): string[] {
  const inputs: [string, unknown][] = [
    ['gpus.power.drawWatts', powerDrawRatio(gpu)],
    ['gpus.power.defaultLimitWatts', powerLimitRatio(gpu)],
    ['gpus.utilization.gpuRatio', isBusy(gpu, busyUtilization)],
    ['engines.counters.promptTokens', engine.counters.promptTokens],
    ['engines.counters.generationTokens', engine.counters.generationTokens],
    ['engines.histograms.ttft', hasObjective ? engine.histograms.ttft : true],
  ];
  return inputs.filter(([, value]) => value === null).map(([signal]) => signal);
}

function judgeLimits(sample: RuleSample<Gpu>, limitRatio: number): Judgement {
  const { power } = sample.state;
  const peers = tensorPeersOf(sample.subject.id, sample.snapshot);
  const isUnequal = peers.some((peer) => peer.power.enforcedLimitWatts !== power.enforcedLimitWatts);
  const isLowered = (powerLimitRatio(sample.state) ?? 0) < limitRatio;
  return isLowered || isUnequal || hasReason(sample.state, SLOWDOWN_REASONS) ? CLEAR : { status: 'holds' };
}

/** Of the busy samples, the share with a draw close to the limit; null when there were none. */
function shareAtLimit(run: Run<Gpu>, busyUtilization: number, drawRatio: number): number | null {
  const busy = run.filter(({ sample }) => isBusy(sample.state, busyUtilization));
  const atLimit = busy.filter(({ sample }) => (powerDrawRatio(sample.state) ?? 0) >= drawRatio);
  return busy.length === 0 ? null : atLimit.length / busy.length;
}

/** One step down, as long as the device allows it. */
function stepDown({ power }: Gpu, step: number): CandidateAction[] {
  const watts = Math.round((power.enforcedLimitWatts ?? 0) * (1 - step));
  if (power.minLimitWatts === null || watts < power.minLimitWatts) return [];
  return [{ type: 'gpu-set-power-limit', parameters: { watts } }];
}

/** Prompts are computed at full power, with time to spare: a lower limit would need less energy per token. */
export const powerLimitEfficiencyOpportunityRule = defineRule<'gpu', Threshold>({
  id: 'power-limit-efficiency-opportunity',
  title: 'A lower power limit could save energy',
  category: 'efficiency',
  scope: 'gpu',
  durationClass: 'D3',
  sections: ['gpu', 'engines'],
  keeps: 'state',
  inputs: [
    { signal: 'gpus.power.drawWatts', required: true },
    { signal: 'gpus.power.enforcedLimitWatts', required: true },
    { signal: 'gpus.power.defaultLimitWatts', required: true },
    { signal: 'gpus.utilization.gpuRatio', required: true },
    { signal: 'engines.gpuUuids', required: true },
    { signal: 'engines.counters.promptTokens', required: true },
    { signal: 'engines.counters.generationTokens', required: true },
    { signal: 'engines.histograms.ttft', required: true },
    { signal: 'gpus.power.minLimitWatts', required: false },
    { signal: 'gpus.energyJoules', required: false },
    { signal: 'gpus.clockEventReasons', required: false },
    { signal: 'gpus.virtualizationMode', required: false },
  ],
  thresholds: {
    busyUtilization: BUSY_UTILIZATION,
    drawRatio: {
      value: 0.9,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.5, max: 1 },
      description: 'draw as a share of the limit from which the limit matters',
    },
    drawShare: {
      value: 0.5,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.1, max: 1 },
      description: 'share of the busy time for which it has to draw that much',
    },
    promptRatio: {
      value: 10,
      unit: 'count',
      source: 'engineering choice',
      range: { min: 1, max: 1000 },
      description: 'prompt tokens per generated token from which prompts are most of the work',
    },
    margin: {
      value: 0.3,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.05, max: 0.95 },
      description: 'share of the objective for the first token that stays unused at p95',
    },
    limitRatio: {
      value: 0.98,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.5, max: 1 },
      description: 'enforced limit as a share of the default below which it has been lowered already',
    },
    step: {
      value: 0.05,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.01, max: 0.1 },
      description: 'part of the limit that one step takes away',
    },
  },
  candidateActions: ['gpu-set-power-limit'],
  reference: 'engineering choice; decoding draws far less than the limit, so that only prompts are bound by it',

  judge(sample, { thresholds, slo }) {
    const { state: gpu } = sample;
    const [engine, ...others] = enginesOn(sample.subject.id, sample.snapshot);
    const reason = sharingOf(gpu, others.length);
    if (reason !== null) return { status: 'inapplicable', reason };
    if (!engine) return missing('engines.gpuUuids');
    const inputs = missingInputs(gpu, engine, thresholds.busyUtilization, slo.ttftP95Seconds > 0);
    return inputs.length > 0 ? missing(...inputs) : judgeLimits(sample, thresholds.limitRatio);
  },

  conclude(run, context) {
    const sample = lastOf(run);
    const { thresholds, slo } = context;
    const engine = enginesOn(sample.subject.id, sample.snapshot)[0];
    if (!engine) return null;
    const moments = momentsOf(run);
    const share = shareAtLimit(run, thresholds.busyUtilization, thresholds.drawRatio);
    const prompts = engineDelta(moments, engine.id, ({ counters }) => counters.promptTokens) ?? 0;
    const generated = engineDelta(moments, engine.id, ({ counters }) => counters.generationTokens) ?? 0;
    const ratio = prompts / Math.max(1, generated);
    const margin = objectiveMargin(moments, engine.id, 'ttft', slo.ttftP95Seconds);
    const hasTime = slo.ttftP95Seconds <= 0 || (margin !== null && margin >= thresholds.margin);
    if (share === null || share < thresholds.drawShare || ratio < thresholds.promptRatio || !hasTime) return null;
    const windowSeconds = spanSeconds(moments);
    const { power } = sample.state;
    return {
      severity: 'low',
      confidence: 'medium',
      summary:
        'The GPU draws close to its limit of {limit} in {share} of its busy time to compute prompts ({ratio} prompt tokens per generated token), with time to spare.',
      evidence: {
        share: reading(sample, 'derived.timeAtPowerLimitRatio', share, 'ratio', {
          bound: context.bound('>=', 'drawShare'),
          windowSeconds,
        }),
        drawRatio: reading(sample, 'derived.powerDrawRatio', powerDrawRatio(sample.state), 'ratio'),
        ratio: reading(sample, 'derived.promptTokensPerGenerationToken', ratio, 'count', {
          bound: context.bound('>=', 'promptRatio'),
          windowSeconds,
        }),
        margin: reading(sample, 'derived.ttftObjectiveMarginRatio', margin, 'ratio', {
          bound: context.bound('>=', 'margin'),
          windowSeconds,
        }),
        joules: reading(sample, 'derived.joulesPerToken', joulesPerToken(moments, engine), 'count', { windowSeconds }),
        limit: reading(sample, 'gpus.power.enforcedLimitWatts', power.enforcedLimitWatts, 'watts'),
        min: reading(sample, 'gpus.power.minLimitWatts', power.minLimitWatts, 'watts'),
      },
      candidateActions: stepDown(sample.state, thresholds.step),
    };
  },
});
