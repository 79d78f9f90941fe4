import { type EvidenceUnit, unitOfSignal } from '@app/core';
import type { HistoryQuery, HistorySeries } from '@app/metrics';

/** The series of a signal, as the API gives it. */
export interface HistoryView {
  readonly target: string;
  readonly signal: string;
  readonly unit: EvidenceUnit;
  readonly from: string;
  readonly to: string;
  /** What the points were gathered by, be it as asked for or wider. */
  readonly stepSeconds: number;
  readonly series: HistorySeries['series'];
  readonly notes: readonly string[];
}

export function historyView(query: HistoryQuery, { stepMs, series, notes }: HistorySeries): HistoryView {
  return {
    target: query.target,
    signal: query.signal,
    unit: unitOfSignal(query.signal),
    from: new Date(query.fromMs).toISOString(),
    to: new Date(query.toMs).toISOString(),
    stepSeconds: stepMs / 1000,
    series,
    notes,
  };
}
