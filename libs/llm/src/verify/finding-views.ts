import type { ActionDefinition, Evidence, Finding, InsightRequest } from '@app/core';
import { confirmedFindings } from '../confirmed-findings.js';
import type { Fact } from './fact.js';
import { factsOf } from './facts.js';
import { ownSentences, ownText } from './foreign-text.js';
import { normalise, sentenceKey } from './normalise.js';
import { finish } from './slices.js';
import { sentencesOf } from './sentences.js';
import { readingNames, signalWords, type TagSet, tagsOfSignal, tagsOfText } from './tags.js';

/** A finding as claims are held against it. */
export interface FindingView {
  readonly finding: Finding;
  readonly facts: readonly Fact[];
  /** What its words, readings and rule are about. */
  readonly tags: TagSet;
  /** What it read as 0 or not so; that may be said, and nothing else of it. */
  readonly zeroTags: TagSet;
  /** What its own words say, without what it only measured. */
  readonly wordTags: TagSet;
  /** Title and summary in lower case, without what others wrote; claims of time, state and absence have to be in it. */
  readonly text: string;
  /** Text readings in lower case: the GPUs that are missing, the engine that has too much. */
  readonly readings: string;
  /** What its numeric readings are called after their signals. */
  readonly readingNames: readonly string[];
  /** The same with the path of the signal, each with its signal. */
  readonly signalNames: readonly (readonly [string, string])[];
  /** Sentences of the analysis, as keys. */
  readonly sentences: ReadonlySet<string>;
  /** Ids of findings that explain it, directly or not, and of those that it explains. */
  readonly linked: ReadonlySet<string>;
  readonly causes: ReadonlySet<string>;
  readonly actions: readonly ActionView[];
}

/** An action that the finding proposes. */
export interface ActionView {
  readonly definition: ActionDefinition;
  readonly tags: TagSet;
  readonly text: string;
  readonly sentences: ReadonlySet<string>;
  /** `raise` or `lower` where the analysis says which way. */
  readonly direction: string | null;
}

function keysOf(...texts: readonly string[]): ReadonlySet<string> {
  return new Set(texts.flatMap(sentencesOf).map(sentenceKey));
}

function textReadings(evidence: readonly Evidence[]): string {
  return evidence.flatMap(({ value }) => (typeof value === 'string' ? [value] : [])).join(' \n ');
}

/** Ids that are reached from one finding over a relation. */
function reached(id: string, next: (id: string) => readonly string[]): Set<string> {
  const found = new Set<string>();
  const waiting = [...next(id)];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    if (found.has(at) || at === id) continue;
    found.add(at);
    waiting.push(...next(at));
  }
  return found;
}

function directionOf({ direction, replicaChange }: Finding['candidateActions'][number]['parameters']): string | null {
  if (typeof replicaChange === 'number') return replicaChange > 0 ? 'raise' : 'lower';
  return typeof direction === 'string' ? direction : null;
}

function actionView(definition: ActionDefinition, direction: string | null): ActionView {
  const { type, title, description, preconditions, parameters } = definition;
  const text = normalise(
    [type.replace(/[-:]/g, ' '), title, description, ...preconditions, ...Object.keys(parameters.properties)].join(
      '. ',
    ),
  ).toLowerCase();
  return {
    definition,
    text,
    tags: tagsOfText(text),
    sentences: keysOf(title, description, ...preconditions),
    direction,
  };
}

/** Names of numeric readings; of none of their words is anything claimed. */
function readingNamesOf(evidence: readonly Evidence[]): string[] {
  return numeric(evidence).flatMap(({ signal }) => readingNames(signal));
}

function numeric(evidence: readonly Evidence[]): Evidence[] {
  return evidence.filter(({ value }) => typeof value === 'number');
}

function signalNamesOf(evidence: readonly Evidence[]): (readonly [string, string])[] {
  return numeric(evidence).flatMap(({ signal }) =>
    [signal.toLowerCase(), ...readingNames(signal)].map((name) => [name, signal] as const),
  );
}

