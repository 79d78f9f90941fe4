import type { FindingView } from '../finding-views.js';
import type { Place } from '../scope.js';
import { tagNamed, type TagSet } from '../tags.js';
import { type ClaimCheck, type Clause, eachGroup } from './claim.js';

const CONDITION = /^is-/;
/** What a step may be expected to change, whatever the finding is about. */
const OUTCOMES: TagSet = new Set([
  'kv-cache',
  'preemption',
  'queue',
  'ttft',
  'itl',
  'prefill',
  'decode',
  'lmcache',
  'prefix-cache',
  'is-late',
  'replica',
  'cpu',
]);

/** How a sentence tells what comes of a step. */
const AHEAD =
  /\b(?:should|will|would|can|could|may|might|must|stays?|falls?|rises?|drops?|shrinks?|grows?|gets?|improves?|shorter|fewer|less|more|again|lower|higher|longer|stops?|ends?|clears?|reduces?|increases?|decreases?|no longer|recovers?|returns?|goes?|becomes?|watch|unless|until|once|shows?|tells?)\b/;

/** Whether one finding, with what explains it and what it explains, is about all of it. */
function isBundled(topics: readonly string[], clause: Clause, views: readonly FindingView[], place: Place): boolean {
  const mayBeZero = /\d|\b(?:no|not|none|zero|without|never|nor)\b/.test(clause.text);
  const isOutcome = place === 'effect' && AHEAD.test(clause.text);
  const isState = topics.some((topic) => CONDITION.test(topic));
  return views.some((view) => {
    const bundle = [view, ...views.filter(({ finding }) => view.linked.has(finding.id))];
    return topics.every(
      (topic) =>
        bundle.some(
          (one) => speaksOf(one, topic, isState ? 'cause' : place) || (mayBeZero && one.zeroTags.has(topic)),
        ) ||
        (isOutcome && OUTCOMES.has(topic)),
    );
  });
}

function speaksOf(view: FindingView, topic: string, place: Place): boolean {
  if (CONDITION.test(topic) ? view.wordTags.has(topic) : view.tags.has(topic)) return true;
  const isAdvice = place !== 'cause';
  return isAdvice && view.actions.some(({ tags }) => tags.has(topic));
}

function topicsOf({ tags }: Clause): string[] {
  return [...tags].filter((name) => tagNamed(name)?.isTopic);
}

/** A sentence speaks only of what the findings speak of: no fault is invented in plain words. */
export const topicClaim: ClaimCheck = ({ clauses, scope }) => {
  for (const clause of clauses) {
    const topics = topicsOf(clause);
    if (topics.length === 0) continue;
    if (!eachGroup(clause, (views) => isBundled(topics, clause, views, scope.place))) {
      return `It speaks of ${topics.map((name) => name.replace(/^is-/, '')).join(' and ')}, which no finding does here.`;
    }
  }
  return null;
};
