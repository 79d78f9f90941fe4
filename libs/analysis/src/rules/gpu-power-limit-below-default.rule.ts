import type { CandidateAction, Gpu, Severity } from '@app/core';
import { clockRatio, gpuMissesSlo, isBusy } from './derived-readings.js';
import { tensorPeersOf } from './engine-gpus.js';
import { BUSY_UTILIZATION, powerDrawRatio, powerLimitRatio } from './gpu-load-readings.js';
import {
  CLEAR,
  type RuleContext,
  type RuleSample,
  type Run,
  defineRule,
  lastOf,
  missing,
  reading,
  recentOf,
} from './rule.js';

type Threshold = 'limitRatio' | 'busyUtilization' | 'drawRatio' | 'lowClockRatio';

/** The limit holds the GPU back in this sample: it draws all it may, and its clock is low. */
function isHeldBack({ state }: RuleSample<Gpu>, { thresholds }: RuleContext<Threshold>): boolean {
  const draw = powerDrawRatio(state);
  const clock = clockRatio(state, thresholds.busyUtilization);
  return draw !== null && draw >= thresholds.drawRatio && clock !== null && clock < thresholds.lowClockRatio;
}

/** The highest limit among the GPUs that it works in step with, if that is higher than its own. */
function higherPeerLimit(sample: RuleSample<Gpu>, { thresholds }: RuleContext<Threshold>): number | null {
  const own = sample.state.power.enforcedLimitWatts ?? 0;
  const peers = tensorPeersOf(sample.subject.id, sample.snapshot);
  const highest = Math.max(0, ...peers.map(({ power }) => power.enforcedLimitWatts ?? 0));
  return own < thresholds.limitRatio * highest ? highest : null;
}

function severityOf(
  run: Run<Gpu>,
  heldBack: RuleSample<Gpu> | null,
  peerLimit: number | null,
  context: RuleContext<Threshold>,
): Severity {
  const isStraggler = peerLimit !== null && isBusy(lastOf(run).state, context.thresholds.busyUtilization) === true;
  if (isStraggler || (heldBack && gpuMissesSlo(run, context) === true)) return 'high';
  return heldBack ? 'medium' : 'info';
}

/** Restoring does nothing where something other than the requested limit lowers the enforced one. */
function actionsFor({ power }: Gpu, severity: Severity, limitRatio: number): CandidateAction[] {
  const requested = power.requestedLimitWatts;
  const isOutOfBand = requested !== null && requested >= limitRatio * (power.defaultLimitWatts ?? 0);
  return severity === 'info' || isOutOfBand ? [] : [{ type: 'gpu-restore-power-limit', parameters: {} }];
}

/** The GPU may draw less than it was made for. */
export const gpuPowerLimitBelowDefaultRule = defineRule<'gpu', Threshold>({
  id: 'gpu-power-limit-below-default',
  title: 'Power limit of the GPU is below its default',
  category: 'configuration',
  scope: 'gpu',
  durationClass: 'D2',
  sections: ['gpu'],
  keeps: 'state',
  inputs: [
    { signal: 'gpus.power.enforcedLimitWatts', required: true },
    { signal: 'gpus.power.defaultLimitWatts', required: true },
    { signal: 'gpus.power.requestedLimitWatts', required: false },
    { signal: 'gpus.power.drawWatts', required: false },
    { signal: 'gpus.clocks.smMhz', required: false },
    { signal: 'gpus.utilization.gpuRatio', required: false },
    { signal: 'engines.gpuUuids', required: false },
  ],
  thresholds: {
    limitRatio: {
      value: 0.98,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.5, max: 1 },
      description: 'enforced limit as a share of the default below which it counts as lowered',
    },
    busyUtilization: BUSY_UTILIZATION,
    drawRatio: {
      value: 0.95,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.5, max: 1 },
      description: 'draw as a share of the enforced limit from which the limit binds',
    },
    lowClockRatio: {
      value: 0.85,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.3, max: 1 },
      description: 'SM clock as a share of its maximum below which the limit costs speed',
    },
  },
  candidateActions: ['gpu-restore-power-limit'],
  reference: 'NVML: the enforced power limit is the lowest of all limiters',

  judge({ state }, { thresholds }) {
    const { power } = state;
    if (!power.enforcedLimitWatts) return missing('gpus.power.enforcedLimitWatts');
    if (!power.defaultLimitWatts) return missing('gpus.power.defaultLimitWatts');
    return power.enforcedLimitWatts < thresholds.limitRatio * power.defaultLimitWatts ? { status: 'holds' } : CLEAR;
  },

  conclude(run, context) {
    const sample = lastOf(run);
    const { power } = sample.state;
    const recent = recentOf(run, context.durations).map((held) => held.sample);
    const heldBack = recent.findLast((at) => isHeldBack(at, context)) ?? null;
    const peerLimit = higherPeerLimit(sample, context);
    const severity = severityOf(run, heldBack, peerLimit, context);
    const load = heldBack ?? sample;
    const ratio = clockRatio(load.state, context.thresholds.busyUtilization);
    const effect = heldBack
      ? 'and the GPU draws {drawRatio} of it at {clockRatio} of its clock'
      : 'and nothing shows that it costs speed';
    return {
      severity,
      confidence: 'high',
      summary: `The power limit is {enforced}, below the default of {default}, ${severity === 'high' && !heldBack ? 'while a GPU of the same group may draw {peerLimit}' : effect}.`,
      evidence: {
        enforced: reading(sample, 'gpus.power.enforcedLimitWatts', power.enforcedLimitWatts, 'watts', {
          bound:
            power.defaultLimitWatts === null
              ? null
              : { operator: '<', threshold: power.defaultLimitWatts, source: 'default limit of the GPU' },
        }),
        limitRatio: reading(sample, 'derived.powerLimitRatio', powerLimitRatio(sample.state), 'ratio', {
          bound: context.bound('<', 'limitRatio'),
        }),
        default: reading(sample, 'gpus.power.defaultLimitWatts', power.defaultLimitWatts, 'watts'),
        requested: reading(sample, 'gpus.power.requestedLimitWatts', power.requestedLimitWatts, 'watts'),
        drawRatio: reading(load, 'derived.powerDrawRatio', powerDrawRatio(load.state), 'ratio', {
          bound: heldBack ? context.bound('>=', 'drawRatio') : null,
        }),
        clockRatio: reading(load, 'derived.clockRatio', ratio, 'ratio', {
          bound: heldBack ? context.bound('<', 'lowClockRatio') : null,
        }),
        peerLimit: reading(sample, 'derived.peerPowerLimitWatts', peerLimit, 'watts'),
        min: reading(sample, 'gpus.power.minLimitWatts', power.minLimitWatts, 'watts'),
        max: reading(sample, 'gpus.power.maxLimitWatts', power.maxLimitWatts, 'watts'),
      },
      candidateActions: actionsFor(sample.state, severity, context.thresholds.limitRatio),
    };
  },
});
