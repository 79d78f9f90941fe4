import type { KernelEvent } from '@app/core';
import { counterDelta, xidsOf } from './derived-readings.js';
import { printableText } from './printable-text.js';
import {
  BASELINE,
  type EvidenceDraft,
  type GpuSlot,
  type Judgement,
  type RuleSample,
  type Run,
  type ThresholdDefinition,
  missing,
  reading,
} from './rule.js';
import { unreadableReason } from './section-readings.js';
import { type XidEntry, xidEntryOf } from './xid-catalogue.js';

/** One XID of one GPU, with the sample that shows it. */
export interface XidIncident {
  readonly event: KernelEvent;
  readonly entry: XidEntry;
  readonly sample: RuleSample<GpuSlot>;
  readonly firstMs: number;
  readonly lastMs: number;
  /** The signal that told of it. */
  readonly signal: 'events.code' | 'gpus.xid.lastCode';
}

/** The driver prints one event many times, and several codes for one fault. */
export const SAME_FAULT_MS = 60_000;

export const REMEMBERED_SECONDS: ThresholdDefinition = {
  value: 86_400,
  unit: 'seconds',
  source: 'gpud keeps XID state until a reboot; one day is an engineering choice',
  range: { min: 60, max: 604_800 },
  description: 'age after which an event no longer counts',
};

interface EventTimes {
  readonly firstMs: number;
  readonly lastMs: number;
}

/** Every rule asks for them in every frame, and a day of events is many. */
const TIMES = new WeakMap<KernelEvent, EventTimes>();

/** A time that can't be read is that of the frame that shows it: better reported than dropped. */
function timesOf(event: KernelEvent, sample: RuleSample<unknown>): EventTimes {
  const read = TIMES.get(event) ?? { firstMs: Date.parse(event.at), lastMs: Date.parse(event.lastAt) };
  TIMES.set(event, read);
  const firstMs = Number.isFinite(read.firstMs) ? read.firstMs : sample.atMs;
  const lastMs = Number.isFinite(read.lastMs) ? read.lastMs : sample.atMs;
  return { firstMs, lastMs: Math.max(firstMs, lastMs) };
}

/** Before this an event is too old, of an earlier boot, or dealt with by a reset. */
function oldestMs(sample: RuleSample<unknown>, rememberedSeconds: number): number {
  const uptimeSeconds = sample.snapshot.system?.uptimeSeconds ?? Infinity;
  return Math.max(
    sample.atMs - rememberedSeconds * 1000,
    sample.atMs - uptimeSeconds * 1000,
    sample.restart?.afterMs ?? -Infinity,
  );
}

/** Whether an event counts at the time of the sample; a long incident is as young as its last line. */
export function isCurrent(event: KernelEvent, sample: RuleSample<unknown>, rememberedSeconds: number): boolean {
  return timesOf(event, sample).lastMs >= oldestMs(sample, rememberedSeconds);
}

function hasKernelLog(sample: RuleSample<GpuSlot>): boolean {
  return sample.state.pciBusId !== null && unreadableReason(sample.snapshot, 'kernelLog') === null;
}

/** Why a sample can tell of no XID; null when it can. */
export function xidBlindness(sample: RuleSample<GpuSlot>): Judgement | null {
  if (hasKernelLog(sample)) return null;
  const lastCode = sample.state.gpu?.xid.lastCode ?? null;
  if (lastCode !== null) return sample.previous?.state.gpu ? null : BASELINE;
  const reason = unreadableReason(sample.snapshot, 'kernelLog');
  return reason === null ? missing('gpus.pciBusId') : { status: 'inapplicable', reason };
}

/** The exporter keeps the last code for ever, so only a change since the previous sample tells of an event. */
function exportedXid(sample: RuleSample<GpuSlot>): readonly KernelEvent[] {
  const before = sample.previous?.state.gpu?.xid;
  const now = sample.state.gpu?.xid;
  if (!before || !now || now.lastCode === null || now.lastCode <= 0) return [];
  const counted = counterDelta(before.count, now.count) ?? 0;
  const hasChanged = before.lastCode !== null && before.lastCode !== now.lastCode;
  if (counted === 0 && !hasChanged) return [];
  const at = { at: sample.at, lastAt: sample.at };
  const nothingNamed = { pid: null, processName: null, message: '' };
  const pciBusId = sample.state.pciBusId;
  return [{ ...at, kind: 'xid', code: now.lastCode, pciBusId, ...nothingNamed, count: Math.max(1, counted) }];
}

