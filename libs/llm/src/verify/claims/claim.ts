import type { FindingView } from '../finding-views.js';
import type { MentionGroup } from '../mention-groups.js';
import type { Scope } from '../scope.js';
import type { TagSet } from '../tags.js';

/** A part of a sentence that makes statements of its own. */
export interface Clause {
  readonly start: number;
  readonly text: string;
  readonly tags: TagSet;
  /**
   * The findings that it may speak of. Several groups where it speaks of several subjects at once: what it says has to
   * hold for each.
   */
  readonly groups: readonly (readonly FindingView[])[];
}

/** A sentence as every check sees it. */
export interface CheckedSentence {
  /** Normalised, with its capitals. */
  readonly cased: string;
  /** In lower case, names of devices and engines taken out at the same length. */
  readonly text: string;
  readonly clauses: readonly Clause[];
  readonly scope: Scope;
  readonly groups: readonly MentionGroup[];
}

/** Says what is wrong, in one sentence; null for nothing. */
export type ClaimCheck = (sentence: CheckedSentence) => string | null;

/** The text without the `to` of `time to first token`, which is no aim; at the same length. */
export function withoutNameOfTtft(text: string): string {
  return text.replace(/\btimes? to (?:the )?first[- ]tokens?/g, (name) => '\u00b7'.repeat(name.length));
}

/** Whether what the clause says is said by each group of findings that it speaks of. */
export function eachGroup(clause: Clause, holds: (views: readonly FindingView[]) => boolean): boolean {
  return clause.groups.length > 0 && clause.groups.every(holds);
}

/** Whether a text has the phrase as whole words. */
export function hasPhrase(text: string, phrase: string): boolean {
  for (let at = text.indexOf(phrase); at >= 0; at = text.indexOf(phrase, at + 1)) {
    const around = `${text[at - 1] ?? ' '}${text[at + phrase.length] ?? ' '}`;
    if (!/[\p{L}\d]/u.test(around)) return true;
  }
  return false;
}

/** Whether a finding or one that is linked to it uses the same words. */
export function isWorded(views: readonly FindingView[], phrase: string): boolean {
  return views.some(({ text }) => hasPhrase(text, phrase));
}
