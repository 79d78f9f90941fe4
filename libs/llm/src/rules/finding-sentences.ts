import type { Finding } from '@app/core';
import { asData } from '../untrusted-text.js';
import type { FindingGroup } from './finding-groups.js';
import { rulePhrase } from './phrases/index.js';
import type { SubjectNames } from './subject-names.js';
import { filled, list, sentence, uncapitalised } from './words.js';

const LONGEST_SUMMARY = 600;

/** Findings of one rule as a clause without capital and full stop: `GPUs 0-7 are too hot, …`. */
export function problemOf(findings: readonly [Finding, ...Finding[]], names: SubjectNames): string {
  const subject = names.of(findings.map((finding) => finding.subject));
  const phrase = rulePhrase(findings[0].ruleId);
  if (phrase) return filled(phrase.problem, findings.length > 1, () => subject);
  return `${uncapitalised(asData(findings[0].title))} (${subject})`;
}

/** What the analysis says of a finding, with its numbers. */
export function measuredOf({ summary }: Finding): string {
  return sentence(asData(summary, LONGEST_SUMMARY));
}

/** The same with the subject before it, where the numbers would else be anybody's. */
export function measuredAt(finding: Finding, names: SubjectNames): string {
  return `${names.placeOf(finding.subject)}${uncapitalised(measuredOf(finding))}`;
}

/** Numbers of the most urgent finding of a group. */
export function measuredOfGroup({ findings: [first, ...others] }: FindingGroup, names: SubjectNames): string {
  return others.length === 0 ? measuredOf(first) : measuredAt(first, names);
}

function effectClause(finding: Finding): string {
  return rulePhrase(finding.ruleId)?.effect ?? uncapitalised(asData(finding.title));
}

const LINKS = [' ', ', so that ', ', and in turn '] as const;

/** Findings that those notice who wait for answers. */
const NOTICED = /^(?:ttft-|itl-|queue-|request|engine-unreachable)/;

/** What those who wait for answers notice: the last link of the chain that has a number; null for none. */
export function impactOf({ effects }: Pick<FindingGroup, 'effects'>): string | null {
  const noticed = effects.flat().filter(({ ruleId, summary }) => NOTICED.test(ruleId) && /\d/.test(summary));
  const last = noticed.at(-1);
  return last ? measuredOf(last) : null;
}

/** What follows, as a chain: `as a result requests queue up, so that first tokens come late`; null for nothing. */
export function chainOf({ effects }: Pick<FindingGroup, 'effects'>): string | null {
  const said = new Set<string>();
  const levels = effects
    .map((level) =>
      [...new Set(level.map(effectClause))].filter((clause) => clause !== '' && !said.has(clause) && said.add(clause)),
    )
    .filter((clauses) => clauses.length > 0);
  if (levels.length === 0) return null;
  return `as a result${levels.map((clauses, depth) => `${LINKS[Math.min(depth, LINKS.length - 1)] ?? ''}${list(clauses)}`).join('')}`;
}