/** A rule id as words; what it measures is said by its readings. */
function ruleWords(ruleId: string): string {
  return ruleId.replace(/-/g, ' ');
}

/** All confirmed findings of a request, with what connects them. */
export class FindingViews {
  readonly all: readonly FindingView[];
  private readonly byId: ReadonlyMap<string, FindingView>;

  private constructor(all: readonly FindingView[]) {
    this.all = all;
    this.byId = new Map(all.map((view) => [view.finding.id, view]));
  }

  /** Reads one finding per step, for those who can not wait for many at once. */
  static *steps(request: Pick<InsightRequest, 'analysis' | 'candidateActions'>): Generator<undefined, FindingViews> {
    const confirmed = confirmedFindings(request.analysis);
    const effects = new Map<string, string[]>();
    for (const { id, causedBy } of confirmed)
      for (const cause of causedBy) effects.set(cause, [...(effects.get(cause) ?? []), id]);
    const causesOf = new Map(confirmed.map(({ id, causedBy }) => [id, causedBy]));
    const definitions = new Map(request.candidateActions.map((definition) => [definition.type, definition]));
    const all: FindingView[] = [];
    for (const finding of confirmed) {
      const causes = reached(finding.id, (id) => causesOf.get(id) ?? []);
      const linked = new Set([...causes, ...reached(finding.id, (id) => effects.get(id) ?? [])]);
      all.push(viewOf(finding, { causes, linked }, definitions));
      yield;
    }
    return new FindingViews(all);
  }

  static of(request: Pick<InsightRequest, 'analysis' | 'candidateActions'>): FindingViews {
    return finish(FindingViews.steps(request));
  }

  get(id: string): FindingView | undefined {
    return this.byId.get(id);
  }

  /** Findings that explain these ones or are explained by them. */
  linkedTo(views: readonly FindingView[]): FindingView[] {
    const own = new Set(views.map(({ finding }) => finding.id));
    const ids = new Set(views.flatMap(({ linked }) => [...linked]).filter((id) => !own.has(id)));
    return this.all.filter(({ finding }) => ids.has(finding.id));
  }
}

function viewOf(
  finding: Finding,
  links: Pick<FindingView, 'causes' | 'linked'>,
  definitions: ReadonlyMap<string, ActionDefinition>,
): FindingView {
  const { ruleId, evidence, candidateActions } = finding;
  const text = normalise(ownText(finding)).toLowerCase();
  const wordTags = tagsOfText(`${text} ${ruleWords(ruleId)}`);
  const readings = normalise(textReadings(evidence)).toLowerCase();
  const isZero = ({ value }: Evidence): boolean => value === 0 || value === false;
  const tagsOf = ({ signal }: Evidence): string[] => [...tagsOfSignal(signal), ...tagsOfText(signalWords(signal))];
  const signals = evidence.filter((entry) => !isZero(entry)).flatMap(tagsOf);
  // A reading that is not 0 says that there is such a thing: `derived.hwThermalThrottleRatio`.
  const telling = evidence.filter(({ value }) => value === true || (typeof value === 'number' && value !== 0));
  const told = telling.flatMap(({ signal }) => [...tagsOfSignal(signal)].filter((name) => name.startsWith('is-')));
  const actions = candidateActions.flatMap(({ type, parameters }) => {
    const definition = definitions.get(type);
    const direction = directionOf(parameters);
    return definition ? [actionView(definition, direction)] : [];
  });
  return {
    finding,
    facts: factsOf(finding),
    tags: new Set([...wordTags, ...signals]),
    zeroTags: new Set(evidence.filter(isZero).flatMap(tagsOf)),
    wordTags: new Set([...wordTags, ...told]),
    text,
    readings,
    readingNames: readingNamesOf(evidence),
    signalNames: signalNamesOf(evidence),
    sentences: ownSentences(finding),
    actions,
    ...links,
  };
}
