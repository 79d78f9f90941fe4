import type { CandidateAction, Evidence, Finding } from '@app/core';
import type { Fact, FactRole } from './fact.js';
import { ownPart, ownText } from './foreign-text.js';
import { normalise } from './normalise.js';
import { numberClaims } from './number-claims.js';
import { contextOf } from './number-context.js';
import { states } from './number-match.js';
import { type TagSet, tagsOfSignal, tagsOfText } from './tags.js';
import { UNIT_OF_EVIDENCE, type Unit } from './units.js';

interface Origin {
  readonly key: string;
  readonly tags: TagSet;
  readonly kind?: string;
  readonly other?: unknown;
  readonly isPerMinute?: boolean;
}

const COUNT: Unit = { dimension: 'count', scale: 1 };
const SECONDS: Unit = { dimension: 'time', scale: 1 };
const FACTOR: Unit = { dimension: 'factor', scale: 1 };
const NO_TAGS: TagSet = new Set();

function fact(role: FactRole, value: unknown, unit: Unit | null, origin: Origin): Fact[] {
  if (typeof value !== 'number' || !Number.isFinite(value) || unit === null) return [];
  const { key, tags, kind = '', other, isPerMinute = false } = origin;
  const scale = unit.scale;
  return [
    {
      key,
      role,
      dimension: unit.dimension,
      value: value * scale,
      nativeScale: scale,
      tags,
      kind,
      other: typeof other === 'number' ? other * scale : null,
      isPerMinute,
    },
  ];
}

/** Units in which a reading may be spoken of besides its own: hours of a count of hours, a ratio as a multiple. */
function unitsOf({ signal, unit }: Evidence): Unit[] {
  const own = UNIT_OF_EVIDENCE[unit];
  const units = own === null ? [COUNT] : [own];
  if (unit === 'count' && /hours/i.test(signal)) units.push({ dimension: 'time', scale: 3600 });
  if (unit === 'count' && /Ratio$/.test(signal)) units.push(FACTOR);
  if (unit === 'perSecond') units.push({ dimension: 'count', scale: 1 });
  return units;
}

/** A number that stands in a text reading, such as a code or a process id. */
function numberOf(value: Evidence['value']): unknown {
  return typeof value === 'string' && /^\d{1,12}$/.test(value) ? Number(value) : value;
}

function evidenceFacts(evidence: Evidence, index: number, findingId: string): Fact[] {
  const { signal, value, threshold, thresholdSource, windowSeconds } = evidence;
  const tags = tagsOfSignal(signal);
  const key = `${findingId}|${signal}|${index}`;
  const isPerMinute = /PerMinute$/.test(signal);
  const kind = `${(thresholdSource ?? '').toLowerCase()} bound`;
  return [
    ...unitsOf(evidence).flatMap((unit) => [
      ...fact('value', numberOf(value), unit, { key, tags, other: threshold, isPerMinute }),
      ...fact('bound', threshold, unit, { key, tags: boundTags(tags, kind), kind, other: value, isPerMinute }),
    ]),
    ...fact('window', windowSeconds, SECONDS, { key, tags: NO_TAGS }),
    ...textFacts(ownPart(evidence), `${key}|text`),
  ];
}

/** What a bound is about: what is measured, and its source (`default limit of the device`). */
function boundTags(tags: TagSet, kind: string): TagSet {
  return new Set([...tags, ...tagsOfText(kind)]);
}

const PARAMETER_UNITS: readonly (readonly [RegExp, Unit])[] = [
  [/watts$/i, { dimension: 'power', scale: 1 }],
  [/mhz$/i, { dimension: 'frequency', scale: 1 }],
  [/gb$/i, { dimension: 'bytes', scale: 1e9 }],
];

/** What a rule proposes is as much a number of the analysis as what it measured. */
function parameterFacts({ type, parameters }: CandidateAction, findingId: string): Fact[] {
  const tags = tagsOfText(type.replace(/[-:]/g, ' '));
  return Object.entries(parameters).flatMap(([name, value]) => {
    const origin = { key: `${findingId}|${type}|${name}`, tags };
    const unit = PARAMETER_UNITS.find(([pattern]) => pattern.test(name))?.[1];
    if (unit) return fact('parameter', value, unit, origin);
    return [
      ...fact('parameter', value, COUNT, origin),
      ...fact('parameter', value, { dimension: 'share', scale: 1 }, origin),
    ];
  });
}

/** Numbers in the words of the analysis itself, about what their words say. */
function textFacts(text: string, key: string, known: readonly Fact[] = []): Fact[] {
  const sentence = normalise(text).slice(0, 400);
  const claims = numberClaims(sentence);
  return claims.flatMap((claim, index) => {
    // A reading that a sentence repeats keeps the role that it has as evidence.
    if (known.some((other) => states(claim, other)) || /^0\d/.test(claim.text)) return [];
    const { tags } = contextOf(sentence.toLowerCase(), claims, index);
    const origin = { key: `${key}|${index}`, tags: new Set(tags), isPerMinute: claim.isPerMinute };
    return fact('text', claim.value, claim.unit ?? COUNT, origin);
  });
}

/** How long it has been seen, from its own times. */
function durationFacts({ id, firstSeenAt, lastSeenAt }: Finding): Fact[] {
  const seconds = (Date.parse(lastSeenAt) - Date.parse(firstSeenAt)) / 1000;
  return seconds > 0 ? fact('window', seconds, SECONDS, { key: `${id}|seen`, tags: NO_TAGS }) : [];
}

/** All numbers that may be said because of one finding. */
export function factsOf(finding: Finding): Fact[] {
  const { id, evidence, candidateActions } = finding;
  const seen = new Map<string, number>();
  const facts = evidence.flatMap((entry) => {
    const index = seen.get(entry.signal) ?? 0;
    seen.set(entry.signal, index + 1);
    return evidenceFacts(entry, index, id);
  });
  return [
    ...facts,
    ...candidateActions.flatMap((action) => parameterFacts(action, id)),
    ...textFacts(ownText(finding), `${id}|summary`, facts),
    ...durationFacts(finding),
  ];
}
