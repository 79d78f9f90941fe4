import type { FindingView } from '../finding-views.js';
import { tagNamed, tagsOfText } from '../tags.js';
import type { ClaimCheck } from './claim.js';

interface Connector {
  readonly words: RegExp;
  /** Which side is the cause. */
  readonly cause: 'left' | 'right';
}

const CONNECTORS: readonly Connector[] = [
  {
    cause: 'right',
    words:
      /\b(?:because of|because|due to|owing to|caused by|driven by|triggered by|result(?:s|ed|ing)? from|stems? from|arises? from|comes? from|explained by|a (?:result|consequence|symptom|sign) of|thanks to|traced to|attributable to|follows? from|as the|blame(?:d)? on|induced by|brought on by)\b/,
  },
  {
    cause: 'left',
    words:
      /\b(?:causes?|caused|causing|leads? to|led to|leading to|results? in|resulted in|resulting in|triggers?|triggered|triggering|explains?|explaining|is why|(?:is|are) the (?:root )?(?:cause|reason|source|origin) (?:of|for|behind)|drives?|driving|produces?|forces?|forcing|makes?|making|(?:is|are) (?:to blame|responsible) for|brings? about|gives? rise to|induces?|provokes?|slows|fills|starves|holds?(?: (?:the|back|up|requests|everything|it))+|blocks?|limits?(?= (?:the|its) (?:throughput|latency|engine|requests|queue))|which (?:delays?|slows?|fills?|blocks?|starves?|raises?|stretches)|therefore|hence|thus|so that|consequently|as a result)\b/,
  },
];

/** A finding is recognised by what no common word says: its rule's own topics. */
function recognise(text: string, views: readonly FindingView[]): FindingView[] {
  const topics = [...tagsOfText(text)].filter((name) => tagNamed(name)?.isTopic && !GENERIC.has(name));
  const quantities = [...tagsOfText(text)].filter((name) => MARKED_QUANTITIES.has(name));
  const wanted = [...topics, ...quantities];
  if (wanted.length === 0) return [];
  const scored = views.map((view) => ({ view, score: wanted.filter((tag) => ruleTags(view).has(tag)).length }));
  const best = Math.max(0, ...scored.map(({ score }) => score));
  return best === 0 ? [] : scored.filter(({ score }) => score === best).map(({ view }) => view);
}

const GENERIC: ReadonlySet<string> = new Set(['is-late', 'is-error', 'is-broken', 'is-idle', 'is-lost', 'driver']);
const MARKED_QUANTITIES: ReadonlySet<string> = new Set(['temperature', 'power', 'clock']);

/** A finding is what its title says it is. */
const cache = new WeakMap<FindingView, ReadonlySet<string>>();
function ruleTags(view: FindingView): ReadonlySet<string> {
  const known = cache.get(view);
  if (known) return known;
  const tags = tagsOfText(`${view.finding.title} ${view.finding.ruleId.replace(/-/g, ' ')}`.toLowerCase());
  cache.set(view, tags);
  return tags;
}

/** What was only measured is no cause of anything. */
function isUnspoken(text: string, views: readonly FindingView[]): boolean {
  const topics = [...tagsOfText(text.slice(-80))].filter((name) => tagNamed(name)?.isTopic && !GENERIC.has(name));
  return topics.length > 0 && !topics.some((topic) => views.some((view) => ruleTags(view).has(topic)));
}

/** Of two different findings one has to explain the other; what one finding says of itself is its own business. */
function explains(causes: readonly FindingView[], effects: readonly FindingView[]): boolean {
  const pairs = effects.flatMap((effect) => causes.map((cause) => [cause, effect] as const));
  if (pairs.some(([cause, effect]) => effect.causes.has(cause.finding.id))) return true;
  if (pairs.some(([cause, effect]) => cause.causes.has(effect.finding.id))) return false;
  return pairs.some(([cause, effect]) => cause === effect);
}

/** `The reason for the queue is the heat` names the effect first. */
const REASON_FOR =
  /\b(?:reason|cause|source|explanation|origin) (?:for|of|behind) (.{3,120}?) (?:is|are|lies in|was) (.+)/;

const WRONG_CAUSE = 'It takes one thing for the cause of another, which the analysis does not.';
const ROOT =
  /\b(?:root[- ]causes?|underlying (?:cause|issue|reason)|main (?:cause|reason)|primary (?:cause|reason|bottleneck)|culprit|real (?:cause|reason))\b/;

/** One thing is the cause of another only where the analysis links them. */
export const causeClaim: ClaimCheck = ({ text, scope, clauses }) => {
  const views = [...new Set(clauses.flatMap(({ groups }) => groups.flat()))];
  const reason = REASON_FOR.exec(text);
  if (reason) {
    const [effects, causes] = [recognise(reason[1] ?? '', views), recognise(reason[2] ?? '', views)];
    const isKnown = effects.length > 0 && causes.length > 0;
    return isKnown && !explains(causes, effects) ? WRONG_CAUSE : null;
  }
  for (const { words, cause } of CONNECTORS) {
    const match = words.exec(text);
    if (!match) continue;
    const left = recognise(text.slice(0, match.index), views);
    const right = recognise(text.slice(match.index + match[0].length), views);
    const [causes, blamed] =
      cause === 'left' ? [left, text.slice(0, match.index)] : [right, text.slice(match.index + match[0].length)];
    if (causes.length === 0 && isUnspoken(blamed, views)) return 'It blames what no finding is about.';
    if (left.length === 0 || right.length === 0) continue;
    const isShown = cause === 'left' ? explains(left, right) : explains(right, left);
    if (!isShown) return WRONG_CAUSE;
  }
  if (ROOT.test(text)) {
    const named = recognise(text, scope.views);
    if (named.length > 0 && !named.some(({ finding }) => finding.rootCause)) return 'It calls a symptom a cause.';
  }
  return null;
};
