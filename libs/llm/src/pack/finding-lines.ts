import type { CandidateAction, Evidence, Finding } from '@app/core';
import { boundText, signalText, valueText } from '../evidence-text.js';
import type { OutsideText } from './outside-text.js';
import type { ShortIds } from './short-ids.js';

/**
 * How much of a finding is told. 0: it is only counted; 1: one line with title, severity and cause; from 2 on the summary,
 * candidate actions and more and more readings.
 */
export const DETAILS = [0, 1, 2, 3, 4] as const;
export type Detail = (typeof DETAILS)[number];

const READINGS: Readonly<Record<Detail, number>> = { 0: 0, 1: 0, 2: 2, 3: 4, 4: 8 };
const ACTIONS: Readonly<Record<Detail, number>> = { 0: 0, 1: 0, 2: 4, 3: 4, 4: 8 };
const LONGEST = { label: 80, title: 80, summary: 300, value: 100, source: 50, parameter: 60 } as const;
/** Values of parameters that need no quotes to be told from the text around them. */
const PLAIN_VALUE = /^[\w.:/@-]+$/;
/** Says that nobody else is to be named for a bound; it helps no reader. */
const OWN_CHOICE = /^(?:engineering choice|rule definition)/;
const OWN_GPU_LABEL = /^(GPU \d+) \(.+\)$/s;

/** What the lines are written with. */
export interface LineContext {
  readonly outside: OutsideText;
  readonly findings: ShortIds;
  readonly evidence: ShortIds;
  /** Findings that the prompt knows, by id: a cause that is not told needs no name. */
  readonly isTold: (findingId: string) => boolean;
}

/** The readings that were held against a bound before those that are context, in the order of the finding. */
export function readingsAt({ evidence }: Finding, detail: Detail): readonly Evidence[] {
  const compared = evidence.filter(({ operator }) => operator !== null);
  const context = evidence.filter(({ operator }) => operator === null);
  const chosen = new Set([...compared, ...context].slice(0, READINGS[detail]));
  return evidence.filter((entry) => chosen.has(entry));
}

export function actionsAt({ candidateActions }: Finding, detail: Detail): readonly CandidateAction[] {
  return candidateActions.slice(0, ACTIONS[detail]);
}

function reading(entry: Evidence, detail: Detail, { outside, evidence }: LineContext): string {
  const { value, unit, thresholdSource, windowSeconds } = entry;
  const told = valueText(value, unit);
  const shown = typeof value === 'string' ? outside.quoted(told, LONGEST.value) : told;
  const parts = [`${signalText(entry.signal)} ${shown}`];
  const { threshold } = entry;
  const shownThreshold = typeof threshold === 'string' ? outside.quoted(threshold, LONGEST.value) : threshold;
  const bound = boundText({ ...entry, threshold: shownThreshold });
  if (bound !== null) {
    const isNamed = detail >= 4 && thresholdSource !== null && !OWN_CHOICE.test(thresholdSource);
    // The source of a bound is written in the rule that holds it.
    parts.push(bound + (isNamed ? ` (${outside.plain(thresholdSource, LONGEST.source)})` : ''));
  }
  if (windowSeconds >= 1) parts.push(`over ${valueText(windowSeconds, 'seconds')}`);
  return `  ${evidence.short(entry.id)} ${parts.join(', ')}`;
}

function parameter(value: string | number | boolean, outside: OutsideText): string {
  if (typeof value !== 'string') return String(value);
  const plain = outside.plain(value, LONGEST.parameter);
  return PLAIN_VALUE.test(plain) ? plain : outside.quoted(value, LONGEST.parameter);
}

function proposal({ type, parameters }: CandidateAction, outside: OutsideText): string {
  const given = Object.entries(parameters).map(([name, value]) => ` ${name}=${parameter(value, outside)}`);
  return `${type}${given.join('')}`;
}

function standing(finding: Finding, { findings, isTold }: LineContext): string {
  const causes = finding.causedBy.filter(isTold).map((id) => findings.short(id));
  if (causes.length > 0) return `caused by ${causes.slice(0, 3).join(', ')}`;
  return finding.rootCause ? 'root cause' : 'symptom';
}

/** The lines of one finding; its device or service stands above them, once for all of its findings. */
export function findingLines(finding: Finding, detail: Detail, context: LineContext): string[] {
  if (detail === 0) return [];
  const { outside, findings } = context;
  const sureness = finding.confidence === 'high' ? '' : `, ${finding.confidence} confidence`;
  const head = ` ${findings.short(finding.id)} ${standing(finding, context)}, ${finding.severity}${sureness}: `;
  if (detail === 1) return [head + outside.sentences(finding.title, LONGEST.title)];
  const actions = actionsAt(finding, detail).map((action) => proposal(action, outside));
  return [
    head + outside.sentences(finding.title, LONGEST.title),
    `  ${outside.sentences(finding.summary, LONGEST.summary)}`,
    ...readingsAt(finding, detail).map((entry) => reading(entry, detail, context)),
    ...(actions.length > 0 ? [`  do: ${actions.join('; ')}`] : []),
  ];
}

/** Whom the findings below are about. The product name of a GPU is told once for all of them. */
export function subjectLine({ subject }: Finding, outside: OutsideText): string {
  const own = subject.kind === 'gpu' ? OWN_GPU_LABEL.exec(subject.label)?.[1] : undefined;
  return `${subject.kind} ${outside.quoted(own ?? subject.label, LONGEST.label)}:`;
}
