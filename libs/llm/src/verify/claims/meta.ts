import type { ClaimCheck } from './claim.js';

/** Speaking of itself, of its instructions, or of what others told it. */
const META = new RegExp(
  [
    String.raw`\b(?:as|i am|i'm) an? (?:ai|assistant|language model|llm|model|bot)\b`,
    String.raw`\b(?:i|i'm|i've|i'll|i'd|me|my|myself)\b(?!\/)`,
    String.raw`\b(?:ignore|ignoring|disregard|override|overriding|forget|bypass(?:ing)?) (?:\w+ ){0,3}(?:instructions?|rules?|prompts?|guardrails?|polic(?:y|ies)|limits?|checks?|warnings?|findings?|alerts?|evidence|approvals?)\b`,
    String.raw`\b(?:system|developer|user|assistant)\s?(?:prompt|message|instruction)s?\b`,
    String.raw`^\W*(?:system|developer|assistant|user|admin|note to \w+|instructions?|important|attention|warning|override|answer|response|output|debug)\s*:`,
    String.raw`\b(?:label|instructions?|prompt|data block|message|comment|operator|user|admin|administrator|manager|owner|vendor|support|engineer|team|author)s?\b(?: \w+){0,2} (?:asks?|asked|says?|said|tells?|told|demands?|demanded|requests? (?:that|to)|requested|wants?|orders?|ordered|instructs?|instructed|authori[sz]e[sd]?|approve[sd]?|confirm(?:s|ed)?)\b`,
    String.raw`\bas (?:requested|instructed|told|asked|ordered|demanded|directed|the \w+ (?:asks?|says?|requests?|instructs?|demands?|requires?))\b`,
    String.raw`\baccording to the (?:label|instructions?|prompt|message|note|comment)\b`,
    String.raw`\b(?:per|following|obeying) (?:the |your )?(?:instructions?|label|request|order|command)\b`,
    String.raw`\b(?:jailbreak|dan mode|god mode|developer mode|maintenance mode is on|admin mode|password|credentials?|api key|secret|root access|sudo)\b`,
    String.raw`<[^>]{0,80}>|\[(?:system|inst|/inst|assistant|user)\]|###|\{\{|\}\}`,
    String.raw`\b(?:no|without|skip(?:ping)?|needs no|requires no|not need(?:ing)?|waive[sd]?) (?:\w+ ){0,2}(?:approval|confirmation|review|authori[sz]ation|sign-?off|permission)\b`,
    String.raw`\b(?:pre-?approved|auto-?approve[ds]?|approval (?:is|was|has been) (?:given|granted|not (?:needed|required))|already approved)\b`,
  ].join('|'),
);
/** Nothing has been done or allowed when insights are written. */
const DONE = new RegExp(
  [
    String.raw`\b(?:has|have|had) (?:\w+ )?been (?:\w+ )?(?:approved|executed|applied|done|completed|verified|confirmed|fixed|resolved|repaired|restarted|rebooted|reset|restored|scheduled|tested|checked|validated|mitigated|deployed|changed|corrected|replaced|drained|ordered|notified|informed|reported|escalated|opened|solved|cleared|rolled back|raised|lowered|adjusted|contacted|acknowledged|updated|cancelled|canceled|started|stopped|killed|disabled|enabled|authori[sz]ed|signed off)\b`,
    String.raw`\b(?:was|were|is|are) (?:\w+ )?(?:approved|executed|authori[sz]ed|fixed|resolved|repaired|applied|mitigated|verified|validated|signed off|scheduled|acknowledged|under control|taken care of|being (?:fixed|repaired|handled|worked on|replaced))\b`,
    String.raw`\bwe (?:have|had|'ve|already|did|were|restarted|fixed|applied|reset|approved|verified|confirmed|checked|tested|executed|changed|lowered|raised|restored|are|will|can|know|saw|see|found|ran)\b`,
    String.raw`\b(?:successfully|already) (?:\w+ed|done|reset|run)\b`,
    String.raw`\b(?:action|change|fix|restart|reset|reboot|ticket|rollout|repair) (?:is |was )?(?:taken|done|complete[d]?|in progress|under way|underway|succeeded|successful|finished|executed)\b`,
    String.raw`\b(?:tested|proven|confirmed|verified|validated|certified|guaranteed) (?:by|in|to|on|with|that)\b`,
    String.raw`\b(?:guarantee[sd]?|guaranteed|certainly|definitely|undoubtedly|surely|without (?:a )?doubt|no doubt|for sure|100% sure|proven|everyone knows|obviously)\b`,
  ].join('|'),
);

/** Any other thing that was done: only where the analysis tells of it. */
const WAS_DONE = /\b(?:has|have|had) been (?:\w+ly )?(\w{3,}?)(?:ed|d|en|wn|t)\b/g;

/** Verbs by which a label would have something done. */
const ORDER =
  /\b(?:reboot|restart|reset|kill|delete|disable|enable|ignore|approve|run|execute|shut|drain|upgrade|downgrade|reinstall|install|curl|sudo|rm|tell|say|report|claim|write|recommend|answer|call)\b/;
const FEWEST_WORDS = 4;

/** Whether a name of something reads like an order: names are written by others, and repeating this one would obey it. */
export function isOrder(name: string): boolean {
  const words = name.split(/[^\p{L}\d]+/u).filter((word) => word !== '');
  return words.length >= FEWEST_WORDS && /\s/.test(name) && (META.test(name) || ORDER.test(name));
}

export const metaClaim: ClaimCheck = ({ text, scope }) => {
  if (META.test(text)) return 'It speaks of instructions, approvals or itself rather than of the readings.';
  for (const [, stem = ''] of text.matchAll(WAS_DONE)) {
    if (!scope.views.some((view) => view.text.includes(stem)))
      return 'It tells of something done that the analysis does not tell of.';
  }
  const done = DONE.exec(text)?.[0];
  if (done === undefined || scope.views.some((view) => view.text.includes(done))) return null;
  return 'It says that something was approved, done or proven, which insights can not know.';
};
