import type { InsightRequest } from '@app/core';
import { tagNamed, tagsFor, tagsOfText } from '../tags.js';
import { type CheckedSentence, type ClaimCheck, type Clause, isWorded } from './claim.js';

/** Shares in words, with the range that they stand for. */
const SHARES: readonly (readonly [RegExp, number, number])[] = [
  [/\b(?:nearly|almost|virtually|practically) (?:all|every|everything|the (?:entire|whole)|always)\b/, 0.85, 1],
  [/\b(?:all|every one|each|the (?:whole|entirety)) of (?:the|its|their|them)\b/, 0.995, 1],
  [
    /\b(?:most of|the majority|a majority|more than half|mostly|the bulk|largely|predominantly|vast majority|in most)\b/,
    0.5,
    1,
  ],
  [
    /\b(?:hardly any|almost none|nearly none|a (?:tiny|small) (?:part|share|fraction|portion)|a fraction|barely)\b/,
    0,
    0.25,
  ],
  [/\b(?:a minority|less than half|a (?:part|portion) of)\b/, 0, 0.5],
  [/\b(?:none of)\b/, 0, 0.0001],
];
const COUNTS: readonly (readonly [RegExp, number, number])[] = [
  [/\bdozens of\b/, 20, 150],
  [/\bhundreds of\b/, 150, 1500],
  [/\bthousands of\b/, 1500, 20_000],
  [/\b(?:tens of thousands) of\b/, 15_000, 150_000],
  [/\bhundreds of thousands of\b/, 150_000, 1.5e6],
  [/\bmillions of\b/, 1.5e6, 1e9],
  [
    /\b(?:an order|orders) of magnitude\b|\bcountless\b|\bexponential\w*\b|\bmanifold\b|\bmany times\b|\binfinite\w*\b/,
    0,
    -1,
  ],
];
const SEVERAL =
  /\b(?:several|multiple|many|numerous|some|few|a number of|various|both|other) (?:of (?:the|its) )?(gpus|engines|replicas|cards|accelerators)\b/;
const PLURAL_CLAIM =
  /\b(?:the whole|entire|across the) (?:fleet|cluster|host|machine|node|rack)\b|\bevery(?:where|thing)\b|\b(?:fleet|cluster)-wide\b/;

/** `Only GPU 3` says that no other one has it. */
function onlyProblem({ text, groups, scope }: Pick<CheckedSentence, 'text' | 'groups' | 'scope'>): boolean {
  return groups.some(({ start, kind, parts, end }) => {
    const isAlone =
      /\b(?:only|just|solely|exclusively)\s(?:on\s|the\s)?$/.test(text.slice(0, start)) ||
      /^\s(?:alone|only)\b/.test(text.slice(end));
    if (!isAlone) return false;
    const topics = [...tagsOfText(text)].filter((name) => tagNamed(name)?.isTopic);
    const views = scope.views.filter(
      ({ finding, tags, wordTags }) =>
        finding.subject.kind === kind && topics.every((topic) => tags.has(topic) || wordTags.has(topic)),
    );
    return new Set(views.map(({ finding }) => finding.subject.id)).size > parts.length;
  });
}

function inRange({ groups, text }: Clause, dimension: 'share' | 'count', from: number, to: number): boolean {
  const tags = tagsFor(dimension, tagsOfText(text));
  return groups.every((views) =>
    views.some(({ facts }) =>
      facts.some(
        (fact) =>
          fact.dimension === dimension &&
          fact.role === 'value' &&
          fact.value >= from &&
          fact.value <= to &&
          (tags.length === 0 || tags.some((tag) => fact.tags.has(tag))),
      ),
    ),
  );
}

function vagueProblem(clause: Clause): string | null {
  for (const [dimension, rows] of [
    ['share', SHARES],
    ['count', COUNTS],
  ] as const) {
    for (const [words, from, to] of rows) {
      const said = words.exec(clause.text)?.[0];
      if (said === undefined || inRange(clause, dimension, from, to)) continue;
      if (!isWorded(clause.groups.flat(), said)) return `It says ${said}, and no reading stands for that.`;
    }
  }
  return null;
}

/** How many or how much, told without a number. */
export function quantifierClaim({ snapshot }: Pick<InsightRequest, 'snapshot'>): ClaimCheck {
  return ({ clauses, text, groups, scope }) => {
    for (const clause of clauses) {
      const problem = vagueProblem(clause);
      if (problem !== null) return problem;
      const views = clause.groups.flat();
      const noun = SEVERAL.exec(clause.text)?.[1];
      if (noun !== undefined && !isWorded(views, noun)) {
        const kind = /engine|replica/.test(noun) ? 'engine' : 'gpu';
        const subjects = new Set(
          views.filter(({ finding }) => finding.subject.kind === kind).map(({ finding }) => finding.subject.id),
        );
        if (subjects.size < 2) return `The analysis does not say that of several ${noun}.`;
      }
      if (onlyProblem({ text, groups, scope }))
        return 'It says that of one alone, and the analysis says it of others, too.';
      const wide = PLURAL_CLAIM.exec(clause.text)?.[0];
      const isOne = snapshot.gpus.length <= 1;
      if (
        wide !== undefined &&
        !isOne &&
        !isWorded(views, wide) &&
        !views.some(({ finding }) => finding.subject.kind === 'host' || finding.subject.kind === 'fleet')
      ) {
        return `It says ${wide}, and the findings are about single devices.`;
      }
    }
    return null;
  };
}
