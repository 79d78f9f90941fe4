import { createHash } from 'node:crypto';
import type { Settings } from '@app/config';
import type { Analysis, Evidence, Finding, InsightRequest } from '@app/core';
import { confirmedFindings } from '../confirmed-findings.js';
import { pairEvidence } from './align-evidence.js';

/** Raised when an entry of today could not be read, or would mean something else, tomorrow. */
const CACHE_FORMAT = 1;
/** Readings that differ by less are the same situation: the noise of a loaded machine is well below, a change above. */
const SAME_WITHIN_RATIO = 0.2;

function byText(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function evidenceShape({ signal, unit, operator, source, thresholdSource }: Evidence): unknown[] {
  return [signal, unit, operator, source, thresholdSource];
}

function findingShape(finding: Finding): unknown[] {
  const { id, ruleId, category, severity, confidence, subject, rootCause, causedBy, candidateActions } = finding;
  const actions = candidateActions.map(({ type, parameters }) => [type, Object.entries(parameters).sort()]);
  // Context comes and goes with what could be read: a difference needs two samples. The verifier sees to it.
  const evidence = finding.evidence.filter(({ operator }) => operator !== null).map(evidenceShape);
  return [id, ruleId, category, severity, confidence, subject, rootCause, [...causedBy].sort(), actions, evidence];
}

/**
 * A digest of all that makes an answer what it is, but for readings and times: target, objective, SLO, model and
 * prompt, and of each confirmed finding its rule, subject, severity, causes, candidate actions and the kinds of evidence that were held against a bound.
 */
export function fingerprint(
  request: InsightRequest,
  promptVersion: string,
  { model, baseUrl }: Settings['llm'],
): string {
  const findings = confirmedFindings(request.analysis).map(findingShape);
  const facts = {
    format: CACHE_FORMAT,
    promptVersion,
    model,
    baseUrl,
    target: request.target,
    objective: request.objective,
    slo: request.slo,
    healthStatus: request.analysis.healthStatus,
    candidates: request.candidateActions.map(({ type, risk, gate }) => [type, risk, gate].join(' ')).sort(byText),
    findings: findings.map((shape) => JSON.stringify(shape)).sort(byText),
  };
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex');
}

function isAlike(left: Evidence['value'], right: Evidence['value']): boolean {
  if (typeof left !== 'number' || typeof right !== 'number') return left === right;
  return Math.abs(left - right) <= SAME_WITHIN_RATIO * Math.max(Math.abs(left), Math.abs(right));
}

/**
 * Whether the readings of two analyses with the same fingerprint lie in the same buckets. Each stored answer is the
 * middle of its own bucket, a fifth to either side: with buckets of fixed edges, a steady reading near an edge would
 * fall now on one side of it and now on the other. As it is always the stored answer that is compared with, a slow
 * drift leaves the bucket as well.
 */
export function isSameSituation(then: Analysis, now: Analysis): boolean {
  return pairEvidence(then, now).every(
    (pair) =>
      pair.now === null ||
      (isAlike(pair.then.value, pair.now.value) && isAlike(pair.then.threshold, pair.now.threshold)),
  );
}
