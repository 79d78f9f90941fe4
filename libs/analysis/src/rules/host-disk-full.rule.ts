import type { CandidateAction, Severity, Snapshot, System } from '@app/core';
import { worstSeverity } from './derived-readings.js';
import { freeRatio } from './host-readings.js';
import { lookBack } from './look-back.js';
import { printableText } from './printable-text.js';
import { CLEAR, type RuleContext, type RuleSample, defineRule, lastOf, missing, reading } from './rule.js';

type Threshold =
  'freeRatio' | 'highFreeRatio' | 'criticalFreeRatio' | 'freeInodesRatio' | 'hoursUntilFull' | 'trendSeconds';
type Thresholds = RuleContext<Threshold>['thresholds'];
type Disk = System['disks'][number];
type Reason = 'space' | 'inodes' | 'trend';

const HOUR_SECONDS = 3600;

/** How full a filesystem is and becomes. */
interface DiskState {
  readonly disk: Disk;
  readonly free: number | null;
  readonly freeInodes: number | null;
  /** Bytes per second that it fills by; null without a long enough history. */
  readonly growth: number | null;
  readonly hoursUntilFull: number | null;
}

interface FullDisk extends DiskState {
  readonly reason: Reason;
  readonly severity: Severity;
}

/** Nothing that serves writes there, and it is small and full by design. */
function holdsNoData({ mount }: Disk): boolean {
  return mount === '/boot' || mount.startsWith('/boot/');
}

function growthOf(disk: Disk, earlier: RuleSample<Snapshot> | null, atMs: number): number | null {
  const before = earlier?.state.system?.disks.find(({ mount }) => mount === disk.mount);
  if (!earlier || before?.freeBytes == null || disk.freeBytes === null) return null;
  // A filesystem of another size is another one.
  if (before.totalBytes !== disk.totalBytes) return null;
  return (before.freeBytes - disk.freeBytes) / ((atMs - earlier.atMs) / 1000);
}

/** The sample at the other end of the trend; null as long as the window is too short for one. */
function trendStart(sample: RuleSample<Snapshot>, seconds: number): RuleSample<Snapshot> | null {
  if (sample.atMs - sample.firstAtMs < seconds * 1000) return null;
  const back = lookBack(sample, seconds);
  return back && back.seconds >= seconds ? back.start : null;
}

function disksOf(sample: RuleSample<Snapshot>, thresholds: Thresholds): DiskState[] {
  const earlier = trendStart(sample, thresholds.trendSeconds);
  return (sample.state.system?.disks ?? [])
    .filter((disk) => !holdsNoData(disk))
    .map((disk) => {
      const growth = growthOf(disk, earlier, sample.atMs);
      const hours =
        growth === null || growth <= 0 || disk.freeBytes === null ? null : disk.freeBytes / growth / HOUR_SECONDS;
      const { totalInodes, freeInodes } = disk;
      return {
        disk,
        free: freeRatio(disk),
        freeInodes: totalInodes === null || totalInodes <= 0 || freeInodes === null ? null : freeInodes / totalInodes,
        growth,
        hoursUntilFull: hours,
      };
    });
}

function fullness(state: DiskState, thresholds: Thresholds): FullDisk | null {
  const { free, freeInodes, hoursUntilFull } = state;
  if (free !== null && free < thresholds.freeRatio) {
    const isHigh = free < thresholds.highFreeRatio;
    const severity = free < thresholds.criticalFreeRatio ? 'critical' : isHigh ? 'high' : 'medium';
    return { ...state, reason: 'space', severity };
  }
  if (freeInodes !== null && freeInodes < thresholds.freeInodesRatio) {
    return { ...state, reason: 'inodes', severity: 'medium' };
  }
  const isFilling = hoursUntilFull !== null && hoursUntilFull < thresholds.hoursUntilFull;
  return isFilling ? { ...state, reason: 'trend', severity: 'medium' } : null;
}

/** Full filesystems, the worst first. */
function fullDisks(sample: RuleSample<Snapshot>, thresholds: Thresholds): FullDisk[] {
  const full = disksOf(sample, thresholds).flatMap((state) => fullness(state, thresholds) ?? []);
  const worst = worstSeverity(full.map(({ severity }) => severity));
  const rank = ({ severity, free }: FullDisk) => (severity === worst ? 0 : 1) + (free ?? 1);
  return full.sort((a, b) => rank(a) - rank(b));
}

const SUMMARIES: Readonly<Record<Reason, string>> = {
  space: 'Only {free} of the filesystem at {mount} is free ({freeBytes} of {totalBytes}).',
  inodes: 'Only {freeInodes} of the inodes of the filesystem at {mount} are free.',
  trend: 'The filesystem at {mount} fills up: at its present growth it is full in {hours} hours.',
};

