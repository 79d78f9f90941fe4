import { type Gap, type KernelEvent, normalizedBusId } from '@app/core';
import { isMarkedSimulated, printableMessage, type ReportedEvent, reportedEvent } from './kernel-events.js';
import type { KernelLine } from './kernel-line.parser.js';
import { RememberedLines } from './remembered-lines.js';

export interface BootTime {
  /** When the kernel's log began to count its seconds; a machine that slept counts fewer than have passed. */
  readonly zeroMs: number;
  /** When the machine started: older events are dealt with. */
  readonly bootAtMs: number;
}

/** The clock of a line: of the wall, or since boot. Lines of both can't be compared before the boot time is known. */
type Axis = 'wall' | 'boot';

interface Incident {
  readonly key: string;
  readonly axis: Axis;
  readonly reported: ReportedEvent;
  readonly message: string;
  /** When the log first showed it; its time where nothing better is known. */
  readonly seenAtMs: number;
  firstMs: number;
  lastMs: number;
  count: number;
}

/** What was left out; told for as long as it would have been shown. */
interface Tally {
  count: number;
  lastMs: number;
}

export interface KernelEventLogLimits {
  readonly incidents: number;
  /** Of each clock; up to twice as many are remembered. */
  readonly rememberedLines: number;
}

const DEFAULT_LIMITS: KernelEventLogLimits = { incidents: 500, rememberedLines: 10_000 };
/** The driver prints one event many times. */
const SAME_INCIDENT_MS = 60_000;
const KEPT_MS = 86_400_000;
/** Boot times are a difference of two clocks: within this they are the same. */
const CLOCK_NOISE_MS = 1000;
/** What a time before the boot may be off by and still be of this boot. */
const BOOT_TOLERANCE_MS = 5000;
/** A line that is further ahead was counted from another boot. */
const AHEAD_MS = 600_000;

/** Makes incidents of the lines of a kernel log, in bounded memory however many lines tell of them. */
export class KernelEventLog {
  private incidents: Incident[] = [];
  private readonly remembered: Record<Axis, RememberedLines>;
  private bootTime: BootTime | null = null;
  private lastBootLineMs = -Infinity;
  private readonly dropped: Tally = { count: 0, lastMs: -Infinity };
  private readonly fromOtherBoot: Tally = { count: 0, lastMs: -Infinity };
  private simulated = false;

  constructor(private readonly limits: KernelEventLogLimits = DEFAULT_LIMITS) {
    this.remembered = { wall: this.newMemory(), boot: this.newMemory() };
  }

  get isSimulated(): boolean {
    return this.simulated;
  }

  /** Small changes are the noise of two clocks and would move the times of known events. */
  setBootTime(next: BootTime): void {
    const known = this.bootTime;
    const isNoise =
      known !== null &&
      Math.abs(known.zeroMs - next.zeroMs) <= CLOCK_NOISE_MS &&
      Math.abs(known.bootAtMs - next.bootAtMs) <= CLOCK_NOISE_MS;
    if (!isNoise) this.bootTime = next;
  }

  /** The machine was started anew: what was counted from the boot before is of no use. */
  restart(): void {
    this.incidents = this.incidents.filter(({ axis }) => axis === 'wall');
    this.remembered.boot = this.newMemory();
    this.bootTime = null;
    this.simulated = false;
  }

  add(line: KernelLine, seenAtMs: number): void {
    if (isMarkedSimulated(line.message)) this.simulated = true;
    const reported = reportedEvent(line.message);
    if (reported === null) return;
    const axis: Axis = line.atMs === null ? 'boot' : 'wall';
    const ms = line.atMs ?? (line.sinceBootSeconds ?? 0) * 1000;
    const resolvedMs = this.resolve(axis, ms);
    if (resolvedMs !== null && seenAtMs - resolvedMs > KEPT_MS) return;
    if (this.isRepeat(line, axis, ms, keyOf(reported))) return;
    if (axis === 'boot' && resolvedMs !== null && resolvedMs - seenAtMs > AHEAD_MS) {
      tally(this.fromOtherBoot, seenAtMs);
      return;
    }
    if (axis === 'wall' && reported.kind === 'boot') this.lastBootLineMs = Math.max(this.lastBootLineMs, ms);
    this.count(line, reported, axis, ms, seenAtMs);
  }

  /** Incidents of this boot and of the last day, newest last. */
  events(nowMs: number): readonly KernelEvent[] {
    this.incidents = this.incidents.filter((incident) => this.isCurrent(incident, nowMs));
    return this.incidents
      .map((incident) => ({ incident, atMs: this.timeOf(incident, incident.firstMs) }))
      .sort((one, other) => one.atMs - other.atMs)
      .map(({ incident, atMs }) => this.eventOf(incident, atMs));
  }

