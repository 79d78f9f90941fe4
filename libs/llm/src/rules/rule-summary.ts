import type { Finding, InsightRequest, Recommendation } from '@app/core';
import { type FindingGroup, rankOf } from './finding-groups.js';
import { chainOf, impactOf, measuredAt, measuredOf, measuredOfGroup, problemOf } from './finding-sentences.js';
import type { SubjectNames } from './subject-names.js';
import { readOf, unknownsOf } from './unknowns.js';
import { list, sentence, uncapitalised } from './words.js';

/** More is listed among the recommendations. */
const MOST_OTHERS = 3;
const MOST_CONTEXT = 2;
const MOST_REPEATED = 0.75;

/** Conditions that are seen but have not lasted long enough to count. */
function suspicions({ analysis }: InsightRequest): string | null {
  const count = analysis.findings.filter(({ state, severity }) => state === 'suspected' && severity !== 'info').length;
  if (count === 0) return null;
  return count === 1
    ? 'There may be a further problem, but it has to last longer to count.'
    : 'There may be further problems, but they have to last longer to count.';
}

function notEvaluated({ analysis: { coverage } }: InsightRequest): string {
  return `${coverage.rulesEvaluated} of ${coverage.rulesTotal} rules could be evaluated`;
}

/** Findings that ask for nothing, but tell what goes on. */
function context({ analysis }: InsightRequest, names: SubjectNames): string[] {
  const byRule = new Map<string, Finding[]>();
  for (const finding of analysis.findings) {
    if (finding.state !== 'confirmed' || finding.severity !== 'info') continue;
    byRule.set(finding.ruleId, [...(byRule.get(finding.ruleId) ?? []), finding]);
  }
  return [...byRule.values()].slice(0, MOST_CONTEXT).flatMap(([first, ...others]) => {
    if (!first) return [];
    const isPlain = others.length === 0 && first.subject.kind !== 'gpu';
    return [isPlain ? measuredOf(first) : measuredAt(first, names)];
  });
}

function nothingFound(request: InsightRequest, names: SubjectNames): string {
  const { analysis } = request;
  const unknowns = unknownsOf(request, []);
  if (analysis.coverage.rulesEvaluated === 0) {
    const why = unknowns ?? 'No sample was long or complete enough.';
    return `Nothing could be evaluated, so nothing can be said about the state of the host. ${why}`;
  }
  const isKnown = analysis.healthStatus === 'healthy';
  return [
    isKnown
      ? 'There is no known problem.'
      : 'There is no known problem, but the health of what could not be read is not known.',
    `${notEvaluated(request)}, from ${list(readOf(request))}.`,
    ...context(request, names),
    ...(unknowns === null ? [] : [unknowns]),
    ...(suspicions(request) === null ? [] : [suspicions(request) ?? '']),
  ].join(' ');
}

/** A problem with its severity: `GPUs 0-7 are too hot, … (critical)`. */
function headline({ findings }: FindingGroup, names: SubjectNames): string {
  const { severity, confidence } = findings[0];
  return `${problemOf(findings, names)} (${severity}${confidence === 'low' ? ', with low confidence' : ''})`;
}

function isMinor({ severity }: FindingGroup): boolean {
  return rankOf(severity) >= rankOf('low');
}

function alsoFound(others: readonly FindingGroup[], names: SubjectNames): string[] {
  if (others.length === 0) return [];
  const areMinor = others.every(isMinor);
  const told = others
    .slice(0, MOST_OTHERS)
    .map((group) => (areMinor ? problemOf(group.findings, names) : headline(group, names)));
  const opening = areMinor ? 'Also, with low priority' : 'Also';
  const more = others.length > MOST_OTHERS ? '; the recommendations name the rest' : '';
  return [`${opening}: ${told.join('; ')}${more}.`];
}

/** Whether the numbers come in a sentence that says the problem over again. */
function repeats(problem: string, measured: string): boolean {
  const wordsOf = (text: string): string[] => text.toLowerCase().match(/[a-z]{4,}/g) ?? [];
  const said = new Set(wordsOf(measured));
  const words = wordsOf(problem);
  return words.filter((word) => said.has(word)).length >= words.length * MOST_REPEATED;
}

/** The first sentence: what a tool wrote at length is told among the root causes. */
function shortened(measured: string): string {
  return /^.*?[.!?](?= [A-Z])/.exec(measured)?.[0] ?? measured;
}

/** What others wrote, such as the name of an error, is told in the words of the analysis only. */
function isQuotation(whole: string, measured: string): boolean {
  return whole !== measured || /\(|\.\.$/.test(measured);
}

/** The problem with its numbers and what follows from it. */
function opening(group: FindingGroup, names: SubjectNames): string[] {
  const chain = chainOf(group);
  const whole = measuredOfGroup(group, names);
  const measured = shortened(whole);
  const tail = chain === null ? '' : `; ${chain}`;
  if (
    group.findings.length > 1 ||
    !['gpu', 'host'].includes(group.findings[0].subject.kind) ||
    isQuotation(whole, measured) ||
    !repeats(problemOf(group.findings, names), measured)
  ) {
    const problem = isMinor(group) ? `Low priority: ${problemOf(group.findings, names)}` : headline(group, names);
    return [sentence(`${problem}${tail}`), measured];
  }
  const [{ severity, subject }] = group.findings;
  const place = uncapitalised(names.placeOf(subject)).replace(/, $/, '');
  const label = isMinor(group) ? `Low priority, ${place}` : `${names.of([subject])} (${severity})`;
  return [sentence(`${label}: ${uncapitalised(measured.replace(/\.$/, ''))}${tail}`)];
}

export function firstStepOf({ title }: Pick<Recommendation, 'title'>): string {
  return `First step: ${uncapitalised(title)}.`;
}

/** What is wrong, why, what to do first, and what is not known, in a few sentences. */
export function ruleSummary(
  request: InsightRequest,
  groups: readonly FindingGroup[],
  recommendations: readonly Recommendation[],
  names: SubjectNames,
): string {
  const [top, ...others] = groups;
  if (!top) return nothingFound(request, names);
  const first = recommendations[0];
  const toldRules = groups.flatMap(({ findings, effects }) =>
    [...findings, ...effects.flat()].map(({ ruleId }) => ruleId),
  );
  const unknown = unknownsOf(request, toldRules) ?? suspicions(request);
  const told = opening(top, names);
  const impact = others.length > 0 && unknown !== null ? null : impactOf(top);
  return [
    ...told,
    ...(impact === null || told.join(' ').includes(impact.split(';')[0] ?? impact) ? [] : [impact]),
    ...alsoFound(others, names),
    ...(first ? [firstStepOf(first)] : []),
    ...(unknown === null ? [] : [unknown]),
  ].join(' ');
}
