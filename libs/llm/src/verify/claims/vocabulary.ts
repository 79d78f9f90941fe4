import type { FindingView } from '../finding-views.js';
import { tagsOfText } from '../tags.js';
import { isEveryday, isNeutral, stemOf } from '../vocabulary.js';
import type { ClaimCheck } from './claim.js';

const WORD = /[a-z][a-z']*(?:-[a-z]+)*/g;
const LONGEST_NAME = 60;
const cache = new WeakMap<FindingView, ReadonlySet<string>>();

/** Stems of the words that a finding and its actions use. */
function stemsOf(view: FindingView): ReadonlySet<string> {
  const known = cache.get(view);
  if (known) return known;
  const { ruleId, severity, confidence, category, evidence } = view.finding;
  const actions = view.actions.map(({ text }) => text).join(' ');
  const values = view.finding.candidateActions
    .flatMap(({ parameters }) => Object.values(parameters))
    .join(' ')
    .toLowerCase();
  // Longer text readings are lines of a log, which others write.
  const names = evidence
    .flatMap(({ value }) =>
      typeof value === 'string' && value.length <= LONGEST_NAME && !/\s/.test(value) ? [value.toLowerCase()] : [],
    )
    .join(' ');
  const sources = evidence.map(({ thresholdSource }) => thresholdSource ?? '').join(' ');
  const text = `${view.text} ${ruleId} ${severity} ${confidence} ${category} ${actions} ${view.readingNames.join(' ')} ${sources.toLowerCase()} ${values} ${names}`;
  const stems = new Set((text.match(/[a-z]+/g) ?? []).map(stemOf));
  cache.set(view, stems);
  return stems;
}

/** Words that need no finding, and those that other checks look at. */
const FREE = new Map<string, boolean>();
const MOST_FREE = 4000;

function isFree(word: string): boolean {
  const known = FREE.get(word);
  if (known !== undefined) return known;
  const free = isNeutral(word) || tagsOfText(word).size > 0;
  if (FREE.size >= MOST_FREE) FREE.clear();
  FREE.set(word, free);
  return free;
}

/**
 * A statement is made of words that claim nothing by themselves, of what other checks look at, and of the words of the
 * findings. Any other word could tell anything: that paste is dry, that users left, that a cable is loose.
 */
export const vocabularyClaim: ClaimCheck = ({ text, clauses }) => {
  const views = new Set(clauses.flatMap(({ groups }) => groups.flat()));
  for (const [word] of text.matchAll(WORD)) {
    if (isFree(word)) continue;
    const parts = word.replace(/'s?$/, '').split('-');
    const unknown = parts.find((part) => !isFree(part) && ![...views].some((view) => stemsOf(view).has(stemOf(part))));
    if (unknown === undefined) continue;
    return isEveryday(unknown)
      ? `No finding here uses the word ${unknown}.`
      : `The word ${unknown} is not one that the analysis or the trade uses.`;
  }
  return null;
};
