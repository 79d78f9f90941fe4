import type { Engine, Gap, Section } from '@app/core';
import type { EngineAnswer } from './engine-tracker.js';

/** What is known of the engines, in the shape of every source of a snapshot. */
export interface EngineSection {
  readonly section: Section;
  readonly engines: readonly Engine[];
  readonly gaps: readonly Gap[];
  readonly simulated: boolean;
}

export function absentEngines(reason: string, collectedAt: string): EngineSection {
  return {
    section: { status: 'absent', source: null, collectedAt, durationMs: 0, detail: reason },
    engines: [],
    gaps: [{ signal: 'engines', status: 'absent', reason }],
    simulated: false,
  };
}

/** The answers of all addresses as one section. */
export function combineEngineAnswers(
  answers: readonly EngineAnswer[],
  origin: Pick<Section, 'source' | 'collectedAt' | 'durationMs'>,
): EngineSection {
  const status = overallStatus(answers);
  const isRead = status === 'ok' || status === 'partial';
  const gaps = answers.flatMap((answer) => answer.gaps);
  return {
    section: { ...origin, status, detail: status === 'ok' ? null : detailOf(gaps) },
    engines: isRead ? answers.flatMap((answer) => answer.engines) : [],
    gaps,
    simulated: answers.some((answer) => answer.simulated),
  };
}

function overallStatus(answers: readonly EngineAnswer[]): EngineAnswer['status'] {
  const statuses = new Set(answers.map(({ status }) => status));
  const [only] = statuses;
  if (statuses.size === 1 && only !== undefined) return only;
  return statuses.has('ok') || statuses.has('partial') ? 'partial' : 'failed';
}

function detailOf(gaps: readonly Gap[]): string {
  return gaps
    .filter(({ signal }) => signal === 'engines')
    .map(({ reason }) => reason)
    .join('; ');
}
