import { DEFAULT_TARGET } from '@app/config';
import { messageOf, type SectionName, type Snapshot } from '@app/core';
import { type KernelLogReading, RecordedKernelLog } from '../kernel-log/index.js';
import { assembleSnapshot, type SourceReading, unreadSource } from '../snapshot/snapshot-assembly.js';
import { NO_PLACES, RecordedHost, type SystemReading } from '../system/index.js';
import type { Bundle, BundleFrame } from './bundle.schema.js';
import { AddressKinds, addressesOf, type RecordedAddress } from './recorded-pages.js';
import {
  type FrameTime,
  type KnownAddress,
  MAX_TEXT_BYTES,
  readRecordedGpus,
  RecordedCaches,
  RecordedEngines,
} from './recorded-sources.js';

/** A recording as the snapshots that a live machine would have given. */
export interface Recording {
  readonly target: string;
  /** In the order of time. */
  readonly snapshots: readonly Snapshot[];
  /** The last one. */
  readonly snapshot: Snapshot;
}

interface TimedFrame extends FrameTime {
  readonly frame: BundleFrame;
  readonly addresses: readonly RecordedAddress[];
}

/** Reads a bundle by the parsers of live collection. Broken text makes gaps; nothing in a text throws. */
export class RecordedMachine {
  private readonly kinds = new AddressKinds();
  private readonly host = new RecordedHost();
  private readonly engines = new RecordedEngines();
  private readonly caches = new RecordedCaches();
  private readonly kernelLog = new RecordedKernelLog();
  private readonly target: string;
  private readonly frames: readonly TimedFrame[];
  private hasKernelLog = false;
  private bootAtMs: number | null;

  constructor(bundle: Bundle) {
    this.target = bundle.target ?? DEFAULT_TARGET;
    this.frames = bundle.frames
      .map((frame) => ({ frame, ...timeOf(frame), addresses: addressesOf(frame.metrics ?? []) }))
      .sort((one, other) => one.atMs - other.atMs);
    for (const { addresses } of this.frames) this.kinds.learn(addresses);
    // Lines of the first frame count seconds since boot as well, wherever the uptime was noted.
    this.bootAtMs = this.frames.map(bootTimeOf).find((bootAtMs) => bootAtMs !== null) ?? null;
  }

  async read(): Promise<Recording> {
    const snapshots: Snapshot[] = [];
    for (const timed of this.frames) snapshots.push(await this.readFrame(timed));
    const snapshot = snapshots.at(-1);
    if (snapshot === undefined) throw new Error('a bundle has at least one frame');
    return { target: this.target, snapshots, snapshot };
  }

  private async readFrame(timed: TimedFrame): Promise<Snapshot> {
    const { frame, at, addresses } = timed;
    const known = addresses.map((address) => ({ address, kinds: this.kinds.of(address) }));
    const system = await this.readHost(timed, known);
    const gpu = guarded('gpu', at, { gpus: [] }, () => readRecordedGpus(frame, known, timed));
    const engines = guarded('engines', at, { engines: [], pages: [] }, () => this.engines.read(known, timed));
    const lmcache = guarded('lmcache', at, { caches: [] }, () => this.caches.read(known, engines.pages, timed));
    const kernelLog = guarded('kernelLog', at, { events: [] }, () => this.readKernelLog(timed));
    const hostname = frame.files?.['/proc/sys/kernel/hostname']?.trim() || null;
    return assembleSnapshot(
      { target: this.target, hostname, collectedAt: at, durationMs: 0 },
      { gpu, system, engines, lmcache, kernelLog },
    );
  }

  private async readHost({ frame, at, atMs }: TimedFrame, known: readonly KnownAddress[]): Promise<SystemReading> {
    const exporter = known.find(({ kinds, address }) => kinds.has('node-exporter') && address.page?.status === 200);
    const text = exporter?.address.page?.text ?? '';
    const isReadable = exporter !== undefined && text.length <= MAX_TEXT_BYTES;
    try {
      return await this.host.read({
        files: frame.files ?? {},
        nodeExporter: isReadable ? { source: exporter.address.url ?? 'node_exporter', text } : null,
        atMs,
      });
    } catch (error) {
      return { ...unreadSource('system', 'failed', faultText(error), at), system: null, ...NO_PLACES };
    }
  }

  /** The log is one text that grows: what earlier frames told of it stays known. */
  private readKernelLog(timed: TimedFrame): KernelLogReading {
    const { frame, at, atMs } = timed;
    this.hasKernelLog ||= frame.kernelLog !== undefined;
    if (!this.hasKernelLog) {
      return { ...unreadSource('kernelLog', 'absent', 'the frames so far have no kernel log', at), events: [] };
    }
    this.bootAtMs = bootTimeOf(timed) ?? this.bootAtMs;
    const { events, gaps, simulated } = this.kernelLog.read({
      text: frame.kernelLog ?? '',
      atMs,
      bootAtMs: this.bootAtMs,
    });
    const fault = gaps.find(({ signal, status }) => signal === 'events' && status === 'failed');
    const isPartial = gaps.some(({ status }) => status === 'partial');
    const status = fault !== undefined ? 'failed' : isPartial ? 'partial' : 'ok';
    const detail = fault?.reason ?? (isPartial ? (gaps[0]?.reason ?? null) : null);
    return {
      section: { status, source: 'kernel log', collectedAt: at, durationMs: null, detail },
      events,
      gaps,
      simulated,
    };
  }
}

function timeOf({ at }: BundleFrame): FrameTime {
  const atMs = Date.parse(at);
  return { atMs, at: new Date(atMs).toISOString() };
}

function bootTimeOf({ frame, atMs }: Pick<TimedFrame, 'frame' | 'atMs'>): number | null {
  const seconds = /^\s*(\d+(?:\.\d+)?)\s/.exec(frame.files?.['/proc/uptime'] ?? '')?.[1];
  return seconds === undefined ? null : atMs - Number(seconds) * 1000;
}

/** A fault of a parser costs its section, not the analysis. */
function guarded<Reading extends SourceReading, Nothing extends object>(
  name: SectionName,
  at: string,
  nothing: Nothing,
  read: () => Reading,
): Reading | (SourceReading & Nothing) {
  try {
    return read();
  } catch (error) {
    return { ...unreadSource(name, 'failed', faultText(error), at), ...nothing };
  }
}

function faultText(error: unknown): string {
  return `it could not be read: ${messageOf(error)}`;
}
