import { type Gap, NO_HOST_CLOCK, type Section, type System } from '@app/core';
import { type HostFiles, RecordedHostFiles } from './host-files.js';
import { type NodeExporterReading, NodeExporterTracker } from './node-exporter-tracker.js';
import { ProcHost, type ProcReading } from './proc-host.js';
import { mergedHost } from './system-merge.js';
import { NO_PLACES, type SystemReading } from './system-reading.js';

/** What one frame of a recording holds of a host. */
export interface RecordedHostFrame {
  /** Texts by their absolute paths; those outside `/proc` and `/sys` are left out. */
  readonly files: Readonly<Record<string, string>>;
  /** The page of a node_exporter; null where there is none. */
  readonly nodeExporter: { readonly source: string; readonly text: string } | null;
  readonly atMs: number;
}

const NO_DISKS_GAP: Gap = {
  signal: 'system.disks',
  status: 'absent',
  reason: 'files below /proc do not tell how full filesystems are; a node_exporter page does',
};

/** Reads the frames of one recording in their order, by the same parsers as a live host. */
export class RecordedHost {
  private readonly proc = new ProcHost();
  private readonly nodeExporter = new NodeExporterTracker();

  /** Never throws: broken text makes gaps. */
  async read(frame: RecordedHostFrame): Promise<SystemReading> {
    const files: HostFiles = new RecordedHostFiles(frame.files);
    const proc = await this.proc.read({ files, atMs: frame.atMs });
    const page = frame.nodeExporter === null ? null : this.nodeExporter.read(frame.nodeExporter.text, frame.atMs);
    const source = frame.nodeExporter?.source ?? null;
    const isPageRead = page?.ok === true;
    const places = proc.isReadable ? proc : NO_PLACES;
    const failed: readonly Gap[] =
      page?.ok === false ? [{ signal: 'system', status: 'failed', reason: `${source} ${page.reason}` }] : [];
    if (!proc.isReadable && !isPageRead) return nothingRead(frame, source, failed);
    const { system, gaps } = combined(proc, page);
    const isPartial = failed.length > 0 || (isPageRead ? page.isPartial : proc.isPartial);
    return {
      section: {
        status: isPartial ? 'partial' : 'ok',
        source: [isPageRead ? source : null, proc.isReadable ? '/proc' : null]
          .filter((name) => name !== null)
          .join(', '),
        collectedAt: new Date(frame.atMs).toISOString(),
        durationMs: null,
        detail: isPartial ? 'parts of the host are not in the recording or not readable; see the gaps' : null,
      },
      system,
      gaps: [...failed, ...gaps],
      simulated: isPageRead && page.simulated,
      gpuNumaNodes: places.gpuNumaNodes,
      numaNodeCpus: places.numaNodeCpus,
      processes: places.processes,
    };
  }
}

function combined(proc: ProcReading, page: NodeExporterReading | null): { system: System; gaps: readonly Gap[] } {
  const own = {
    system: { ...proc.system, disks: [], clock: NO_HOST_CLOCK },
    gaps: [...proc.gaps, NO_DISKS_GAP],
    bootSeconds: proc.bootSeconds,
  };
  if (page?.ok !== true) return own;
  return proc.isReadable ? mergedHost(page, own) : page;
}

function nothingRead(frame: RecordedHostFrame, source: string | null, failed: readonly Gap[]): SystemReading {
  const [gap] = failed;
  const status: Section['status'] = gap?.status ?? 'absent';
  const reason = gap?.reason ?? 'the recording holds nothing of the host';
  return {
    section: { status, source, collectedAt: new Date(frame.atMs).toISOString(), durationMs: null, detail: reason },
    system: null,
    gaps: [{ signal: 'system', status, reason }],
    simulated: false,
    ...NO_PLACES,
  };
}
