import type { CandidateAction, Finding, InsightRequest, Priority, Recommendation, Severity } from '@app/core';
import { riskLevel } from '../risk-level.js';
import { asData } from '../untrusted-text.js';
import type { FindingGroup } from './finding-groups.js';
import { chainOf, measuredOfGroup, problemOf } from './finding-sentences.js';
import type { ActionPhrase } from './phrases/action-phrase.js';
import { actionPhrase, rulePhrase } from './phrases/index.js';
import { type Step, type StepContext, stepsOf } from './steps.js';
import type { SubjectNames } from './subject-names.js';
import { filled, list, sentence } from './words.js';

/** As many as a verified answer of a model may have. */
const MOST_RECOMMENDATIONS = 10;
const MOST_SHARED = 3;
const LONGEST_TITLE = 200;
const PRIORITIES_DOWN: readonly Priority[] = ['high', 'medium', 'low'];
const PRIORITY: Readonly<Record<Severity, number>> = { critical: 0, high: 0, medium: 1, low: 2, info: 2 };

/** How a way that is not the first is opened. */
const ALTERNATIVE: readonly (readonly string[])[] = [
  [],
  ['An alternative, or the next step if that is not enough.'],
  ['A further alternative.'],
];

interface Proposal {
  readonly group: FindingGroup;
  readonly step: Step;
  /** Whether it is the first that is said about its group, and so tells the whole story. */
  readonly isFirst: boolean;
  /** Whether it is the first of its group that is to end the finding. */
  readonly tellsSign: boolean;
  /** Other groups that the same step serves. */
  readonly others: FindingGroup[];
}

interface Words extends Pick<ActionPhrase, 'title' | 'reason' | 'effect' | 'effort'> {
  readonly endsFinding: boolean;
}

function subjectsOf(group: FindingGroup): Finding['subject'][] {
  return group.findings.map(({ subject }) => subject);
}

function lookWords(ruleId: string): Words {
  const look = rulePhrase(ruleId)?.look;
  return {
    title: look?.title ?? 'Look into {subject}',
    reason: look?.reason ?? 'No action of the catalogue fits; the readings named here say where to look.',
    effect: 'The cause is known and can be taken away.',
    effort: 'medium',
    endsFinding: true,
  };
}

function wordsOf({ group, step }: Pick<Proposal, 'group' | 'step'>): Words {
  const { ruleId } = group.findings[0];
  if (step.isLook || !step.candidate || !step.definition) return lookWords(ruleId);
  const known = actionPhrase(step.candidate, ruleId);
  if (known) return known;
  const { definition } = step;
  return {
    title: `${definition.title}: {subject}`,
    reason: definition.description,
    effect: 'The finding should end.',
    effort: definition.gate === 'recommend' || definition.risk === 'destructive' ? 'medium' : 'low',
    endsFinding: true,
  };
}

/** A parameter of the action as the phrases name it; empty where it has none. */
function parameterText(name: string, candidate: CandidateAction | null): string {
  const parameters = candidate?.parameters ?? {};
  const after = (key: string, before: string, unit: string = ''): string =>
    parameters[key] === undefined ? '' : `${before}${asData(String(parameters[key]), 100)}${unit}`;
  if (name === 'to') return typeof parameters['value'] === 'number' ? after('value', ' to ') : '';
  if (name === 'equals') return after('value', ' ');
  if (name === 'toWatts') return after('watts', ' to ', ' W');
  if (name === 'toMhz') return after('maxMhz', ' at ', ' MHz');
  return after(name, '');
}

/** A cause is as pressing as what it leads to; something minor still does not become the most pressing thing. */
function priorityOf({ group, step }: Proposal): Priority {
  const own = Math.min(...group.findings.map(({ severity }) => PRIORITY[severity]));
  const pressing = Math.max(PRIORITY[group.severity], own - 1);
  // The first way comes first; the others are for when it is not enough.
  const later = step.alternative === null || step.alternative === 0 ? 0 : 1;
  return PRIORITIES_DOWN[Math.min(pressing + later, PRIORITIES_DOWN.length - 1)] ?? 'low';
}

function optionsOf({ unsaid }: Step): string[] {
  if (unsaid.length === 0) return [];
  return [sentence(`Further options of the catalogue: ${list(unsaid.map(({ title }) => `"${title}"`))}`)];
}

class RecommendationWriter {
  constructor(
    private readonly names: SubjectNames,
    private readonly advice: Set<string>,
  ) {}

  write(proposal: Proposal, index: number): Recommendation {
    const { group, step, others } = proposal;
    const groups = [group, ...others];
    const findings = groups.flatMap((one) => [...one.findings]);
    const words = wordsOf(proposal);
    const fill = (template: string): string =>
      this.fill(template, step.definition?.gate === 'automatic' ? groups : [group], step.candidate);
    const title = this.own(asData(fill(words.title), LONGEST_TITLE));
    const reasons = [...this.opening(proposal), fill(words.reason), ...optionsOf(step)].map((text) => this.own(text));
    const effects = [fill(words.effect), ...this.success(proposal, words)].map((text) => this.own(text));
    return {
      id: `r${index + 1}`,
      title,
      rationale: [...this.story(proposal), ...reasons, ...this.shared(others)].join(' '),
      priority: priorityOf(proposal),
      findingIds: findings.map(({ id }) => id),
      evidenceIds: findings.flatMap(({ evidence }) => evidence.map(({ id }) => id)),
      action: step.candidate,
      expectedEffect: effects.join(' '),
      effort: words.effort,
      risk: step.definition ? riskLevel(step.definition.risk) : 'low',
    };
  }

