import type { Gpu, Severity } from '@app/core';
import { historyOf } from './history-readings.js';
import {
  BASELINE,
  CLEAR,
  type RuleContext,
  type RuleSample,
  type Run,
  defineRule,
  firstOf,
  lastOf,
  missing,
  reading,
} from './rule.js';

type Threshold = 'startingSeconds';
type Trouble = 'unhealthy' | 'limited' | 'starting';

const SEVERITIES: Readonly<Record<Trouble, Severity>> = { unhealthy: 'critical', limited: 'medium', starting: 'high' };

const SUMMARIES: Readonly<Record<Trouble, string>> = {
  unhealthy: 'The driver calls the NVSwitch fabric of the GPU {health}.',
  limited: 'The NVSwitch fabric of the GPU works with less than its capacity: {health}.',
  starting: 'The GPU does not get into the NVSwitch fabric: its registration stays {state}.',
};

function troubleOf({ fabric }: Gpu): Trouble | null {
  if (/^unhealthy\b/i.test(fabric.health ?? '')) return 'unhealthy';
  if (/^limited\b/i.test(fabric.health ?? '')) return 'limited';
  return /^in[ _-]?progress\b/i.test(fabric.state ?? '') ? 'starting' : null;
}

function isOver(sample: RuleSample<Gpu>, seconds: number): boolean {
  return (sample.snapshot.system?.uptimeSeconds ?? 0) > seconds;
}

/** Registering takes a while after a boot or a reset; only one that does not end is a fault. */
function hasTimedOut(run: Run<Gpu>, { thresholds }: RuleContext<Threshold>): boolean {
  const sample = lastOf(run);
  const starting = run.filter(({ sample: at }) => troubleOf(at.state) === 'starting');
  const sinceMs = starting[0]?.sample.atMs ?? sample.atMs;
  if (sample.atMs - sinceMs > thresholds.startingSeconds * 1000) return true;
  const before = firstOf(run).previous;
  // Not known to have been registered before: then it has been so since the boot.
  const wasRegistered = before !== null && historyOf(before).some(({ state }) => troubleOf(state) !== 'starting');
  return !wasRegistered && sample.restart === null && isOver(sample, thresholds.startingSeconds);
}

/** The NVSwitch fabric, which carries the traffic between GPUs, does not work as it should for this GPU. */
export const fabricUnhealthyRule = defineRule<'gpu', Threshold>({
  id: 'fabric-unhealthy',
  title: 'NVSwitch fabric is not healthy',
  category: 'health',
  scope: 'gpu',
  durationClass: 'D0',
  sections: ['gpu'],
  keeps: 'state',
  inputs: [
    { signal: 'gpus.fabric.state', required: true },
    { signal: 'gpus.fabric.health', required: false },
    { signal: 'gpus.fabric.status', required: false },
    { signal: 'system.uptimeSeconds', required: false },
  ],
  thresholds: {
    startingSeconds: {
      value: 300,
      unit: 'seconds',
      source: 'engineering choice',
      range: { min: 30, max: 3600 },
      description: 'time after the boot, or after it was seen registered, for which registering may take',
    },
  },
  candidateActions: ['notify-oncall', 'k8s-cordon'],
  reference: 'NVML GPU fabric info: registration state and health summary',

  judge(sample) {
    const { fabric } = sample.state;
    if (fabric.state === null) return missing('gpus.fabric.state');
    if (/^not[ _-]?(supported|started)\b/i.test(fabric.state)) {
      return { status: 'inapplicable', reason: `the state of the fabric is ${fabric.state}` };
    }
    const trouble = troubleOf(sample.state);
    if (trouble === null) return CLEAR;
    // One poll may fall into a change of state.
    const before = sample.previous && troubleOf(sample.previous.state);
    return before === trouble ? { status: 'holds', fromPrevious: true } : BASELINE;
  },

  conclude(run, context) {
    const sample = lastOf(run);
    const { fabric } = sample.state;
    const trouble = troubleOf(sample.state);
    if (trouble === null || (trouble === 'starting' && !hasTimedOut(run, context))) return null;
    const isSaid = (value: string | null) =>
      value === null ? null : ({ operator: '==', threshold: value, source: 'NVML GPU fabric info' } as const);
    return {
      severity: SEVERITIES[trouble],
      confidence: 'high',
      summary: SUMMARIES[trouble],
      evidence: {
        health: reading(sample, 'gpus.fabric.health', fabric.health, 'text', {
          bound: trouble === 'starting' ? null : isSaid(fabric.health),
        }),
        state: reading(sample, 'gpus.fabric.state', fabric.state, 'text', {
          bound: trouble === 'starting' ? isSaid(fabric.state) : null,
        }),
        status: reading(sample, 'gpus.fabric.status', fabric.status, 'text'),
        uptime: reading(sample, 'system.uptimeSeconds', sample.snapshot.system?.uptimeSeconds, 'seconds', {
          bound: trouble === 'starting' ? context.bound('>', 'startingSeconds') : null,
        }),
        driver: reading(sample, 'gpus.driverVersion', sample.state.driverVersion, 'text'),
      },
      candidateActions: [
        { type: 'notify-oncall', parameters: {} },
        { type: 'k8s-cordon', parameters: {} },
      ],
    };
  },
});
