import type { Gpu } from '@app/core';
import { counterDelta, secondsSincePrevious, sumOver, xidsOf } from './derived-readings.js';
import { enginesOn } from './engine-gpus.js';
import { BASELINE, CLEAR, type RuleSample, defineRule, lastOf, missing, reading, recentOf, startOf } from './rule.js';

type Threshold = 'replays' | 'recoveries' | 'crcPerSecond';
type Counter = keyof Gpu['nvlink'];

/** The driver's report of a link that failed. */
const NVLINK_XID = 74;
/** Intervals with a recovery after which the link is taken for failing. */
const RECOVERING_INTERVALS = 3;

function deltaOf({ previous, state }: RuleSample<Gpu>, counter: Counter): number | null {
  return counterDelta(previous?.state.nvlink[counter], state.nvlink[counter]);
}

/** NVLink repeats or recovers transfers: signal errors, which cost bandwidth and may end in a failed link. */
export const nvlinkErrorsRule = defineRule<'gpu', Threshold>({
  id: 'nvlink-errors',
  title: 'NVLink reports transfer errors',
  category: 'health',
  scope: 'gpu',
  durationClass: 'D1',
  sections: ['gpu'],
  keeps: 'state',
  inputs: [
    { signal: 'gpus.nvlink.replayErrors', required: true },
    { signal: 'gpus.nvlink.recoveryErrors', required: true },
    { signal: 'gpus.nvlink.crcErrors', required: false },
    { signal: 'events.code', required: false },
    { signal: 'engines.gpuUuids', required: false },
  ],
  thresholds: {
    replays: {
      value: 1,
      unit: 'count',
      source: 'NVIDIA DCGM hardware limits',
      range: { min: 1, max: 1_000_000 },
      description: 'replayed transfers between two samples',
    },
    recoveries: {
      value: 1,
      unit: 'count',
      source: 'NVIDIA DCGM hardware limits',
      range: { min: 1, max: 1_000_000 },
      description: 'link recoveries between two samples',
    },
    crcPerSecond: {
      value: 100,
      unit: 'perSecond',
      source: 'NVIDIA DCGM hardware limits',
      range: { min: 1, max: 1_000_000 },
      description: 'checksum errors per second',
      softens: 'down',
    },
  },
  candidateActions: ['collect-diagnostics', 'notify-oncall'],
  reference: 'NVIDIA DCGM health checks of NVLink: replay, recovery and CRC counters',

  judge(sample, { thresholds }) {
    const { nvlink } = sample.state;
    const seconds = secondsSincePrevious(sample);
    const [replays, recoveries] = [deltaOf(sample, 'replayErrors'), deltaOf(sample, 'recoveryErrors')];
    const isRising =
      (replays ?? 0) >= thresholds.replays ||
      (recoveries ?? 0) >= thresholds.recoveries ||
      (seconds !== null && (deltaOf(sample, 'crcErrors') ?? 0) >= thresholds.crcPerSecond * seconds);
    if (isRising) return { status: 'holds', fromPrevious: true };
    if (nvlink.replayErrors === null || nvlink.recoveryErrors === null) {
      const absent = (['replayErrors', 'recoveryErrors'] as const).filter((counter) => nvlink[counter] === null);
      return missing(...absent.map((counter) => `gpus.nvlink.${counter}`));
    }
    return replays === null || recoveries === null ? BASELINE : CLEAR;
  },

  conclude(run, context) {
    const recent = recentOf(run, context.durations);
    const sample = lastOf(run);
    const windowSeconds = (sample.atMs - startOf(recent)) / 1000;
    const replays = sumOver(recent, (at) => deltaOf(at, 'replayErrors'));
    const recoveries = sumOver(recent, (at) => deltaOf(at, 'recoveryErrors'));
    const crc = sumOver(recent, (at) => deltaOf(at, 'crcErrors'));
    const recovering = recent.filter(({ sample: at }) => (deltaOf(at, 'recoveryErrors') ?? 0) > 0).length;
    const xid = xidsOf(sample.snapshot.events, sample.state.pciBusId).findLast(
      ({ code, lastAt }) => code === NVLINK_XID && Date.parse(lastAt) >= sample.firstAtMs,
    );
    const engines = enginesOn(sample.subject.id, sample.snapshot).map(({ id }) => id);
    const over = (value: number | null, name: Threshold) =>
      value !== null && value >= context.thresholds[name] ? context.bound('>=', name) : null;
    const counts = [
      ...(replays ? ['replays: {replays}'] : []),
      ...(recoveries ? ['recoveries: {recoveries}'] : []),
      ...(crc ? ['checksum errors: {crc}'] : []),
    ];
    return {
      severity: xid || recovering >= RECOVERING_INTERVALS ? 'high' : 'medium',
      confidence: 'high',
      summary: `NVLink errors of the GPU keep rising (${counts.join(', ')}).`,
      evidence: {
        recoveries: reading(sample, 'derived.nvlinkRecoveryDelta', recoveries, 'count', {
          bound: over(recoveries, 'recoveries'),
          windowSeconds,
        }),
        replays: reading(sample, 'derived.nvlinkReplayDelta', replays, 'count', {
          bound: over(replays, 'replays'),
          windowSeconds,
        }),
        crc: reading(sample, 'derived.nvlinkCrcPerSecond', crc === null ? null : crc / windowSeconds, 'perSecond', {
          bound: over(crc === null ? null : crc / windowSeconds, 'crcPerSecond'),
          windowSeconds,
        }),
        xid: xid ? reading(sample, 'events.code', xid.code, 'text', { at: xid.lastAt }) : null,
        engines: reading(sample, 'derived.enginesOnGpu', engines.length > 0 ? engines.join(', ') : null, 'text'),
      },
      candidateActions: [
        { type: 'collect-diagnostics', parameters: {} },
        { type: 'notify-oncall', parameters: {} },
      ],
    };
  },
});
