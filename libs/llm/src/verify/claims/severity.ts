import { HEALTH_STATUSES, SEVERITIES, type Severity } from '@app/core';
import type { FindingView } from '../finding-views.js';
import { type ClaimCheck, isWorded } from './claim.js';

/** Words that call something grave, and the least severity that they fit. */
const GRAVE: readonly (readonly [RegExp, Severity])[] = [
  [/\b(?:critical|criticality|catastroph\w+|emergency|disast\w+|fatal|life-threatening|dire)\b/, 'critical'],
  [
    /\b(?:severe(?:ly)?|serious(?:ly)?|grave|major|dangerous(?:ly)?|alarming|urgent(?:ly)?|acute|high[- ]severity)\b/,
    'high',
  ],
  [/\b(?:medium[- ]severity|moderate severity)\b/, 'medium'],
];
const MILD =
  /\b(?:minor|negligible|trivial|harmless|insignificant|unimportant|benign|cosmetic|marginal|informational|mild|not (?:urgent|critical|serious|severe))\b/;
const SEVERITY_WORD = /\b(critical|high|medium|low|info)\b(?=\)|,? (?:severity|finding|problem|issue|priority))/;
const UNHEALTHY = /\b(?:unhealthy|sick|in (?:bad|poor) (?:health|shape|condition))\b/;
const DEGRADED = /\b(?:degraded|impaired)\b/;
const STATUS = /\bhealth (?:status )?(?:is|of) (?:the \w+ (?:is )?)?(\w+)/;
const SCORE = /\bhealth score\b/;

function rank(severity: Severity): number {
  return SEVERITIES.indexOf(severity);
}

function worst(views: readonly FindingView[]): number {
  return Math.min(SEVERITIES.length, ...views.map(({ finding }) => rank(finding.severity)));
}

/** How grave something is called has to agree with the severity of what it may be about. */
export function severityClaim(healthStatus: string): ClaimCheck {
  return ({ clauses, scope }) => {
    for (const { text, groups } of clauses) {
      const views = groups.flat();
      const grave = GRAVE.find(([words]) => words.test(text));
      const said = grave?.[0].exec(text)?.[0] ?? '';
      if (grave && worst(views) > rank(grave[1]) && !isWorded(views, said)) {
        return 'It calls something graver than the analysis does.';
      }
      if (MILD.test(text) && worst(scope.own) < rank('low'))
        return 'It calls something harmless that the analysis does not.';
      const named = SEVERITY_WORD.exec(text)?.[1];
      if (named !== undefined && !views.some(({ finding }) => finding.severity === named) && !isWorded(views, named)) {
        return `The analysis has no finding of severity ${named} here.`;
      }
      const problem = statusProblem(text, healthStatus, views);
      if (problem !== null) return problem;
    }
    return null;
  };
}

function statusProblem(text: string, healthStatus: string, views: readonly FindingView[]): string | null {
  const isBad = healthStatus === 'degraded' || healthStatus === 'critical';
  if (UNHEALTHY.test(text) && !isBad && !isWorded(views, 'unhealthy'))
    return 'The analysis does not call the health bad.';
  if (DEGRADED.test(text) && !isBad && !isWorded(views, 'degraded'))
    return 'The analysis does not call the health degraded.';
  const status = STATUS.exec(text)?.[1];
  if (status !== undefined && HEALTH_STATUSES.some((known) => known === status) && status !== healthStatus) {
    return `The analysis does not call the health ${status}.`;
  }
  return SCORE.test(text) && !/\d/.test(text) ? 'The health score is a number of the analysis.' : null;
}
