import type { PolicyRule, Settings } from '@app/config';
import type {
  Analysis,
  CandidateAction,
  Clock,
  EffectHistory,
  Finding,
  Insights,
  OptimizationAction,
  Plan,
  Run,
  Snapshot,
} from '@app/core';
import type { Proposal } from '../action.js';
import type { ActionSet } from '../action-set.js';
import type { ActionsService } from '../actions.service.js';
import { recommendationText } from '../actions/recommendation-text.js';
import type { GuardService } from '../guardrails/guard.service.js';
import { effectiveGate } from './effective-gate.js';
import { planHash } from './plan-hash.js';
import { type RankedCandidate, rankCandidates } from './rank-candidates.js';

export interface PlannerDeps {
  readonly catalogue: Pick<ActionsService, 'find' | 'riskOf'>;
  readonly actions: Pick<ActionSet, 'find' | 'unavailable'>;
  readonly guards: Pick<GuardService, 'judge'>;
  readonly effects: Pick<EffectHistory, 'trackRecords'>;
  readonly settings: Pick<Settings, 'policy'>;
  readonly clock: Clock;
}

export interface PlanningInput {
  readonly run: Pick<Run, 'id' | 'target' | 'mode' | 'objective' | 'maxActions'>;
  readonly snapshot: Snapshot;
  readonly analysis: Analysis;
  readonly insights: Insights | null;
}

export interface Planning {
  readonly plan: Plan;
  /** What was considered and is not in the plan, and why. */
  readonly leftOut: readonly string[];
}

/** Drafts are made for so many times the actions wanted, since some can't be done here or are in each other's way. */
const DRAFTS_PER_ACTION = 8;

/** Makes a plan of the findings' candidates: what can be done here, bounded by what the devices say, best first. */
export class Planner {
  constructor(private readonly deps: PlannerDeps) {}

  async plan(input: PlanningInput): Promise<Planning> {
    const { run, analysis, insights } = input;
    const { catalogue, effects } = this.deps;
    const ranked = rankCandidates({
      analysis,
      insights,
      objective: run.objective,
      trackRecords: await effects.trackRecords(),
      riskOf: (candidate) => catalogue.riskOf(candidate),
    });
    const leftOut: string[] = [];
    const drafts: OptimizationAction[] = [];
    for (const entry of ranked.slice(0, run.maxActions * DRAFTS_PER_ACTION)) {
      const draft = await this.draft(input, entry);
      if (typeof draft === 'string') leftOut.push(draft);
      else merge(drafts, draft, leftOut);
    }
    const chosen = inOrder(drafts.slice(0, run.maxActions)).map((draft, at) => ({ ...draft, id: `action-${at + 1}` }));
    leftOut.push(
      ...drafts.slice(run.maxActions).map(({ type, subject }) => `${type} on ${subject.label}: beyond maxActions`),
    );
    const expiresAt = new Date(
      this.deps.clock.now() + this.deps.settings.policy.approvalTtlSeconds * 1000,
    ).toISOString();
    const judged: OptimizationAction[] = [];
    for (const action of chosen) judged.push(await this.judge(input, action));
    return {
      plan: { hash: planHash({ runId: run.id, expiresAt, actions: judged }), expiresAt, actions: judged },
      leftOut,
    };
  }

  /** The action, or why there is none. */
  private async draft(
    { run, snapshot }: PlanningInput,
    { candidate, finding, recommendation }: RankedCandidate,
  ): Promise<OptimizationAction | string> {
    const { catalogue, actions, settings } = this.deps;
    const definition = catalogue.find(candidate.type);
    const risk = catalogue.riskOf(candidate);
    if (definition === null || risk === null) return `${candidate.type}: not in the catalogue`;
    const implementation = definition.gate === 'recommend' ? null : actions.find(candidate.type);
    const unavailable = implementation === null ? '' : await implementation.unavailable();
    const isExecutable = implementation !== null && unavailable === null;
    const proposed = isExecutable ? implementation.propose(candidate, finding, snapshot) : null;
    if (proposed?.kind === 'impossible') return `${candidate.type} on ${finding.subject.label}: ${proposed.reason}`;
    const proposal = proposed?.proposal ?? asRecommendation(candidate, finding, snapshot);
    const obstacle = isExecutable ? await implementation.obstacle?.(taskOf(run, candidate.type, proposal)) : null;
    if (typeof obstacle === 'string') return `${candidate.type} on ${proposal.subject.label}: ${obstacle}`;
    const rule = ruleOf(settings.policy.actions, candidate.type);
    const gate = effectiveGate({ definition, risk, rule, mode: run.mode, isExecutable });
    return {
      id: '',
      type: candidate.type,
      ...proposal,
      risk: catalogue.riskOf({ type: candidate.type, parameters: scalars(proposal.parameters) }) ?? risk,
      gate,
      reversible: isExecutable ? implementation.undo !== null : definition.reversible,
      recommendationId: recommendation?.id ?? null,
      findingIds: [finding.id],
      status: 'proposed',
      guardrails: [],
      before: null,
      after: null,
      inverse: isExecutable ? implementation.inverse(taskOf(run, candidate.type, proposal), null) : null,
      error: null,
    };
  }

