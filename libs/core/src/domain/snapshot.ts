import type { Cache } from './cache.js';
import type { Engine } from './engine.js';
import type { Gpu } from './gpu.js';
import type { KernelEvent } from './kernel-event.js';
import type { System } from './system.js';

export const SECTION_STATUSES = ['ok', 'partial', 'absent', 'failed', 'denied', 'timeout', 'stale'] as const;
/**
 * How reading a source went. `absent`: there is none; `denied`: no permission; `timeout`: no answer within its
 * deadline; `failed`: an answer that is no data; `partial`: data with unreadable parts or a warning;
 * `stale`: the last good sample is older than three intervals.
 */
export type SectionStatus = (typeof SECTION_STATUSES)[number];

export const SECTION_NAMES = ['gpu', 'system', 'engines', 'lmcache', 'kernelLog'] as const;
export type SectionName = (typeof SECTION_NAMES)[number];

export interface Section {
  readonly status: SectionStatus;
  /** What was read, e.g. `nvidia-smi` or an URL. */
  readonly source: string | null;
  readonly collectedAt: string | null;
  readonly durationMs: number | null;
  readonly detail: string | null;
}

/** Why a signal has no value. `signal` is a snapshot path without indices. */
export interface Gap {
  readonly signal: string;
  readonly status: SectionStatus;
  readonly reason: string;
}

/** One reading of everything that could be read of a target. */
export interface Snapshot {
  readonly target: string;
  readonly hostname: string | null;
  readonly collectedAt: string;
  readonly durationMs: number;
  /** True when any source marks itself as simulated. */
  readonly simulated: boolean;
  readonly sections: Readonly<Record<SectionName, Section>>;
  readonly gpus: readonly Gpu[];
  readonly system: System | null;
  readonly engines: readonly Engine[];
  readonly caches: readonly Cache[];
  readonly events: readonly KernelEvent[];
  readonly gaps: readonly Gap[];
}