  /** What the list of events can't tell. */
  gaps(nowMs: number): Gap[] {
    const gap = (signal: string, reason: string): Gap => ({ signal, status: 'partial', reason });
    const isTimeless = this.bootTime === null && this.incidents.some(({ axis }) => axis === 'boot');
    const isRecent = ({ count, lastMs }: Tally): boolean => count > 0 && nowMs - lastMs <= KEPT_MS;
    const gaps: Gap[] = [];
    if (isTimeless) {
      gaps.push(
        gap('events.at', 'lines count seconds since a boot of unknown time: their events have the time of reading'),
      );
    }
    if (isRecent(this.dropped)) {
      const reason = `${this.dropped.count} incidents were dropped: more than ${this.limits.incidents} in a day`;
      gaps.push(gap('events', reason));
    }
    if (isRecent(this.fromOtherBoot)) {
      const reason = `${this.fromOtherBoot.count} lines were skipped: they count seconds since another boot`;
      gaps.push(gap('events', reason));
    }
    return gaps;
  }

  private isRepeat(line: KernelLine, axis: Axis, ms: number, key: string): boolean {
    const remembered = this.remembered[axis];
    const lineKey = `${ms} ${line.message}`;
    if (remembered.has(lineKey)) return true;
    // Old enough to have been forgotten, and part of what is known: read before.
    if (ms <= remembered.forgottenUntilMs && this.incidents.some((each) => covers(each, key, axis, ms))) return true;
    remembered.add(lineKey, ms);
    return false;
  }

  private newMemory(): RememberedLines {
    return new RememberedLines(this.limits.rememberedLines);
  }

  private count(line: KernelLine, reported: ReportedEvent, axis: Axis, ms: number, seenAtMs: number): void {
    const key = keyOf(reported);
    const known = this.incidents.findLast((each) => covers(each, key, axis, ms, SAME_INCIDENT_MS));
    if (known !== undefined) {
      known.firstMs = Math.min(known.firstMs, ms);
      known.lastMs = Math.max(known.lastMs, ms);
      known.count += 1;
      return;
    }
    const message = ownCopy(printableMessage(line.message));
    this.incidents.push({ key, axis, reported, message, seenAtMs, firstMs: ms, lastMs: ms, count: 1 });
    if (this.incidents.length > this.limits.incidents) this.dropOne(seenAtMs);
  }

  /** The oldest of the kind that has most, so that a storm of one kind does not push out the one event that matters. */
  private dropOne(nowMs: number): void {
    const perKind = new Map<string, number>();
    for (const { reported } of this.incidents) perKind.set(reported.kind, (perKind.get(reported.kind) ?? 0) + 1);
    const most = Math.max(...perKind.values());
    const position = this.incidents.findIndex(({ reported }) => perKind.get(reported.kind) === most);
    this.incidents.splice(position, 1);
    tally(this.dropped, nowMs);
  }

  private isCurrent(incident: Incident, nowMs: number): boolean {
    const lastMs = this.timeOf(incident, incident.lastMs);
    if (nowMs - lastMs > KEPT_MS) return false;
    if (incident.axis === 'boot') return true;
    return lastMs >= Math.max(this.lastBootLineMs, (this.bootTime?.bootAtMs ?? -Infinity) - BOOT_TOLERANCE_MS);
  }

  private timeOf(incident: Incident, ms: number): number {
    return this.resolve(incident.axis, ms) ?? incident.seenAtMs;
  }

  private resolve(axis: Axis, ms: number): number | null {
    if (axis === 'wall') return ms;
    return this.bootTime === null ? null : this.bootTime.zeroMs + ms;
  }

  private eventOf(incident: Incident, atMs: number): KernelEvent {
    const { kind, code, pciBusId, pid, processName } = incident.reported;
    return {
      at: new Date(atMs).toISOString(),
      lastAt: new Date(this.timeOf(incident, incident.lastMs)).toISOString(),
      kind,
      code,
      pciBusId,
      pid,
      processName,
      message: incident.message,
      count: incident.count,
    };
  }
}

function tally(what: Tally, nowMs: number): void {
  what.count += 1;
  what.lastMs = nowMs;
}

function keyOf({ kind, code, pciBusId, subject }: ReportedEvent): string {
  return `${kind} ${code} ${normalizedBusId(pciBusId) ?? pciBusId} ${subject}`;
}

function covers(incident: Incident, key: string, axis: Axis, ms: number, marginMs = 0): boolean {
  return (
    incident.key === key &&
    incident.axis === axis &&
    ms >= incident.firstMs - marginMs &&
    ms <= incident.lastMs + marginMs
  );
}

/** A part of a string keeps the whole of it in memory, here a block of the log. */
function ownCopy(text: string): string {
  return Buffer.from(text).toString();
}
