import type { Snapshot } from '@app/core';
import { hasRemoteTier } from './cache-readings.js';
import { CLEAR, defineRule, lastOf, missing, reading } from './rule.js';

type Threshold = 'offsetSeconds' | 'startSeconds';

const LOOPBACK = /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/;

function isElsewhere(url: string | null): boolean {
  return url !== null && URL.canParse(url) && !LOOPBACK.test(new URL(url).hostname);
}

/** Whether times of other machines are compared with those of this one. */
function spansHosts({ engines, caches }: Snapshot): boolean {
  return (
    engines.some(({ url }) => isElsewhere(url)) ||
    caches.some((cache) => isElsewhere(cache.engineId === null ? cache.id : null) || hasRemoteTier(cache))
  );
}

/** The clock of the host is wrong or on its own: times of several hosts can't be put in order. */
export const hostClockSkewRule = defineRule<'host', Threshold>({
  id: 'host-clock-skew',
  title: 'Clock of the host is off',
  category: 'health',
  scope: 'host',
  durationClass: 'D2',
  sections: ['system'],
  keeps: 'state',
  inputs: [
    { signal: 'system.clock.isSynchronized', required: true },
    { signal: 'system.clock.offsetSeconds', required: true },
    { signal: 'system.uptimeSeconds', required: false },
  ],
  thresholds: {
    offsetSeconds: {
      value: 0.05,
      unit: 'seconds',
      source: 'node_exporter mixin NodeClockSkewDetected; samber/awesome-prometheus-alerts',
      range: { min: 0.001, max: 60 },
      description: 'how far the clock may be off in either direction',
      softens: 'down',
    },
    startSeconds: {
      value: 300,
      unit: 'seconds',
      source: 'engineering choice',
      range: { min: 0, max: 3600 },
      description: 'time after a boot that the time service has to find its peers',
    },
  },
  candidateActions: ['host-fix-time'],
  reference: 'node_exporter mixin NodeClockSkewDetected and NodeClockNotSynchronising',

  judge({ state: { system } }, { thresholds }) {
    const { isSynchronized = null, offsetSeconds = null } = system?.clock ?? {};
    if (isSynchronized === null && offsetSeconds === null) {
      return missing('system.clock.isSynchronized', 'system.clock.offsetSeconds');
    }
    if ((system?.uptimeSeconds ?? Infinity) < thresholds.startSeconds) {
      return { status: 'inapplicable', reason: 'the host has just started' };
    }
    const isOff = offsetSeconds !== null && Math.abs(offsetSeconds) > thresholds.offsetSeconds;
    return isSynchronized === false || isOff ? { status: 'holds' } : CLEAR;
  },

  conclude(run, context) {
    const sample = lastOf(run);
    const { isSynchronized = null, offsetSeconds = null } = sample.state.system?.clock ?? {};
    const offset = offsetSeconds === null ? null : Math.abs(offsetSeconds);
    const isOff = offset !== null && offset > context.thresholds.offsetSeconds;
    return {
      severity: spansHosts(sample.state) ? 'medium' : 'low',
      confidence: 'high',
      summary: isOff ? 'The clock of the host is off by {offset}.' : 'The clock of the host is not synchronised.',
      evidence: {
        offset: reading(sample, 'derived.clockOffsetSeconds', offset, 'seconds', {
          bound: isOff ? context.bound('>', 'offsetSeconds') : null,
        }),
        synchronized: reading(sample, 'system.clock.isSynchronized', isSynchronized, 'text', {
          bound: isSynchronized === false ? { operator: '==', threshold: false, source: 'rule definition' } : null,
        }),
        signed: reading(sample, 'system.clock.offsetSeconds', offsetSeconds, 'seconds'),
      },
      candidateActions: [{ type: 'host-fix-time', parameters: {} }],
    };
  },
});
