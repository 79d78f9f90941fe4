import type { ActionDefinition, Evidence, Finding, InsightRequest } from '@app/core';
import { confirmedFindings } from './confirmed-findings.js';
import { boundText, valueText } from './evidence-text.js';
import { asFencedData } from './untrusted-text.js';

/** A model with a small context reads the weightiest part of a bad day, not all of it. */
const MOST_FINDINGS = 20;
const MOST_EVIDENCE = 8;

function packEvidence(evidence: Evidence): Record<string, unknown> {
  return {
    id: evidence.id,
    signal: evidence.signal,
    value: asFencedData(valueText(evidence.value, evidence.unit)),
    unit: evidence.unit,
    bound: boundText(evidence) === null ? null : asFencedData(boundText(evidence) ?? ''),
    boundSource: evidence.thresholdSource === null ? null : asFencedData(evidence.thresholdSource),
    windowSeconds: evidence.windowSeconds,
  };
}

function packFinding(finding: Finding): Record<string, unknown> {
  return {
    id: finding.id,
    ruleId: finding.ruleId,
    category: finding.category,
    severity: finding.severity,
    confidence: finding.confidence,
    subject: { kind: finding.subject.kind, label: asFencedData(finding.subject.label, 120) },
    title: asFencedData(finding.title),
    summary: asFencedData(finding.summary, 600),
    rootCause: finding.rootCause,
    causedBy: finding.causedBy,
    evidence: finding.evidence.slice(0, MOST_EVIDENCE).map(packEvidence),
    candidateActions: finding.candidateActions.map(({ type, parameters }) => ({
      type,
      parameters: Object.fromEntries(
        Object.entries(parameters).map(([name, value]) => [
          name,
          typeof value === 'string' ? asFencedData(value) : value,
        ]),
      ),
    })),
  };
}

function packAction(action: ActionDefinition): Record<string, unknown> {
  return {
    type: action.type,
    title: action.title,
    description: action.description,
    risk: action.risk,
    gate: action.gate,
    preconditions: action.preconditions,
    parameters: Object.entries(action.parameters.properties).map(([name, schema]) => ({ name, ...schema })),
  };
}

/** Everything that the model is told about the machine, as plain data without free text of others left raw. */
export function evidencePack(request: InsightRequest): Record<string, unknown> {
  const findings = confirmedFindings(request.analysis).slice(0, MOST_FINDINGS);
  const types = new Set(findings.flatMap(({ candidateActions }) => candidateActions.map(({ type }) => type)));
  return {
    objective: request.objective,
    healthStatus: request.analysis.healthStatus,
    findings: findings.map(packFinding),
    actions: request.candidateActions.filter(({ type }) => types.has(type)).map(packAction),
  };
}