  /** What is only recommended needs no gate: nobody executes it. */
  private async judge(
    { run, snapshot, analysis }: PlanningInput,
    action: OptimizationAction,
  ): Promise<OptimizationAction> {
    if (action.gate === 'recommend') return action;
    const facts = { snapshot, analysis };
    const { verdicts } = await this.deps.guards.judge('plan', action, {
      run,
      plan: null,
      approval: null,
      planned: facts,
      present: facts,
    });
    const isDenied = verdicts.some(({ verdict }) => verdict === 'deny');
    // A run that executes nothing proposes; what would stand in the way is told all the same.
    const isProposing = run.mode === 'observe' || run.mode === 'recommend';
    return { ...action, guardrails: verdicts, status: isDenied && !isProposing ? 'denied' : 'proposed' };
  }
}

function asRecommendation(candidate: CandidateAction, finding: Finding, snapshot: Snapshot): Proposal {
  return {
    subject: finding.subject,
    members: [finding.subject.id],
    parameters: candidate.parameters,
    preview: recommendationText(candidate, finding.subject, snapshot),
    expected: null,
  };
}

function taskOf(run: PlanningInput['run'], type: string, { subject, members, parameters }: Proposal) {
  return { runId: run.id, actionId: '', target: run.target, type, subject, members, parameters };
}

function ruleOf(rules: Readonly<Record<string, PolicyRule>>, type: string): PolicyRule | null {
  return Object.hasOwn(rules, type) ? (rules[type] ?? null) : null;
}

function scalars(parameters: Readonly<Record<string, unknown>>): CandidateAction['parameters'] {
  return parameters as CandidateAction['parameters'];
}

/** The same action for two findings is one; a second change of the same part is left out: one knob at a time. */
function merge(drafts: OptimizationAction[], draft: OptimizationAction, leftOut: string[]): void {
  const same = drafts.findIndex((one) => one.type === draft.type && isSameWork(one, draft));
  const present = drafts[same];
  if (present !== undefined) {
    const findingIds = [...new Set([...present.findingIds, ...draft.findingIds])];
    drafts[same] = { ...present, findingIds, recommendationId: present.recommendationId ?? draft.recommendationId };
    return;
  }
  const rival = isChange(draft)
    ? drafts.find((one) => isChange(one) && one.members.some((member) => draft.members.includes(member)))
    : undefined;
  if (rival === undefined) drafts.push(draft);
  else leftOut.push(`${draft.type} on ${draft.subject.label}: ${rival.type} changes the same part first`);
}

/** Tells and checks are done once per target, however many findings ask for them. */
function isSameWork(one: OptimizationAction, other: OptimizationAction): boolean {
  if (one.type === 'collect-diagnostics' || one.type === 'notify-oncall') return true;
  return one.subject.id === other.subject.id || isSameSet(one.members, other.members);
}

/** Whichever of them a finding was about. */
function isSameSet(some: readonly string[], others: readonly string[]): boolean {
  return [...some].sort().join() === [...others].sort().join();
}

function isChange({ gate, risk }: OptimizationAction): boolean {
  return gate !== 'recommend' && risk !== 'read-only';
}

/** What only looks comes before what changes: a reset erases what there was to see. Recommendations come last. */
function inOrder(actions: readonly OptimizationAction[]): OptimizationAction[] {
  const place = (action: OptimizationAction): number =>
    action.gate === 'recommend' ? 2 : action.risk === 'read-only' ? 0 : 1;
  return [...actions].sort((a, b) => place(a) - place(b));
}
