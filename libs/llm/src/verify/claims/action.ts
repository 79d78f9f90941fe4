import type { ActionView } from '../finding-views.js';
import type { ClaimCheck, Clause } from './claim.js';
import { ACTING, ACTION_WORDS, EXCLUSIVE_OBJECTS } from './action-words.js';

/** In front of a verb that somebody is to do something. */
const DIRECTS =
  /(?:^\W*(?:(?:please|then|first|next|now|immediately|and|or|so|finally|also|instead|simply|just|otherwise|step by step|carefully|quickly)[ ,]+)*|\b(?:should(?: be)?|must(?: be)?|have to(?: be)?|has to(?: be)?|needs? to(?: be)?|ought to|want to|recommend(?:ed|s)?|advise[sd]?|suggest(?:ed|s)?|consider|try|let'?s|please|to (?:fix|solve|resolve|repair|mitigate|address|remedy) (?:this|it)[, ]+|can|could|may|will|would|shall|better|best to|is to(?: be)?|are to(?: be)?|worth|by|urgent(?:ly)? to|important to|necessary to|required to|then|plan to|immediately|simply|just|directly|manually|carefully|safely|quickly|also|to|requires? (?:an? )?(?:immediate )?|needs? (?:an? )?(?:immediate )?|(?:do|perform|schedule|trigger|initiate|issue|request|order|force) (?:an? )?(?:\w+ )?))\s*$/;
/** In front of a verb that it is told what others do or what comes of it. */
const TELLS =
  /\b(?:next|pending|a|the|its|until|last|after|before|since|every|each|any|no|without|with|for|on|of|per|in|at|another|\w+'s)\s(?:\w+\s)?$/;
/** Words that are verbs of acting and nouns or settings of the trade alike. */
const OFTEN_NOUNS =
  /^(?:reset|limit|cap|set|swap|order|power|start|stop|end|clear|change|lower|reload|lock|pin|format|patch|empty|force|apply|fix|repair|throttle|add|put|execut\w+|run)$/;

function isDirective(before: string, verb: string, after: string): boolean {
  if (!DIRECTS.test(before)) return false;
  if (/ed$/.test(verb) && !/\bbe\s?$/.test(before)) return false;
  if (TELLS.test(before) && OFTEN_NOUNS.test(verb)) return false;
  // `Lower clocks save energy`, `limit of 450 W`, `set of`: no verb.
  if (
    /^(?:limit|cap|set|order|power|end|start|stop|lock|swap|repair|reset|restart)$/.test(verb) &&
    /^(?:\s(?:of|is|was|at|below|above|holds|keeps|and|in|pending|usage|used|rate|mode)\b|s\b|$)/.test(after)
  )
    return false;
  return !(
    verb === 'lower' &&
    /^\s\w+s?\s(?:saves?|means?|costs?|could|would|can|may|helps?|gives?|is|are|than|gets?|leaves?|makes?)\b/.test(
      after,
    )
  );
}

function isProposed(verb: string, after: string, before: string, actions: readonly ActionView[]): boolean {
  const object = `${after} ${before}`.slice(0, 160);
  return actions.some((action) => {
    const { definition, direction } = action;
    if (direction !== null && isOpposite(verb, direction)) return false;
    if (EXCLUSIVE_OBJECTS.some(([words, types]) => words.test(object) && !types.test(definition.type))) return false;
    const rows = ACTION_WORDS.filter(({ types }) => types.test(definition.type));
    if (rows.some(({ verbs, objects }) => verbs.test(verb.split(/[ -]/)[0] ?? verb) && objects.test(object)))
      return true;
    return startsTitle(definition.title, verb, object);
  });
}

function isOpposite(verb: string, direction: string): boolean {
  const isUp = /^(?:rais|increas|enlarg|expand|add)/.test(verb);
  const isDown = /^(?:lower|reduc|decreas|cap|limit|remov)/.test(verb);
  return (direction === 'lower' && isUp) || (direction === 'raise' && isDown);
}

/** An action without words here is known by its own title: `Bind the cache to …`. */
function startsTitle(title: string, verb: string, object: string): boolean {
  const [first = '', ...rest] = title.toLowerCase().split(/\s+/);
  const stem = first.replace(/e?s?$/, '');
  const nouns = rest.filter((word) => word.length > 3);
  return verb.startsWith(stem) && nouns.some((noun) => object.includes(noun.replace(/s$/, '')));
}

/** What every text of the action and finding itself says may be repeated as what happens. */
function isTold(clause: Clause, verb: string, actions: readonly ActionView[]): boolean {
  const stem = verb.slice(0, Math.max(4, verb.length - 2));
  const views = clause.groups.flat();
  return (
    views.some(({ text, readings }) => text.includes(stem) || readings.includes(stem)) ||
    actions.some(({ text }) => text.includes(stem))
  );
}

const RISKY =
  /^(?:restart|reboot|reset|kill|terminat|drain|cordon|delet|disabl|downgrad|reinstall|uninstall|flash|shut|power.?cycl|wip|eras|purg|overclock|undervolt|unplug|replac|migrat|decommission|evict|format|detach|unmount)/;

/** Nobody is told to do what no finding proposes. */
export const actionClaim: ClaimCheck = ({ clauses, scope }) => {
  const actions = (scope.place === 'cause' ? scope.views : [...scope.own, ...scope.views]).flatMap(
    (view) => view.actions,
  );
  for (const clause of clauses) {
    for (const { 0: verb, index } of clause.text.matchAll(ACTING)) {
      const before = clause.text.slice(0, index);
      const after = clause.text.slice(index + verb.length);
      const isFree = !isDirective(before, verb, after);
      if (isFree && !RISKY.test(verb)) continue;
      if (isProposed(verb, after, before, actions)) continue;
      if (isFree && isTold(clause, verb, actions)) continue;
      return `It tells to ${verb} something, which no finding of the text proposes.`;
    }
  }
  return null;
};
