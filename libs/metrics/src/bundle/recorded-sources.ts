import type { Cache, Gap } from '@app/core';
import { absentEngines, combineEngineAnswers } from '../engine/engines-reading.js';
import {
  type EngineAnswer,
  EngineTracker,
  type PageKind,
  type ScrapedPage,
  verdictOf,
  versionIn,
} from '../engine/index.js';
import {
  answerFromRecording,
  type GpuReading,
  mergeDcgm,
  noGpuReading,
  toDcgmReading,
  toGpuReading,
} from '../gpu/index.js';
import { type CachesReading, combineCacheReadings, InProcessCaches, LmcacheTracker } from '../lmcache/index.js';
import { absentCaches, NO_SERIES, overallStatus } from '../lmcache/caches-reading.js';
import { configIn, healthIn, lmcacheVersionIn } from '../lmcache/lmcache-answers.js';
import { lmcacheModeOf } from '../lmcache/lmcache-page.mapper.js';
import type { SourceReadings } from '../snapshot/snapshot-assembly.js';
import type { BundleFrame } from './bundle.schema.js';
import type { RecordedAddress, RecordedPage } from './recorded-pages.js';

/** As much as the live readers take of one program or page. */
export const MAX_TEXT_BYTES = 8 * 1024 * 1024;

/** An address of a frame with what its pages are of. */
export interface KnownAddress {
  readonly address: RecordedAddress;
  readonly kinds: ReadonlySet<PageKind>;
}

export interface FrameTime {
  readonly at: string;
  readonly atMs: number;
}

const NO_ANSWER = 'did not answer';

/** Name of an address in texts. */
function nameOf({ url, position }: RecordedAddress): string {
  return url ?? `page ${position + 1}`;
}

/** Why a page can't be used; null when it can. */
function faultOf(page: RecordedPage | null): { status: 'failed' | 'denied'; reason: string } | null {
  if (page === null) return { status: 'failed', reason: 'has no metrics page in this frame' };
  if (page.status === 0) return { status: 'failed', reason: NO_ANSWER };
  if (page.status === 401 || page.status === 403) {
    return { status: 'denied', reason: `answered with HTTP status ${page.status}` };
  }
  if (page.status !== 200) return { status: 'failed', reason: `answered with HTTP status ${page.status}` };
  if (page.text.length <= MAX_TEXT_BYTES) return null;
  return { status: 'failed', reason: `answered with more than ${MAX_TEXT_BYTES} bytes` };
}

/** The GPUs of one frame; nothing of them depends on the frame before. */
export function readRecordedGpus(frame: BundleFrame, known: readonly KnownAddress[], time: FrameTime): GpuReading {
  const pages = known.filter(({ kinds }) => kinds.has('dcgm')).map(({ address }) => address);
  const smi = frame.nvidiaSmi === undefined ? null : readSmi(frame.nvidiaSmi, time);
  const dcgm = pages.length === 0 ? null : readDcgm(pages, time);
  if (smi !== null && dcgm !== null) return mergeDcgm(smi, dcgm, { isNvidiaSmiRequired: true });
  const reason = 'the frame has no output of nvidia-smi and no page of dcgm-exporter';
  return smi ?? dcgm ?? noGpuReading('absent', reason, { source: null, collectedAt: time.at, durationMs: null });
}

function readSmi(recording: NonNullable<BundleFrame['nvidiaSmi']>, { at }: FrameTime): GpuReading {
  const origin = { source: 'nvidia-smi', collectedAt: at, durationMs: null };
  if (recording.stdout.length <= MAX_TEXT_BYTES) return toGpuReading(answerFromRecording(recording), origin);
  const reason = `it wrote more than ${MAX_TEXT_BYTES} bytes`;
  return toGpuReading({ kind: 'unreadable', reason, output: '' }, origin);
}

function readDcgm(addresses: readonly RecordedAddress[], { at }: FrameTime): GpuReading {
  const source = addresses.map(nameOf).join(', ');
  const origin = { source, collectedAt: at, durationMs: null };
  const faults = addresses.map(({ page }) => faultOf(page));
  const texts = addresses.filter((_, index) => faults[index] === null).map(({ page }) => page?.text ?? '');
  const [fault] = faults.filter((candidate) => candidate !== null);
  // One page per host is usual; of several, the UUIDs keep the GPUs apart.
  if (texts.length > 0) return toDcgmReading(texts.join('\n'), origin);
  return noGpuReading(fault?.status ?? 'failed', `dcgm-exporter ${fault?.reason ?? NO_ANSWER}`, origin);
}

/** Engines and their in-process caches over the frames of one recording. */
export class RecordedEngines {
  private readonly trackers = new Map<string, EngineTracker>();

