import { tagNamed, tagsOfText } from '../tags.js';
import { type ClaimCheck, type Clause } from './claim.js';

const NEGATION =
  /\b(?:no|not|never|none|nobody|nothing|without|neither|nor|cannot|absent|zero|lacks?|free of)\b|n't\b|\b(?:ruled out|rules out|excluded)\b/g;
/** What is negated as an aim, a rule of conduct or a limit of knowledge says nothing about the machine. */
const HARMLESS =
  /^\s?(?:only|more than|less than|longer|yet known|necessarily|known|evaluated|available|possible|readable|be (?:read|evaluated|known|changed|raised|restarted|lowered|placed|needed|enough|reached|told)|enough|exceed|above|below|at most|at least|the only|be)\b|^\s?(?:yet|always)\b/;
const CONDUCT = /\b(?:do|should|must|may|might|could|would|can|need|to|let|will)\s?$/;
/** What somebody would like to be gone. */
const TROUBLE =
  /\b(?:errors?|problems?|issues?|faults?|failures?|warnings?|alarms?|throttl\w+|slow\w*|preempt\w*|queue\w*|wait\w*|loss(?:es)?|lost|leaks?|swap\w*|crash\w*|hang\w*|restart\w*|xids?|retr\w+|drops?|dropped|bottlenecks?|pressure|limits?|limited|limiting|caps?|heat|hot|overheat\w*|full|busy|saturat\w+|overload\w*|stall\w*|starv\w*|degrad\w+|broken|damag\w+|affected|involved|responsible|blame|cause[sd]?|causing|contribut\w+|impact\w*|down|offline|dead|corrupt\w*|violat\w+|breach\w*|exceed\w*|evict\w*|miss\w*|idle|risk\w*|danger\w*|harm\w*|evidence|sign|signs|indication|trace|reason|contention|impaired|unhealthy|critical|late|slow|short|wrong|enough|used|active|anomal\w+|abnormal\w*|deviation\w*|spikes?|fire[sd]?|trigger\w*|tasks?|processes|process|requests?|gpus?|engines?|other|others)\b/;

/** Whether the analysis denies the same: in words, or by a reading of 0 or false. */
function isDenied({ groups }: Clause, object: string, word: string): boolean {
  const tags = [...tagsOfText(object)].filter((tag) => tagNamed(tag)?.facet === null);
  return groups.every((views) =>
    views.some(({ text, facts, finding, wordTags }) => {
      const isZero = facts.some(
        (fact) => fact.role === 'value' && fact.value === 0 && tags.some((tag) => fact.tags.has(tag)),
      );
      const isFalse = finding.evidence.some(
        ({ value, signal }) =>
          value === false && tags.some((tag) => tagsOfText(signal.replace(/([A-Z.])/g, ' $1').toLowerCase()).has(tag)),
      );
      return (
        isZero ||
        isFalse ||
        (tags.some((tag) => wordTags.has(tag)) && deniesIn(text, tags)) ||
        sameWords(text, object, word)
      );
    }),
  );
}

function deniesIn(text: string, tags: readonly string[]): boolean {
  return [...text.matchAll(NEGATION)].some(({ index }) => {
    const denied = tagsOfText(text.slice(index, index + 60));
    return tags.some((tag) => denied.has(tag));
  });
}

/** `does not drain`, `did not answer`: the verb that the analysis negates itself. */
function sameWords(text: string, object: string, negation: string): boolean {
  const start = /^\s\w+ \w+/.exec(object)?.[0];
  if (
    start !== undefined &&
    [...text.matchAll(NEGATION)].some(({ 0: word, index }) => text.startsWith(word + start, index))
  )
    return true;
  if (!/^(?:not|never|cannot|n't)$/.test(negation)) return false;
  const verb = /^\s?(\w{3,}?)(?:s|es|ed|ing)?\b/.exec(object)?.[1];
  if (verb === undefined) return false;
  return [...text.matchAll(NEGATION)].some(({ index }) => text.slice(index, index + 30).includes(` ${verb}`));
}

function isDeniedHere(clause: Clause, match: RegExpExecArray): boolean {
  const before = clause.text.slice(0, match.index);
  const object = clause.text.slice(match.index + match[0].length, match.index + match[0].length + 70);
  if (HARMLESS.test(object) || (CONDUCT.test(before) && /^(?:not|never)$/.test(match[0]))) return true;
  if (!TROUBLE.test(object) && tagsOfText(object).size === 0) return true;
  return isDenied(clause, object, match[0]);
}

/** Verbs that the analysis negates: `does not drain`, `did not answer`. */
const NEGATED_VERB = /\b(?:do|does|did|can|could) ?not (?:be )?([a-z]{4,})/g;
const HYPOTHETICAL =
  /\b(?:should|would|could|can|may|might|will|to|until|once|when|whether|if|after|again|not|no|never|cannot|n't|so that|lets?|check|nor|without)\b|n't\b/;

/** The analysis says that it is not so, and the sentence that it is. */
function contradicts(clause: Clause): boolean {
  return clause.groups.flat().some(({ text }) =>
    [...text.matchAll(NEGATED_VERB)].some(([, verb = '']) => {
      const stem = verb.replace(/(?:ed|e|s)$/, '');
      const asserted = new RegExp(`\\b${stem}(?:s|es|ed|d)\\b`);
      return (
        asserted.test(clause.text) && !HYPOTHETICAL.test(clause.text) && !asserted.test(text.replace(NEGATED_VERB, ''))
      );
    }),
  );
}

/** That something is not there or not so is as much a claim as that it is. */
export const absenceClaim: ClaimCheck = ({ clauses, scope }) => {
  for (const clause of clauses) {
    if (scope.place !== 'effect' && contradicts(clause)) return 'It says what the analysis denies.';
    for (const match of clause.text.matchAll(NEGATION)) {
      if (!isDeniedHere(clause, match)) return 'It denies something that the readings do not deny.';
    }
  }
  return null;
};
