import type { CandidateAction, KernelEvent } from '@app/core';
import { worstSeverity, xidsOf } from './derived-readings.js';
import {
  CLEAR,
  type EvidenceDraft,
  type GpuSlot,
  type RuleSample,
  type Run,
  defineRule,
  lastOf,
  reading,
} from './rule.js';
import { type XidClass, type XidEntry, xidEntryOf } from './xid-catalogue.js';

type Threshold = 'rememberedSeconds';

interface Failure {
  readonly event: KernelEvent;
  readonly entry: XidEntry;
  readonly sample: RuleSample<GpuSlot>;
  readonly count: number;
}

/** The driver prints one event many times. */
const SAME_EVENT_MS = 60_000;
const MESSAGE_LENGTH = 200;

const ACTIONS: Readonly<Record<XidClass, readonly string[]>> = {
  reset: ['collect-diagnostics', 'gpu-drain', 'gpu-reset'],
  reboot: ['collect-diagnostics', 'k8s-cordon', 'notify-oncall'],
  hardware: ['gpu-drain', 'collect-diagnostics', 'notify-oncall'],
  workflow: ['gpu-drain', 'collect-diagnostics', 'notify-oncall'],
};

/** A line whose time can't be read is as old as the frame that shows it: better reported than dropped. */
function timeOf(event: KernelEvent, sample: RuleSample<GpuSlot>): number {
  const atMs = Date.parse(event.at);
  return Number.isFinite(atMs) ? atMs : sample.atMs;
}

/** Events of this boot that are young enough and that no reset has dealt with. */
function failuresIn(sample: RuleSample<GpuSlot>, rememberedSeconds: number): Failure[] {
  const uptimeSeconds = sample.snapshot.system?.uptimeSeconds ?? Infinity;
  const sinceMs = Math.max(
    sample.atMs - rememberedSeconds * 1000,
    sample.atMs - uptimeSeconds * 1000,
    sample.restart?.afterMs ?? -Infinity,
  );
  return xidsOf(sample.snapshot.events, sample.state.pciBusId).flatMap((event) => {
    const entry = xidEntryOf(event);
    return entry && timeOf(event, sample) >= sinceMs ? [{ event, entry, sample, count: event.count }] : [];
  });
}

/** Frames repeat the kernel log: an event that was seen before, or within a minute, is the same one. */
function distinct(failures: readonly Failure[]): Failure[] {
  const kept: Failure[] = [];
  for (const failure of failures) {
    const atMs = timeOf(failure.event, failure.sample);
    const position = kept.findIndex(
      ({ event, sample }) =>
        event.code === failure.event.code && Math.abs(timeOf(event, sample) - atMs) <= SAME_EVENT_MS,
    );
    const same = kept[position];
    if (!same) kept.push(failure);
    else kept[position] = { ...same, count: Math.max(same.count, failure.count) };
  }
  return kept;
}

/** Kernel text is written by others: one line of printable characters, and not too long. */
function printable(text: string): string {
  return text
    .replace(/[^\x20-\x7e]+/g, ' ')
    .trim()
    .slice(0, MESSAGE_LENGTH);
}

function evidenceOf(failures: readonly Failure[], worst: Failure): Record<string, EvidenceDraft | null> {
  const { sample, event, entry, count } = worst;
  const at = event.at;
  const others = failures.filter((failure) => failure.event.code !== event.code);
  const codes = [...new Map(others.map((failure) => [failure.event.code, failure] as const)).values()];
  return {
    code: reading(sample, 'events.code', event.code, 'text', { at }),
    meaning: reading(sample, 'derived.xidMeaning', entry.meaning, 'text', { at }),
    class: reading(sample, 'derived.xidClass', entry.class, 'text', { at }),
    busId: reading(sample, 'events.pciBusId', event.pciBusId, 'text', { at }),
    count: reading(sample, 'events.count', count, 'count', { at }),
    message: reading(sample, 'events.message', printable(event.message), 'text', { at }),
    ...Object.fromEntries(
      codes.map((failure, index) => [
        `other${index}`,
        reading(failure.sample, 'events.code', failure.event.code, 'text', { at: failure.event.at }),
      ]),
    ),
  };
}

function actionsFor(failures: readonly Failure[]): CandidateAction[] {
  const types = new Set(failures.flatMap(({ entry }) => (entry.severity === 'low' ? [] : ACTIONS[entry.class])));
  return [...types].map((type) => ({ type, parameters: {} }));
}

function worstOf(failures: readonly Failure[]): Failure | undefined {
  const severity = worstSeverity(failures.map(({ entry }) => entry.severity));
  return failures.find(({ entry }) => entry.severity === severity);
}

/** The driver reported a GPU failure that needs a reset, a reboot or a person. */
export const gpuXidCriticalRule = defineRule<'gpuSlot', Threshold>({
  id: 'gpu-xid-critical',
  title: 'The driver reported a GPU failure',
  category: 'health',
  scope: 'gpuSlot',
  durationClass: 'D0',
  sections: ['kernelLog'],
  keeps: 'event',
  inputs: [
    { signal: 'events.code', required: true },
    { signal: 'events.pciBusId', required: true },
    { signal: 'gpus.pciBusId', required: true },
    { signal: 'system.uptimeSeconds', required: false },
  ],
  thresholds: {
    rememberedSeconds: {
      value: 86_400,
      unit: 'seconds',
      source: 'gpud keeps XID state until a reboot; one day is an engineering choice',
      range: { min: 60, max: 604_800 },
      description: 'age after which an event no longer counts',
    },
  },
  candidateActions: ['collect-diagnostics', 'gpu-drain', 'gpu-reset', 'k8s-cordon', 'notify-oncall'],
  reference: 'NVIDIA XID catalogue (docs.nvidia.com/deploy/xid-errors)',

  judge(sample, { thresholds }) {
    if (sample.state.pciBusId === null) return { status: 'missing', inputs: ['gpus.pciBusId'] };
    return failuresIn(sample, thresholds.rememberedSeconds).length > 0 ? { status: 'holds' } : CLEAR;
  },

  conclude(run: Run<GpuSlot>, { thresholds }) {
    const failures = distinct(run.flatMap(({ sample }) => failuresIn(sample, thresholds.rememberedSeconds)));
    const oldestMs = lastOf(run).atMs - thresholds.rememberedSeconds * 1000;
    const recent = failures.filter(({ event, sample }) => timeOf(event, sample) >= oldestMs);
    const worst = worstOf(recent);
    if (!worst) return null;
    return {
      severity: worst.entry.severity,
      confidence: 'high',
      summary: 'The driver logged XID {code} ({meaning}) for the GPU at {busId}.',
      evidence: evidenceOf(recent, worst),
      candidateActions: actionsFor(recent),
    };
  },
});
