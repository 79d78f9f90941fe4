import { Injectable } from '@nestjs/common';
import type { Analysis, Finding, NotEvaluated, Snapshot } from '@app/core';
import type { AnalysisContext } from './analysis-context.js';
import { linkCauses, primaryBottleneckOf, rankFindings } from './causes.js';
import { buildFinding } from './engine/build-finding.js';
import { type EvaluationInput, evaluateRule, unreadableSection } from './engine/evaluate-rule.js';
import { orderFrames } from './engine/frames.js';
import { seriesOf } from './engine/subject-series.js';
import { type Rule, type RuleFor, type Scope, subjectKindOf } from './rules/rule.js';
import { RULES } from './rules/rules.js';
import { healthStatusOf, scoreOf } from './score.js';
import { SloBreaches } from './slo-breaches.js';

interface RuleOutcome {
  readonly findings: readonly Finding[];
  readonly notEvaluated: readonly NotEvaluated[];
  readonly isEvaluated: boolean;
}

function withoutSubject(rule: RuleFor<Scope>, window: readonly Snapshot[]): string {
  const newest = window.at(-1);
  if (!newest) return 'no snapshot in the window';
  return unreadableSection(rule, newest) ?? `no ${subjectKindOf(rule.scope)} in any snapshot`;
}

function evaluate<K extends Scope>(rule: RuleFor<K> & Rule, input: EvaluationInput): RuleOutcome {
  const { snapshots } = input.frames;
  const findings: Finding[] = [];
  const notEvaluated: NotEvaluated[] = [];
  const series = seriesOf<K>(rule.scope, snapshots);
  if (series.length === 0) {
    notEvaluated.push({ ruleId: rule.id, subject: null, reason: withoutSubject(rule, snapshots) });
  }
  for (const subject of series) {
    const result = evaluateRule<K>(rule, subject, input);
    if (result.status === 'found') findings.push(buildFinding(rule, subject.subject, result));
    if (result.status !== 'not-evaluated') continue;
    notEvaluated.push({ ruleId: rule.id, subject: subject.subject.id, reason: result.reason });
  }
  return { findings, notEvaluated, isEvaluated: series.length > notEvaluated.length };
}

/** Judges a window of snapshots by every rule. Pure: no clock, no memory, no model. */
@Injectable()
export class Analyzer {
  analyze(window: readonly Snapshot[], context: AnalysisContext): Analysis {
    const frames = orderFrames(window, context.intervalSeconds);
    const { snapshots } = frames;
    const input = { frames, context, breaches: new SloBreaches(snapshots, context.slo) };
    const outcomes = RULES.map((rule) => evaluate(rule, input));
    const found = outcomes.flatMap((outcome) => outcome.findings);
    const findings = rankFindings(linkCauses(found, snapshots, frames.intervalSeconds));
    const rulesEvaluated = outcomes.filter(({ isEvaluated }) => isEvaluated).length;
    return {
      analyzedAt: new Date(context.nowMs).toISOString(),
      windowSeconds: frames.windowSeconds,
      healthStatus: healthStatusOf(findings, rulesEvaluated, snapshots.at(-1)),
      ...scoreOf(findings, rulesEvaluated),
      primaryBottleneck: primaryBottleneckOf(findings),
      findings,
      notEvaluated: outcomes.flatMap((outcome) => outcome.notEvaluated),
      coverage: { rulesEvaluated, rulesTotal: RULES.length },
    };
  }
}
