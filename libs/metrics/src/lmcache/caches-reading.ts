import type { Cache, Gap, Section, SectionStatus } from '@app/core';

/** What is known of the caches, in the shape of every source of a snapshot. */
export interface CachesReading {
  readonly section: Section;
  readonly caches: readonly Cache[];
  readonly gaps: readonly Gap[];
  readonly simulated: boolean;
}

export const NO_URLS = 'no LMCACHE_URLS configured';
export const NO_SERIES = 'no LMCache series on an engine page';

export function absentCaches(reason: string, collectedAt: string): CachesReading {
  return {
    section: { status: 'absent', source: null, collectedAt, durationMs: 0, detail: reason },
    caches: [],
    gaps: [{ signal: 'caches', status: 'absent', reason }],
    simulated: false,
  };
}

/** One status for several sources: what they agree on, `partial` where some were read, else `failed`. */
export function overallStatus(statuses: readonly SectionStatus[]): SectionStatus {
  const distinct = new Set(statuses);
  const [only] = distinct;
  if (distinct.size === 1 && only !== undefined) return only;
  return distinct.has('ok') || distinct.has('partial') ? 'partial' : 'failed';
}

/** Caches with an address of their own and those on engines' pages as one section. */
export function combineCacheReadings(own: CachesReading, inProcess: CachesReading): CachesReading {
  const isOwnAbsent = own.section.status === 'absent';
  const isInProcessAbsent = inProcess.section.status === 'absent';
  if (isOwnAbsent && isInProcessAbsent) {
    return absentCaches(`${NO_URLS} and ${NO_SERIES}`, own.section.collectedAt ?? inProcess.section.collectedAt ?? '');
  }
  if (isOwnAbsent) return inProcess;
  if (isInProcessAbsent) return own;
  const sections = [own.section, inProcess.section];
  const joined = (texts: readonly (string | null)[], separator: string): string | null =>
    texts.filter((text) => text !== null).join(separator) || null;
  return {
    section: {
      status: overallStatus(sections.map(({ status }) => status)),
      source: joined(
        sections.map(({ source }) => source),
        ', ',
      ),
      collectedAt: own.section.collectedAt,
      durationMs: (own.section.durationMs ?? 0) + (inProcess.section.durationMs ?? 0),
      detail: joined(
        sections.map(({ detail }) => detail),
        '; ',
      ),
    },
    caches: [...own.caches, ...inProcess.caches],
    gaps: [...own.gaps, ...inProcess.gaps],
    simulated: own.simulated || inProcess.simulated,
  };
}