const NO_INCIDENTS: readonly XidIncident[] = [];

/** XIDs of this boot that are young enough and that no reset has dealt with; from the kernel log where it is read. */
export function xidIncidentsIn(
  sample: RuleSample<GpuSlot>,
  rememberedSeconds: number,
  isWanted: (event: KernelEvent) => boolean = () => true,
): readonly XidIncident[] {
  const isLogged = hasKernelLog(sample);
  const signal = isLogged ? 'events.code' : 'gpus.xid.lastCode';
  const events = isLogged ? xidsOf(sample.snapshot.events, sample.state.pciBusId) : exportedXid(sample);
  if (events.length === 0) return NO_INCIDENTS;
  const fromMs = oldestMs(sample, rememberedSeconds);
  return events.flatMap((event) => {
    const entry = isWanted(event) ? xidEntryOf(event) : null;
    if (!entry) return [];
    const { firstMs, lastMs } = timesOf(event, sample);
    return lastMs < fromMs ? [] : [{ event, entry, sample, firstMs, lastMs, signal } as const];
  });
}

/** Whether two incidents are within a minute of each other. */
export function areClose(one: XidIncident, other: XidIncident): boolean {
  return one.firstMs <= other.lastMs + SAME_FAULT_MS && other.firstMs <= one.lastMs + SAME_FAULT_MS;
}

/** Later frames know more of the same incident: more lines, and a later end. */
function distinct(incidents: readonly XidIncident[]): XidIncident[] {
  const kept: XidIncident[] = [];
  for (const incident of incidents) {
    const position = kept.findIndex((known) => known.event.code === incident.event.code && areClose(known, incident));
    const same = kept[position];
    if (!same) kept.push(incident);
    else if (incident.event.count >= same.event.count) kept[position] = incident;
  }
  return kept;
}

/** Frames repeat the kernel log: true for what was not yet seen just like this. */
function firstSights(): (event: KernelEvent) => boolean {
  const seen = new Set<string>();
  return ({ code, at, lastAt, count }) => {
    const key = `${code} ${at} ${lastAt} ${count}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  };
}

/** The distinct XIDs of a run that still count at its end, oldest first. */
export function xidIncidentsOf(run: Run<GpuSlot>, rememberedSeconds: number): XidIncident[] {
  const lastMs = (run.at(-1) ?? run[0]).sample.atMs;
  const isNew = firstSights();
  const all = distinct(run.flatMap(({ sample }) => xidIncidentsIn(sample, rememberedSeconds, isNew)));
  return all
    .filter((incident) => incident.lastMs >= lastMs - rememberedSeconds * 1000)
    .sort((one, other) => one.firstMs - other.firstMs);
}

function busIdsWith(code: number | null, events: readonly KernelEvent[]): number {
  return new Set(events.filter((event) => event.kind === 'xid' && event.code === code).map((event) => event.pciBusId))
    .size;
}

/** What is known of an incident, the other codes of the same GPU included. */
export function xidEvidence(
  incident: XidIncident,
  all: readonly XidIncident[],
): Readonly<Record<string, EvidenceDraft | null>> {
  const { sample, event, entry, signal } = incident;
  const { at } = event;
  const text = (name: string, value: string | null) => reading(sample, name, value || null, 'text', { at });
  const sameCode = all.filter((other) => other.event.code === event.code);
  const count = sameCode.reduce((sum, other) => sum + other.event.count, 0);
  const others = new Map(all.filter((other) => other.event.code !== event.code).map((each) => [each.event.code, each]));
  const gpus = busIdsWith(event.code, sample.snapshot.events);
  return {
    code: reading(sample, signal, event.code, 'text', { at }),
    meaning: text('derived.xidMeaning', entry.meaning),
    class: text('derived.xidClass', entry.class),
    busId: text(signal === 'events.code' ? 'events.pciBusId' : 'gpus.pciBusId', event.pciBusId),
    count: reading(sample, 'events.count', count, 'count', { at }),
    gpusWithCode: gpus > 1 ? reading(sample, 'derived.gpusWithSameXid', gpus, 'count', { at }) : null,
    pid: reading(sample, 'events.pid', event.pid, 'text', { at }),
    processName: text('events.processName', event.processName === null ? null : printableText(event.processName)),
    message: text('events.message', printableText(event.message)),
    ...Object.fromEntries(
      [...others.values()].map((other, index) => [
        `other${index}`,
        reading(other.sample, other.signal, other.event.code, 'text', { at: other.event.at }),
      ]),
    ),
  };
}
