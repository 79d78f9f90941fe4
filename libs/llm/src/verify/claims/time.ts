import type { FindingView } from '../finding-views.js';
import { type CheckedSentence, type ClaimCheck, isWorded } from './claim.js';

/** Words that place something in time or tell how it goes on; only where the analysis uses them, too. */
const TIME = new RegExp(
  String.raw`\b(?:yesterday|today|tonight|tomorrow|overnight|this (?:morning|afternoon|evening|week|month|year)|(?:last|next|past|previous|recent|coming) (?:night|days?|weeks?|months?|years?|hours?|minutes?|weekend|quarter|release|deployment|deploy|update|upgrade|reboot|restart|maintenance|few|couple|several|many)|weekend|monday|tuesday|wednesday|thursday|friday|saturday|sunday|january|february|march|april|june|july|august|september|october|november|december|midnight|noon|o'clock|a\.?m\.?|p\.?m\.?|utc|for (?:hours|days|weeks|months|years|minutes|seconds|a (?:while|long|short|day|week|month|few|couple)|some time|long|several|many|ages|quite)|(?:hours?|days?|weeks?|months?|minutes?|seconds?|moments?|while) (?:ago|earlier|later|before|from now)|recently|lately|earlier today|just now|suddenly|abrupt(?:ly)?|gradual(?:ly)?|intermittent(?:ly)?|occasional(?:ly)?|sporadic(?:ally)?|periodic(?:ally)?|temporar(?:y|ily)|transient(?:ly)?|momentar(?:y|ily)|brief(?:ly)?|short[- ]lived|permanent(?:ly)?|persistent(?:ly)?|constant(?:ly)?|continuous(?:ly)?|continual(?:ly)?|continually|chronic(?:ally)?|forever|always|repeated(?:ly)?|frequent(?:ly)?|often|rare(?:ly)?|usually|sometimes|daily|hourly|weekly|monthly|nightly|every (?:day|hour|night|week|month|minute|few|second|so often)|soon|shortly|imminent(?:ly)?|within (?:\w+ )?(?:seconds|minutes|hours|days|weeks|moments|an hour|a (?:day|minute|week|second))|in (?:seconds|minutes|hours|days|weeks|no time|a (?:few|moment|minute|while|day|week|second)|an hour)|since (?:the|its|their|a|last|yesterday|this|then|monday|when|\w+day|boot|deployment|noon|midnight|january|\d)|ever since|as of (?:late|today|now)|up to now|so far|for the first time|first time|once again|as before|like before|previously|formerly|in the past|historically|history|long[- ]standing|ongoing|on and off|at night|in the (?:morning|afternoon|evening|night)|peak hours?|business hours|rush hours?|after hours|round the clock|24/7|around the clock|eventually|sooner or later|(?:resolves?|fixes|heals?|cures?|corrects?|clears?) (?:itself|themselves)|by (?:itself|themselves|its own|tomorrow|then|tonight|now)|on its own|self-heal\w*|will (?:recover|heal|resolve|pass|disappear|clear up|go away|stabili[sz]e|normali[sz]e|subside|fail|crash|die|break|burn|stop working|run out|be (?:lost|damaged|down|fixed|gone|resolved|over))|about to|is going to|going to (?:fail|crash|die|break))\b`,
  'g',
);
/** As a cause (`since the limit is low`) or an order of steps (`check it often`) a word of time claims nothing. */
const CAUSAL_SINCE = /^since (?:the|its|their|a|this|when)$/;
const EVENT_AFTER_SINCE =
  /^\s(?:\w+\s){0,2}?(?:deploy\w*|restart\w*|reboot\w*|boot|start|update\w*|upgrade\w*|release\w*|change\w*|incident|reset|morning|night|weekend|week|month|beginning|outage|last|maintenance|migration|rollout|patch|install\w*)\b/;
