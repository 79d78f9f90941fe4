import { Injectable } from '@nestjs/common';
import type { Analysis, Finding, NotEvaluated, Snapshot } from '@app/core';
import type { AnalysisContext } from './analysis-context.js';
import { linkCauses, primaryBottleneckOf, rankFindings } from './causes.js';
import { buildFinding } from './engine/build-finding.js';
import { type EvaluationInput, evaluateRule, RuleContexts } from './engine/evaluate-rule.js';
import { orderFrames } from './engine/frames.js';
import { gpuInventoryOf } from './engine/gpu-inventory.js';
import { SubjectWalks, unreadableSection } from './engine/subject-walks.js';
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
  return unreadableSection(rule.sections, newest) ?? `no ${subjectKindOf(rule.scope)} in any snapshot`;
}

function evaluate<K extends Scope>(rule: RuleFor<K> & Rule, input: EvaluationInput): RuleOutcome {
  const { snapshots } = input.frames;
  const findings: Finding[] = [];
  const notEvaluated: NotEvaluated[] = [];
  const walks = input.walks.of<K>(rule);
  const contexts = new RuleContexts(rule, input);
  if (walks.length === 0) {
    notEvaluated.push({ ruleId: rule.id, subject: null, reason: withoutSubject(rule, snapshots) });
  }
  for (const walk of walks) {
    const result = evaluateRule<K>(rule, walk, contexts, input);
    if (result.status === 'found') findings.push(buildFinding(rule, walk.subject, result));
    if (result.status !== 'not-evaluated') continue;
    notEvaluated.push({ ruleId: rule.id, subject: walk.subject.id, reason: result.reason });
  }
  return { findings, notEvaluated, isEvaluated: walks.length > notEvaluated.length };
}

/** Judges a window of snapshots by every rule. Pure: no clock, no memory, no model. */
@Injectable()
export class Analyzer {
  analyze(window: readonly Snapshot[], context: AnalysisContext): Analysis {
    const frames = orderFrames(window, context.intervalSeconds);
    const { snapshots } = frames;
    const input = {
      frames,
      walks: new SubjectWalks(frames),
      context,
      breaches: new SloBreaches(snapshots, context.slo),
      gpuInventory: gpuInventoryOf(snapshots, context.expectedGpuUuids),
    };
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
