import { performance } from 'node:perf_hooks';
import type { Clock, Gap, Section, SectionStatus, System } from '@app/core';
import { realDisks } from './disk-space.js';
import { DiskHostFiles } from './host-files.js';
import { type AskFilesystem, MountedFilesystems } from './mounted-filesystems.js';
import { type NodeExporterAnswer, NodeExporterClient } from './node-exporter.client.js';
import { PortableHost, type ReadFilesystems } from './portable-host.js';
import { ProcHost } from './proc-host.js';
import { type HostView, mayBeSameMachine, mergedHost } from './system-merge.js';
import { type HostPlaces, NO_PLACES, type SystemReading } from './system-reading.js';

export interface SystemCollectorOptions {
  /** Page of a node_exporter; credentials may stand in it. */
  readonly nodeExporterUrl?: string | null;
  /** Folder that holds `proc` and `sys`. */
  readonly root?: string;
  readonly platform?: NodeJS.Platform;
  readonly askFilesystem?: AskFilesystem;
  /** For platforms without `/proc`. */
  readonly readFilesystems?: ReadFilesystems;
  readonly monotonicMs?: () => number;
}

/** Processes and filesystems are the parts that can hang; they get this much of the deadline. */
const SHARE_OF_DEADLINE = 0.5;

/** This machine as the agent itself sees it. */
interface OwnHost extends HostView, HostPlaces {
  readonly source: string;
  readonly status: Extract<SectionStatus, 'ok' | 'partial'>;
  readonly detail: string | null;
}

type OwnAnswer = OwnHost | { readonly source: string; readonly status: 'failed'; readonly reason: string };

/**
 * Reads the host that the agent runs on. A configured node_exporter goes first, because it may stand outside a
 * container that the agent stands in: its page is the host, and `/proc` fills the groups that it has nothing of, as
 * long as both name the same start of the kernel. When the page can't be read, `/proc` alone is better than nothing.
 */
export class SystemCollector {
  private readonly monotonicMs: () => number;
  private readonly nodeExporter: NodeExporterClient | null;
  private readonly readOwn: (timeoutMs: number) => Promise<OwnAnswer>;

  constructor(
    private readonly clock: Clock,
    options: SystemCollectorOptions = {},
  ) {
    this.monotonicMs = options.monotonicMs ?? ((): number => performance.now());
    const { nodeExporterUrl, platform = process.platform } = options;
    this.nodeExporter = nodeExporterUrl == null ? null : new NodeExporterClient(nodeExporterUrl, this.monotonicMs);
    this.readOwn = platform === 'linux' ? linuxReader(options, this.monotonicMs) : portableReader(platform, options);
  }

  /** Never throws for a source that fails; files that are missing or unreadable become nulls with a gap. */
  async collect(timeoutMs: number): Promise<SystemReading> {
    const startedAtMs = this.monotonicMs();
    const collectedAt = this.clock.isoNow();
    const [own, page] = await Promise.all([
      this.readOwn(timeoutMs * SHARE_OF_DEADLINE),
      this.nodeExporter?.read(timeoutMs),
    ]);
    const section = (status: SectionStatus, source: string, detail: string | null): Section => {
      return { status, source, collectedAt, durationMs: Math.round(this.monotonicMs() - startedAtMs), detail };
    };
    if (this.nodeExporter === null || page === undefined) return ownReading(own, section);
    return page.ok
      ? pageReading(page, this.nodeExporter.source, own, section)
      : withoutPage(page, ownReading(own, section));
  }
}

type MakeSection = (status: SectionStatus, source: string, detail: string | null) => Section;

function ownReading(own: OwnAnswer, section: MakeSection): SystemReading {
  if (own.status === 'failed') {
    const gaps: Gap[] = [{ signal: 'system', status: 'failed', reason: own.reason }];
    const failed = section('failed', own.source, own.reason);
    return { section: failed, system: null, gaps, simulated: false, ...NO_PLACES };
  }
  return {
    section: section(own.status, own.source, own.detail),
    system: own.system,
    gaps: own.gaps,
    simulated: false,
    ...placesOf(own),
  };
}

function pageReading(
  page: Extract<NodeExporterAnswer, { ok: true }>,
  source: string,
  own: OwnAnswer,
  section: MakeSection,
): SystemReading {
  const isMerged = own.status !== 'failed' && mayBeSameMachine(page, own);
  const { system, gaps } = isMerged ? mergedHost(page, own) : page;
  const status = page.isPartial ? 'partial' : 'ok';
  const detail = page.isPartial ? 'some of the page could not be read; see the gaps' : null;
  return {
    section: section(status, isMerged ? `${source}, ${own.source}` : source, detail),
    system,
    gaps,
    simulated: page.simulated,
    ...(isMerged ? placesOf(own) : NO_PLACES),
  };
}

function withoutPage(page: Extract<NodeExporterAnswer, { ok: false }>, own: SystemReading): SystemReading {
  const gap: Gap = { signal: 'system', status: page.status, reason: page.reason };
  if (own.system === null) return { ...own, gaps: [gap, ...own.gaps] };
  const detail = `${page.reason}; ${own.section.source} is read instead`;
  return { ...own, section: { ...own.section, status: 'partial', detail }, gaps: [gap, ...own.gaps] };
}

function placesOf({ gpuNumaNodes, numaNodeCpus, processes }: HostPlaces): HostPlaces {
  return { gpuNumaNodes, numaNodeCpus, processes };
}

function linuxReader(
  options: SystemCollectorOptions,
  monotonicMs: () => number,
): (timeoutMs: number) => Promise<OwnAnswer> {
  const files = new DiskHostFiles(options.root);
  const proc = new ProcHost();
  const mounts = new MountedFilesystems(files, options.askFilesystem, monotonicMs);
  return async (timeoutMs) => {
    const [space, host] = await Promise.all([
      mounts.read(timeoutMs),
      proc.read({ files, atMs: monotonicMs(), processTimeoutMs: timeoutMs }),
    ]);
    const source = '/proc';
    if (!host.isReadable) return { source, status: 'failed', reason: 'no file below /proc could be read' };
    const isPartial = host.isPartial || space.gaps.length > 0;
    const system: System = { ...host.system, disks: realDisks(space.filesystems) };
    return {
      ...host,
      source,
      status: isPartial ? 'partial' : 'ok',
      detail: isPartial ? 'some of the host could not be read; see the gaps' : null,
      system,
      gaps: [...host.gaps, ...space.gaps],
    };
  };
}

function portableReader(
  platform: NodeJS.Platform,
  options: SystemCollectorOptions,
): (timeoutMs: number) => Promise<OwnAnswer> {
  const host = new PortableHost(platform, options.readFilesystems, options.monotonicMs);
  const detail = `only part of the host's state can be read on ${platform}`;
  return async (timeoutMs) => {
    const reading = await host.read(timeoutMs);
    return { ...NO_PLACES, ...reading, source: platform, status: 'partial', detail, bootSeconds: null };
  };
}
