import type { Analysis, Evidence, Finding } from '@app/core';
import { confirmedFindings } from '../confirmed-findings.js';
import type { InsightDraft } from '../insight.schema.js';

/** The same piece of evidence in two analyses; one of them may not have it. */
export interface EvidencePair {
  readonly then: Evidence;
  readonly now: Evidence | null;
}

/** What a piece of evidence is about. Its id is a number in the list of its finding, which context may join or leave. */
function kindOf({ signal, unit, operator, source }: Evidence): string {
  return JSON.stringify([signal, unit, operator, source]);
}

function pairsOf(then: Finding, now: Finding | undefined): EvidencePair[] {
  const left = new Map<string, Evidence[]>();
  for (const evidence of now?.evidence ?? []) {
    left.set(kindOf(evidence), [...(left.get(kindOf(evidence)) ?? []), evidence]);
  }
  return then.evidence.map((evidence) => ({ then: evidence, now: left.get(kindOf(evidence))?.shift() ?? null }));
}

/** The evidence of the earlier analysis, each with its counterpart in the present one. */
export function pairEvidence(then: Analysis, now: Analysis): EvidencePair[] {
  const findings = new Map(confirmedFindings(now).map((finding) => [finding.id, finding]));
  return confirmedFindings(then).flatMap((finding) => pairsOf(finding, findings.get(finding.id)));
}

export interface Written {
  readonly draft: InsightDraft;
  readonly analysis: Analysis;
}

/** An earlier answer and what it was about, with the evidence under the ids that it has in the present analysis. */
export function alignEvidence({ draft, analysis }: Written, now: Analysis): Written {
  const ids = new Map(
    pairEvidence(analysis, now).map((pair) => [pair.then.id, pair.now?.id ?? `${pair.then.id}.gone`]),
  );
  const idNow = (id: string): string => ids.get(id) ?? id;
  const findings = analysis.findings.map((finding) => ({
    ...finding,
    evidence: finding.evidence.map((evidence) => ({ ...evidence, id: idNow(evidence.id) })),
  }));
  const recommendations = draft.recommendations.map((recommendation) => ({
    ...recommendation,
    // What is gone is no longer shown; a sentence that needs it falls to the verifier.
    evidenceIds: recommendation.evidenceIds.map(idNow).filter((id) => !id.endsWith('.gone')),
  }));
  return { draft: { ...draft, recommendations }, analysis: { ...analysis, findings } };
}
