import { type ClaimCheck, type Clause, hasPhrase } from './claim.js';

/** Words that call something good; as a wish or an aim they claim nothing. */
const GOOD = new RegExp(
  String.raw`\b(?:healthy|fine|ok|okay|all right|alright|well(?! (?:above|below|over|under|beyond|past|within|short|before|after|as))|good|great|perfect(?:ly)?|excellent|optimal(?:ly)?|normal(?:ly)?|stable|stably|safe(?:ly)?|sound|green|clean|nominal(?:ly)?|satisfactory|acceptable|adequate|sufficient|enough|plenty|unaffected|undamaged|intact|error[- ]free|trouble[- ]free|problem[- ]free|flawless\w*|as (?:expected|intended|designed|usual|it should)|correct(?:ly)?|properly|reliabl[ey]|smooth(?:ly)?|operational|functional|functioning|up to date|within (?:\w+ ){0,3}(?:limits?|range|spec\w*|bounds|tolerance|norms?|parameters)|in order|in good|under control|expected behaviou?r|no worries|harmless|secure|protected|recovered|resolved|back to normal|unremarkable|comfortabl[ey]|low risk|risk[- ]free|without risk|no risk|compliant|well[- ]\w+ed)\b`,
);
/** Telling that there is nothing to do, or that it is not so. */
const DISMISSIVE = new RegExp(
  String.raw`\b(?:nothing (?:to|needs?|has|is|was|wrong|else|more|unusual|abnormal|serious|critical|bad)|no (?:further )?(?:action|intervention|change|fix|work|attention|follow-?up|response|step)s? (?:is|are|needed|required|necessary)|no (?:need|reason|cause) (?:to|for)|needs? no|not (?:be )?(?:needed|necessary|required|worth|relevant|important|a (?:problem|concern|fault|bug|cause for))|do(?:es)? not (?:need|require|matter|warrant|affect|impact|indicate)|can (?:safely )?be (?:ignored|dismissed|disregarded|closed|skipped|left|postponed|deferred|silenced|muted)|(?:safe|safely) to|ignore|ignored|disregard|dismiss|false (?:alarm|positive)s?|spurious|misread\w*|measurement error|sensor (?:error|glitch|fault)|glitch|bogus|artifact|artefact|not real|only a test|a test alert|noise|overstated|exaggerated|unfounded|unrelated|coincidence|by design|intentional(?:ly)?|on purpose|planned|expected)\b`,
);
/** In front of these a good word is an aim, a condition or a limit of the analysis. */
const NOT_CLAIMED =
  /\b(?:not|no longer|until|unless|whether|if|should|to (?:be|stay|become|get|keep|make|remain|return|run|ensure)|must|check|make sure|ensure|verify|confirm|than|instead of|against|reach|return to|back to|keeps?|before|less|below|above|fail(?:s|ed)? to|un|far from|beyond|outside|exceed\w*)\s(?:\w+\s){0,3}$/;

/** Aims and outcomes that are told of the time after a step are for other checks. */
function isClaimed(text: string, pattern: RegExp): string | null {
  const match = pattern.exec(text);
  if (!match) return null;
  return NOT_CLAIMED.test(text.slice(0, match.index)) && !/^\W*$/.test(text.slice(0, match.index)) ? null : match[0];
}

/** A bare reading of `true` or 0 that says the same: `healthy` of the subject. */
function isRead({ groups, text, tags }: Clause, word: string): boolean {
  if (word !== 'healthy') return false;
  const isMeant = (signal: string): boolean =>
    signal === 'caches.healthy' ? tags.has('lmcache') : signal === 'engines.healthy' && /\bengine\b/.test(text);
  return groups
    .flat()
    .some(({ finding }) => finding.evidence.some(({ signal, value }) => isMeant(signal) && value === true));
}

/** The finding says the same of the same thing, or the action says it in the same words. */
function isBacked({ groups, text, tags }: Clause, word: string): boolean {
  const next = new RegExp(`${word} [a-z]+`).exec(text)?.[0];
  return groups.flat().some((view) => {
    const isSaid =
      hasPhrase(view.text, word) && !isDenied(view.text, word) && [...tags].some((tag) => view.wordTags.has(tag));
    return isSaid || (next !== undefined && view.actions.some((action) => hasPhrase(action.text, next)));
  });
}

function isDenied(text: string, word: string): boolean {
  return /\b(?:not|no|never|nor)\s(?:\w+\s)?$|n't\s$/.test(text.slice(0, text.indexOf(word)));
}

/** Nothing is called healthy, normal or safe that the analysis does not call so. */
export function healthClaim(healthStatus: string): ClaimCheck {
  return ({ clauses }) => {
    for (const clause of clauses) {
      const word = isClaimed(clause.text, GOOD);
      if (word !== null && healthStatus !== 'healthy') {
        if (!isBacked(clause, word) && !isRead(clause, word))
          return `The analysis does not call anything ${word} here.`;
      }
      const dismissed = DISMISSIVE.exec(clause.text)?.[0];
      if (dismissed !== undefined && !isBacked(clause, dismissed)) {
        return 'It plays down what the analysis found.';
      }
    }
    return null;
  };
}
