import type { Analysis, RunStatus, SectionName } from '@app/core';
import type { ProcessCost, SourceTotals } from '@app/metrics';
import type { StoreUsageView } from '@app/persistence';
import type { ActionReading, SafetyReading } from './action-reader.js';
import type { LlmReading } from './llm-reader.js';

export const PAGE_PARTS = ['process', 'runs', 'targets', 'findings', 'actions', 'safety', 'store', 'llm'] as const;
/** What can fail by itself while the rest of the page is still told. */
export type PagePart = (typeof PAGE_PARTS)[number];

export interface TargetReading {
  readonly id: string;
  /** Null before the first sample. */
  readonly isSimulated: boolean | null;
}

export interface TargetAnalysis {
  readonly target: string;
  readonly analysis: Analysis;
}

/** All that the page shows. A part is null when it could not be read. */
export interface PageReadings {
  readonly version: string;
  readonly process: ProcessCost | null;
  /** Without an entry a source was not read yet. */
  readonly sources: ReadonlyMap<SectionName, SourceTotals>;
  readonly runs: Readonly<Record<RunStatus, number>> | null;
  readonly targets: readonly TargetReading[] | null;
  /** Of the targets that have been sampled. */
  readonly findings: readonly TargetAnalysis[] | null;
  readonly actions: ActionReading | null;
  readonly safety: SafetyReading | null;
  readonly store: StoreUsageView | null;
  readonly llm: LlmReading | null;
}
