import type { SeenAnalysis, SeenFinding } from '../support/watching-agent.js';
import type { Expectation } from './expectations.js';

export interface Verdict {
  readonly isMet: boolean;
  readonly found: string;
}

/** Null: not yet. */
export function judge(expectation: Expectation, analysis: SeenAnalysis, seconds: number): Verdict | null {
  const confirmed = analysis.items.filter(({ state }) => state === 'confirmed');
  const found = confirmed.find(({ ruleId, rootCause }) => rootCause && expectation.rules?.includes(ruleId) === true);
  if (found !== undefined) {
    const others = alarms(confirmed).filter(
      ({ ruleId, rootCause }) => rootCause && !expectation.rules?.includes(ruleId),
    );
    const beside = others.length === 0 ? '' : `; beside it as causes: ${others.map(inWords).join(', ')}`;
    return { isMet: true, found: `${inWords(found)} ${seconds.toFixed(0)} s${beside}` };
  }
  const silent = analysis.notEvaluated.find(({ ruleId }) => expectation.notEvaluated?.includes(ruleId) === true);
  if (silent !== undefined && alarms(confirmed).length === 0) {
    return { isMet: true, found: `${silent.ruleId}: ${silent.reason} ${seconds.toFixed(0)} s` };
  }
  return null;
}

/** At the end of the time. */
export function lastJudgement(expectation: Expectation, analysis: SeenAnalysis): Verdict {
  const confirmed = analysis.items.filter(({ state }) => state === 'confirmed');
  const loud = alarms(confirmed);
  if (expectation.isQuiet === true && loud.length === 0) {
    return { isMet: true, found: confirmed.map(inWords).join(', ') || 'nothing' };
  }
  const seen = analysis.items.map(inWords).join(', ') || 'nothing';
  return { isMet: false, found: seen };
}

function alarms(findings: readonly SeenFinding[]): readonly SeenFinding[] {
  return findings.filter(({ severity }) => severity !== 'info');
}

function inWords({ ruleId, severity, state, rootCause, subject }: SeenFinding): string {
  const also = [state, ...(rootCause ? [] : ['not as the cause'])].join(', ');
  return `${ruleId} [${severity}] of ${subject.kind} ${subject.label} (${also})`;
}