  read(known: readonly KnownAddress[], time: FrameTime): SourceReadings['engines'] & { pages: readonly ScrapedPage[] } {
    const addresses = known.filter(({ kinds }) => kinds.has('vllm') || kinds.has('sglang'));
    if (addresses.length === 0) return { ...absentEngines('the frame has no page of an engine', time.at), pages: [] };
    const answers = addresses.map(({ address }, index) => this.readOne(address, index, time));
    const source = addresses.map(({ address }) => nameOf(address)).join(', ');
    const pages = addresses.flatMap(({ address, kinds }, index) => {
      const answer = answers[index];
      if (!kinds.has('lmcache') || answer === undefined || faultOf(address.page) !== null) return [];
      const engineId = answer.engines.length === 1 ? (answer.engines[0]?.id ?? null) : null;
      const url = address.url ?? engineName(index);
      return [{ url, engineId, text: address.page?.text ?? '', atMs: time.atMs }];
    });
    return { ...combineEngineAnswers(answers, { source, collectedAt: time.at, durationMs: null }), pages };
  }

  private readOne(address: RecordedAddress, index: number, { atMs }: FrameTime): EngineAnswer {
    const name = address.url ?? engineName(index);
    const tracker = this.trackers.get(name) ?? new EngineTracker(name, address.url);
    this.trackers.set(name, tracker);
    const health = address.beside.get('/health');
    const healthy = health === undefined ? null : verdictOf(health.status);
    const fault = faultOf(address.page);
    if (fault !== null) return tracker.down(fault.status, fault.reason, healthy);
    const version = address.beside.get('/version');
    return tracker.read({
      text: address.page?.text ?? '',
      atMs,
      version: version?.status === 200 ? versionIn(version.text) : null,
      healthy,
    });
  }
}

/** Engines whose address nobody noted are numbered in the order of their pages. */
function engineName(index: number): string {
  return `engine-${index + 1}`;
}

/** Caches over the frames of one recording: those on engines' pages and those with an address of their own. */
export class RecordedCaches {
  private readonly inProcess = new InProcessCaches();
  private readonly trackers = new Map<string, LmcacheTracker>();

  read(known: readonly KnownAddress[], enginePages: readonly ScrapedPage[], time: FrameTime): CachesReading {
    const own = known.filter(({ kinds }) => kinds.has('lmcache') && !kinds.has('vllm') && !kinds.has('sglang'));
    const inProcess = this.inProcess.read(enginePages, time.at);
    if (own.length > 0) return combineCacheReadings(this.readOwn(own, time), inProcess);
    if (inProcess.section.status !== 'absent') return inProcess;
    return absentCaches(`the frame has no page of LMCache and ${NO_SERIES}`, time.at);
  }

  private readOwn(own: readonly KnownAddress[], time: FrameTime): CachesReading {
    const read = own.map(({ address }) => this.readOne(address, time));
    const status = overallStatus(read.map((reading) => reading.status));
    const gaps = read.flatMap((reading) => reading.gaps);
    const detail = gaps.find(({ signal }) => signal === 'caches')?.reason ?? null;
    return {
      section: {
        status,
        source: own.map(({ address }) => nameOf(address)).join(', '),
        collectedAt: time.at,
        durationMs: null,
        detail: status === 'ok' ? null : detail,
      },
      caches: read.flatMap((reading) => reading.caches),
      gaps,
      simulated: read.some((reading) => reading.simulated),
    };
  }

  private readOne(address: RecordedAddress, { atMs }: FrameTime): OwnCache {
    const fault = faultOf(address.page);
    const healthy = healthOf(address);
    const name = nameOf(address);
    if (fault !== null && healthy === null) {
      const gap: Gap = { signal: 'caches', status: fault.status, reason: `${name} ${fault.reason}` };
      return { status: fault.status, caches: [], gaps: [gap], simulated: false };
    }
    const tracker = this.trackers.get(name) ?? new LmcacheTracker();
    this.trackers.set(name, tracker);
    const text = fault === null ? (address.page?.text ?? '') : '';
    const conf = textBeside(address, '/conf') ?? textBeside(address, '/status');
    const tracked = tracker.read({
      url: name,
      engineId: null,
      text,
      atMs,
      healthy,
      mode: lmcacheModeOf(text) ?? 'mp',
      version: lmcacheVersionIn(textBeside(address, '/version') ?? ''),
      ...(conf === null ? {} : { config: configIn(conf) }),
      ...(fault === null ? {} : { emptyBecause: `its metrics page ${fault.reason}` }),
    });
    return { ...tracked, status: fault !== null || tracked.problems.length > 0 ? 'partial' : 'ok' };
  }
}

interface OwnCache {
  readonly status: CachesReading['section']['status'];
  readonly caches: readonly Cache[];
  readonly gaps: readonly Gap[];
  readonly simulated: boolean;
}

function textBeside({ beside }: RecordedAddress, path: string): string | null {
  const page = beside.get(path);
  return page?.status === 200 ? page.text : null;
}

/** Of the MP server by status or text, of the internal API by text alone, which answers 200 whatever it says. */
function healthOf({ beside }: RecordedAddress): boolean | null {
  for (const path of ['/healthcheck', '/api/healthcheck']) {
    const page = beside.get(path);
    if (page !== undefined) return page.status === 200 ? (healthIn(page.text) ?? true) : verdictOf(page.status);
  }
  return healthIn(textBeside({ beside } as RecordedAddress, '/periodic-threads-health') ?? '');
}