  titleKey({ group, step }: Pick<Proposal, 'group' | 'step'>): string {
    const isForAll = step.definition?.gate === 'automatic' && !step.isLook;
    const words = step.isLook ? this.fill(lookWords(group.findings[0].ruleId).title, [group], null) : '';
    const isOfEngine =
      this.names.hasOneEngine() && /^(?:vllm-config:|sglang-config:|k8s-scale$)/.test(step.candidate?.type ?? '');
    const subjects = isForAll || step.isLook || isOfEngine ? '' : subjectsOf(group).map(({ id }) => id);
    const type = step.isLook ? 'look' : step.candidate?.type;
    return JSON.stringify([
      type,
      words,
      subjects,
      Object.entries(step.isLook ? {} : (step.candidate?.parameters ?? {})),
    ]);
  }

  /** Notes a text that is advice of this writer, and no claim. */
  private own(text: string): string {
    this.advice.add(text);
    return text;
  }

  private opening({ step, isFirst }: Proposal): readonly string[] {
    return isFirst ? [] : (ALTERNATIVE[step.alternative ?? 0] ?? []);
  }

  private story({ group, isFirst }: Proposal): string[] {
    if (!isFirst) return [];
    const chain = chainOf(group);
    return [measuredOfGroup(group, this.names), ...(chain === null ? [] : [sentence(chain)])];
  }

  /** The reading that tells; said in full once for each group. */
  private success({ group, tellsSign }: Proposal, { endsFinding }: Words): string[] {
    if (!endsFinding) return [];
    if (!tellsSign) return ['The same readings show whether it worked.'];
    const sign = rulePhrase(group.findings[0].ruleId)?.sign ?? 'the readings named here are within their bounds';
    return [`It worked when ${this.fill(sign, [group], null)}.`];
  }

  private shared(others: readonly FindingGroup[]): string[] {
    if (others.length === 0) return [];
    const told = others.slice(0, MOST_SHARED).map(({ findings }) => problemOf(findings, this.names));
    const more = others.length > MOST_SHARED ? ', among others' : '';
    return [
      `The same step serves ${others.length > 1 ? 'further findings' : 'a further finding'}: ${told.join('; ')}${more}.`,
    ];
  }

  /** A finding about a GPU or a host can ask for a change of the engine or the cache there. */
  private targetOf(type: string, subjects: readonly Finding['subject'][]): string {
    if (/^(?:vllm|sglang)-/.test(type)) return this.names.backendOf(subjects);
    if (type.startsWith('lmcache-') && subjects.some(({ kind }) => kind !== 'cache')) return 'LMCache';
    return this.names.of(subjects);
  }

  private fill(template: string, groups: readonly FindingGroup[], candidate: CandidateAction | null): string {
    if (!/[[{]/.test(template)) return template;
    const subjects = groups.flatMap(subjectsOf);
    const isPlural = subjects.some(({ id }) => id !== subjects[0]?.id);
    return filled(template, isPlural, (name) => {
      if (name === 'subject') return this.targetOf(candidate?.type ?? '', subjects);
      if (name === 'backend') return this.names.backendOf(subjects);
      return name === 'node' ? this.names.node : parameterText(name, candidate);
    });
  }
}

/** Every step once: what several groups ask for stays with the most urgent of them. */
function proposalsOf(
  groups: readonly FindingGroup[],
  context: StepContext,
  writer: RecommendationWriter,
): Proposal[][] {
  const byKey = new Map<string, Proposal>();
  return groups.map((group) => {
    const own: Proposal[] = [];
    for (const step of stepsOf(group, context)) {
      const key = writer.titleKey({ group, step });
      const existing = byKey.get(key);
      if (existing) {
        if (existing.group !== group && !existing.others.includes(group)) existing.others.push(group);
        continue;
      }
      const isCure = wordsOf({ group, step }).endsFinding;
      const tellsSign = isCure && !own.some((one) => wordsOf(one).endsFinding);
      const proposal = { group, step, isFirst: own.length === 0, tellsSign, others: [] };
      byKey.set(key, proposal);
      own.push(proposal);
    }
    return own;
  });
}

/** The first steps of all groups before the second ones of any, as long as there is room. */
function chosen(byGroup: readonly Proposal[][]): ReadonlySet<Proposal> {
  const taken = new Set<Proposal>();
  const longest = Math.max(0, ...byGroup.map(({ length }) => length));
  for (let round = 0; round < longest; round += 1) {
    for (const proposals of byGroup) {
      const proposal = proposals[round];
      if (proposal && taken.size < MOST_RECOMMENDATIONS) taken.add(proposal);
    }
  }
  return taken;
}

/** What to do, most pressing first: the steps that the root causes ask for, each once. Notes what is mere advice. */
export function ruleRecommendations(
  groups: readonly FindingGroup[],
  request: InsightRequest,
  names: SubjectNames,
  advice: Set<string>,
): Recommendation[] {
  const context: StepContext = {
    definitions: new Map(request.candidateActions.map((definition) => [definition.type, definition])),
    objective: request.objective,
    hasOneEngine: names.hasOneEngine(),
    hasCache: names.hasCache(),
  };
  const writer = new RecommendationWriter(names, advice);
  const byGroup = proposalsOf(groups, context, writer);
  const taken = chosen(byGroup);
  return byGroup
    .flat()
    .filter((proposal) => taken.has(proposal))
    .sort((left, right) => PRIORITIES_DOWN.indexOf(priorityOf(left)) - PRIORITIES_DOWN.indexOf(priorityOf(right)))
    .map((proposal, index) => writer.write(proposal, index));
}