const CLOCK = /(?<![\d:.])(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?(?![\d:])/g;
const DATE = /(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)/g;
const OTHER_DATE =
  /(?<![\d.])\d{1,2}[./]\d{1,2}[./]\d{2,4}(?![\d.])|\b(?:in|since|until|from|year|during|by)\s(?:19|20)\d{2}\b(?!\s?(?:mhz|w\b|tokens?|requests?|[kmg]i?b|of\b|to\b|out\b|%|s\b|ms\b|\.\d))|\b\d{1,2}(?:st|nd|rd|th)? (?:of )?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? \d{1,2}\b/;

/** Times of day and days at which something was read, as `HH:MM` and `YYYY-MM-DD`. */
function timesOf({ finding }: FindingView): string[] {
  const { firstSeenAt, lastSeenAt, evidence } = finding;
  const stamps = [
    firstSeenAt,
    lastSeenAt,
    ...evidence.flatMap(({ at, value }) => [at, typeof value === 'string' ? value : '']),
  ];
  return stamps.flatMap((stamp) => [stamp.slice(0, 10), stamp.slice(11, 16), stamp.slice(11, 19)]);
}

/** Times that stand in the sentence, taken out where they are known. */
export function withoutTimes(
  sentence: string,
  times: ReadonlySet<string>,
): { readonly text: string; readonly unknown: string | null } {
  let unknown: string | null = null;
  const check = (text: string, key: string): string => {
    if (!times.has(key)) unknown ??= text;
    return '\u00b7'.repeat(text.length);
  };
  const text = sentence
    .replace(
      /(?<!\d)(\d{4}-\d{2}-\d{2})t(\d{2}:\d{2})(:\d{2}(?:\.\d+)?)?z?(?![\d:])/g,
      (all, day: string, minute: string) => {
        if (!times.has(day)) unknown ??= all;
        return check(all, minute);
      },
    )
    .replace(DATE, (all) => check(all, all))
    .replace(CLOCK, (all, hour: string, minute: string, second: string | undefined) =>
      check(all, `${hour.padStart(2, '0')}:${minute}${second === undefined ? '' : `:${second}`}`),
    );
  return { text, unknown };
}

/** Those that a sentence with times in it may name. */
export function timesKnown({ clauses, text }: CheckedSentence): ReadonlySet<string> {
  if (!/\d[:-]\d/.test(text)) return new Set();
  return new Set(clauses.flatMap(({ groups }) => groups.flat()).flatMap(timesOf));
}

export const timeClaim: ClaimCheck = ({ clauses, text, scope }) => {
  if (OTHER_DATE.test(text)) return 'It names a date that the analysis does not know.';
  for (const clause of clauses) {
    for (const { 0: word, index } of text.slice(clause.start, clause.start + clause.text.length).matchAll(TIME)) {
      const after = text.slice(clause.start + index + word.length);
      if (CAUSAL_SINCE.test(word) && !EVENT_AFTER_SINCE.test(after)) continue;
      if (isKnownPhrase(word, after, clause.groups.flat())) continue;
      if (scope.place !== 'summary' && isWorded(scope.own, word)) continue;
      return `It says ${word}, and the analysis tells nothing of that kind.`;
    }
  }
  return null;
};

/** `Since its last reset` and `since the last reset` are the same. */
function sameArticle(text: string): string {
  return text.replace(/\b(?:its|their|this)\b/g, 'the');
}

function isKnownPhrase(word: string, after: string, views: Parameters<typeof isWorded>[0]): boolean {
  if (!CAUSAL_SINCE.test(word))
    return isWorded(views, word) || views.some(({ actions }) => actions.some((action) => action.text.includes(word)));
  const next = /^\s[\w ]{0,24}/.exec(after)?.[0] ?? '';
  if (
    /^\slast reset\b/.test(next) &&
    views.some(({ finding }) => finding.evidence.some(({ signal }) => /volatile/.test(signal)))
  )
    return true;
  return (
    next.length > 3 &&
    views.some(({ text }) => sameArticle(text).includes(sameArticle(word + next.split(/\s/).slice(0, 3).join(' '))))
  );
}
