import type { Evidence, Finding } from '@app/core';
import { sentenceKey } from './normalise.js';
import { sentencesOf } from './sentences.js';

/** Readings whose text others write: log lines, names of processes, start flags. */
const FOREIGN_SIGNAL = /message|processName|processes\.name|\.flags|\.config|cgroup\.path/;
/** What a tool wrote stands at the end of our own words about it. */
const QUOTED = /It wrote: (.+)$/s;
const SHORTEST = 3;

/** The part of a text reading that others wrote; empty when it is all ours. */
function foreignPart({ signal, value }: Pick<Evidence, 'signal' | 'value'>): string {
  if (typeof value !== 'string') return '';
  return FOREIGN_SIGNAL.test(signal) ? value : (QUOTED.exec(value)?.[1] ?? '');
}

/** A text reading without what others wrote in it. */
export function ownPart(evidence: Pick<Evidence, 'signal' | 'value'>): string {
  const { value } = evidence;
  if (typeof value !== 'string') return '';
  const foreign = foreignPart(evidence);
  return foreign === '' ? value : value.split(foreign).join(' ');
}

/** Texts of others that a finding repeats. */
function foreignTexts({ evidence, subject }: Finding): string[] {
  return [...evidence.map(foreignPart), subject.label].filter((text) => text.length >= SHORTEST);
}

/** Title and summary without what others wrote in them: of that, nothing becomes true by being repeated. */
export function ownText(finding: Finding): string {
  const { title, summary } = finding;
  return foreignTexts(finding).reduce((text, foreign) => text.split(foreign).join(' '), `${title}. ${summary}`);
}

/** Sentences of a finding as keys, but for those that somebody else wrote into it. */
export function ownSentences(finding: Finding): ReadonlySet<string> {
  const foreign = foreignTexts(finding).map(sentenceKey);
  const keys = [finding.title, finding.summary].flatMap(sentencesOf).map(sentenceKey);
  return new Set(keys.filter((key) => !foreign.some((text) => text.includes(key))));
}
