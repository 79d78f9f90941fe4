import type { FindingView } from '../finding-views.js';
import { signalWords, tagNamed, tagsOfText } from '../tags.js';
import { type ClaimCheck, type Clause, eachGroup, hasPhrase, withoutNameOfTtft } from './claim.js';

type Direction = 'up' | 'down' | 'change';

/** Words that something changed by itself. The present tense of an effect (`clocks rise`) is told apart by place. */
const CHANGES: readonly (readonly [Direction, RegExp])[] = [
  [
    'up',
    /\b(?:rose|risen|rising|increased|increasing|grew|grown|growing|climb(?:ed|ing|s)|spik(?:ed|ing)|surg(?:ed|ing)|jump(?:ed|ing)|soar(?:ed|ing)|went up|going up|gone up|ramp(?:ed|ing) up|escalat(?:ed|ing)|worsen(?:ed|ing|s)|getting (?:worse|hotter|slower|longer|fuller|higher)|got (?:worse|hotter|slower|longer|higher)|deteriorat(?:ed|ing|es)|accelerat(?:ed|ing)|piling up|pil(?:ed|es) up|building up|accumulat(?:ed|ing|es)|mounting|creeping up|crept up|upward|hotter and hotter|more and more|trend(?:s|ing)? (?:up|upwards?|higher)|heating up|heated up|filling up)\b/,
  ],
  [
    'down',
    /\b(?:fell|fallen|falling|dropp(?:ed|ing)|decreas(?:ed|ing)|declin(?:ed|ing|es)|shrank|shrunk|shrinking|sank|sunk|sinking|went down|going down|gone down|plung(?:ed|ing)|plummet(?:ed|ing)|collaps(?:ed|ing)|dipp(?:ed|ing)|improv(?:ed|ing)|getting better|got better|recover(?:ed|ing|s)|eas(?:ed|ing)|cooling down|cooled down|subsid(?:ed|ing|es)|diminish(?:ed|ing|es)|slump(?:ed|ing)|halved|downward|trend(?:s|ing)? (?:down|downwards?|lower)|less and less|degrading)\b/,
  ],
  [
    'change',
    /\b(?:fluctuat\w+|oscillat\w+|flapp\w+|unstable|erratic\w*|drift(?:ed|ing|s)|vary|varies|varied|no longer|anymore|any more|used to|became|become|becoming|turned|starts? to|started to|began|begun|begins|stopped|keeps? \w+ing|continu(?:es|ed|ing) to|still \w+ing|still|remain(?:s|ed)|changed|changing|switched|moved|new(?:ly)?|regress\w+)\b/,
  ],
];
/** Rising and falling in the present tense, and nouns of change. */
const PRESENT: readonly (readonly [Direction, RegExp])[] = [
  [
    'up',
    /\b(?:rises|increases|grows|(?:a|the|an|sharp|steady|steep|sudden|rapid|slow) (?:\w+ )?(?:rise|increase|growth|spike|surge|jump|climb)|(?:is|are) (?:on the rise|up)\b)/,
  ],
  [
    'down',
    /\b(?:falls|drops|decreases|shrinks|improves|(?:a|the|an|sharp|steady|steep|sudden|rapid|slow) (?:\w+ )?(?:drop|decrease|decline|dip|fall|improvement|reduction|degradation)|(?:is|are) down (?:by|from|to))\b/,
  ],
];
/** Said of what a step brings about, of what would follow, or of what one should do. */
const HYPOTHETICAL =
  /\b(?:should|would|could|can|may|might|will|to|must|lets?|allows?|helps?|until|once|after|when|if|unless|before|by|expect(?:ed)?|watch|whether|so that|so|then)\s(?:\w+\s){0,5}$/;
const RISE_SIGNAL = /growth|rise|delta|rising|new /;
/** Words that do not say which way. */
const PLAIN_NEW = /^(?:still|remain(?:s|ed)|new(?:ly)?|turned|moved|became|become|keeps? |continu)/;

/** Which way the analysis itself says that something goes, by reading or in words. */
function isKnown(views: readonly FindingView[], clause: Clause, direction: Direction, word: string): boolean {
  return views.some(({ facts, text, tags, finding }) => {
    if (hasPhrase(text, word)) return true;
    const about = subjectsOf(clause);
    if (!about.some((tag) => tags.has(tag))) return false;
    const stated = CHANGES.concat(PRESENT).some(
      ([way, words]) => way === direction && words.test(text) && sharesTag(words, text, about),
    );
    if (stated) return true;
    return finding.evidence.some(({ signal, value }) => {
      const words = signalWords(signal);
      if (!RISE_SIGNAL.test(words) || typeof value !== 'number' || value === 0) return false;
      if (/ margin/.test(words) || !facts.some((fact) => fact.key.includes(signal))) return false;
      const own = tagsOfText(words);
      const isSame = about.some((tag) => own.has(tag));
      return isSame && direction !== 'change' && value > 0 === (direction === 'up');
    });
  });
}

/** What the clause is about; `has` and `in` are words of many. */
function subjectsOf({ tags }: Clause): string[] {
  return [...tags].filter((name) => tagNamed(name)?.facet === null);
}

function sharesTag(words: RegExp, text: string, about: readonly string[]): boolean {
  const match = words.exec(text.replace(/\b(?:fell|fallen) off\b/g, ''));
  if (!match) return false;
  const around = tagsOfText(text.slice(Math.max(0, match.index - 60), match.index + 60));
  return about.some((tag) => around.has(tag));
}

function problemIn(clause: Clause, rows: typeof CHANGES, isHypothesisAllowed: boolean): string | null {
  for (const [direction, words] of rows) {
    const match = words.exec(clause.text);
    if (!match) continue;
    const before = withoutNameOfTtft(clause.text).slice(0, match.index);
    if (isHypothesisAllowed && HYPOTHETICAL.test(before)) continue;
    if (PLAIN_NEW.test(match[0]) && !/\b(?:worse|hotter|slower)\b/.test(clause.text)) continue;
    if (!eachGroup(clause, (views) => isKnown(views, clause, direction, match[0]))) {
      return `It says that something ${match[0]}, and no reading of the analysis shows a change.`;
    }
  }
  return null;
}

/** Nothing rose or fell that the analysis did not see rise or fall. */
export const trendClaim: ClaimCheck = ({ clauses, scope, text }) => {
  const isLookingAhead = scope.place === 'effect' || /^(?:\W*)(?:if|once|after|when|with|by|to)\b/.test(text);
  for (const clause of clauses) {
    const problem = problemIn(clause, CHANGES, true) ?? (isLookingAhead ? null : problemIn(clause, PRESENT, true));
    if (problem !== null) return problem;
  }
  return null;
};