function actionsFor({ caches }: Snapshot): CandidateAction[] {
  return [
    { type: 'host-free-disk', parameters: {} },
    ...(caches.length > 0 ? [{ type: 'lmcache-config:disk', parameters: {} }] : []),
  ];
}

/** A filesystem is nearly full, or will be within a day. */
export const hostDiskFullRule = defineRule<'host', Threshold>({
  id: 'host-disk-full',
  title: 'A filesystem is nearly full',
  category: 'health',
  scope: 'host',
  durationClass: 'D1',
  sections: ['system'],
  keeps: 'state',
  inputs: [
    { signal: 'system.disks.freeBytes', required: true },
    { signal: 'system.disks.totalBytes', required: true },
    { signal: 'system.disks.freeInodes', required: false },
    { signal: 'system.disks.totalInodes', required: false },
  ],
  thresholds: {
    freeRatio: {
      value: 0.1,
      unit: 'ratio',
      source: 'samber/awesome-prometheus-alerts and the eviction default of the kubelet: 10 % available',
      range: { min: 0.01, max: 0.5 },
      description: 'free share below which a filesystem is nearly full',
      softens: 'up',
    },
    highFreeRatio: {
      value: 0.05,
      unit: 'ratio',
      source: 'node_exporter mixin NodeFilesystemAlmostOutOfSpace',
      range: { min: 0.005, max: 0.5 },
      description: 'the same, from which it is urgent',
    },
    criticalFreeRatio: {
      value: 0.03,
      unit: 'ratio',
      source: 'node_exporter mixin NodeFilesystemAlmostOutOfSpace',
      range: { min: 0.001, max: 0.5 },
      description: 'the same, from which writes are about to fail',
    },
    freeInodesRatio: {
      value: 0.05,
      unit: 'ratio',
      source: 'node_exporter mixin NodeFilesystemAlmostOutOfFiles',
      range: { min: 0.001, max: 0.5 },
      description: 'free share of the inodes below which no more files can be made soon',
      softens: 'up',
    },
    hoursUntilFull: {
      value: 24,
      unit: 'count',
      source: 'node_exporter mixin NodeFilesystemSpaceFillingUp',
      range: { min: 1, max: 720 },
      description: 'hours left at the present growth',
      softens: 'up',
    },
    trendSeconds: {
      value: 21_600,
      unit: 'seconds',
      source: 'node_exporter mixin NodeFilesystemSpaceFillingUp',
      range: { min: 600, max: 604_800 },
      description: 'time over which growth is measured; with less history there is no prediction',
    },
  },
  candidateActions: ['host-free-disk', 'lmcache-config:disk'],
  reference: 'node_exporter mixin filesystem alerts; the kubelet evicts pods below 10 % of its filesystem',

  judge(sample, { thresholds }) {
    if (fullDisks(sample, thresholds).length > 0) return { status: 'holds' };
    const isKnown = (sample.state.system?.disks ?? []).some((disk) => freeRatio(disk) !== null);
    return isKnown ? CLEAR : missing('system.disks.freeBytes', 'system.disks.totalBytes');
  },

  conclude(run, context) {
    const sample = lastOf(run);
    const [worst, ...others] = fullDisks(sample, context.thresholds);
    if (!worst) return null;
    const { disk, reason } = worst;
    const names: Readonly<Record<Severity, Threshold>> = {
      critical: 'criticalFreeRatio',
      high: 'highFreeRatio',
      medium: 'freeRatio',
      low: 'freeRatio',
      info: 'freeRatio',
    };
    const also = others.map((other) => other.disk.mount).join(', ');
    const over = { windowSeconds: context.thresholds.trendSeconds };
    return {
      severity: worst.severity,
      confidence: 'high',
      summary: SUMMARIES[reason],
      evidence: {
        free: reading(sample, 'derived.diskFreeRatio', worst.free, 'ratio', {
          bound: reason === 'space' ? context.bound('<', names[worst.severity]) : null,
        }),
        mount: reading(sample, 'system.disks.mount', printableText(disk.mount), 'text'),
        freeBytes: reading(sample, 'system.disks.freeBytes', disk.freeBytes, 'bytes'),
        totalBytes: reading(sample, 'system.disks.totalBytes', disk.totalBytes, 'bytes'),
        freeInodes: reading(sample, 'derived.diskFreeInodesRatio', worst.freeInodes, 'ratio', {
          bound: reason === 'inodes' ? context.bound('<', 'freeInodesRatio') : null,
        }),
        hours: reading(sample, 'derived.hoursUntilDiskFull', worst.hoursUntilFull, 'count', {
          bound: reason === 'trend' ? context.bound('<', 'hoursUntilFull') : null,
          ...over,
        }),
        growth: reading(sample, 'derived.diskGrowthBytesPerSecond', worst.growth, 'bytesPerSecond', over),
        also: reading(sample, 'system.disks.mount', also === '' ? null : printableText(also), 'text'),
      },
      candidateActions: actionsFor(sample.state),
    };
  },
});
