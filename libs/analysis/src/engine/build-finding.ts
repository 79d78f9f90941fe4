import type { Evidence, Finding, SectionName, Snapshot, Subject } from '@app/core';
import { formatEvidenceValue } from '../format-evidence.js';
import type { EvidenceDraft, Rule } from '../rules/rule.js';
import type { RuleResult } from './evaluate-rule.js';

type Found = Extract<RuleResult, { status: 'found' }>;

const SECTION_OF_PATH: Readonly<Record<string, SectionName>> = {
  gpus: 'gpu',
  system: 'system',
  engines: 'engines',
  caches: 'lmcache',
  events: 'kernelLog',
};

function sourceOf(signal: string, snapshot: Snapshot, fallback: SectionName | undefined): string {
  const name = SECTION_OF_PATH[signal.split('.', 1)[0] ?? ''] ?? fallback;
  return name === undefined ? 'snapshot' : (snapshot.sections[name].source ?? name);
}

/** A stable id that reads well and needs no escaping in an URL path. */
export function findingIdOf(ruleId: string, subjectId: string): string {
  const slug = subjectId
    .toLowerCase()
    .replace(/[^a-z0-9.]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return `${ruleId}:${slug}`;
}

function evidenceOf(draft: EvidenceDraft, id: string, rule: Pick<Rule, 'sections'>): Evidence {
  return {
    id,
    signal: draft.signal,
    value: draft.value,
    unit: draft.unit,
    operator: draft.bound?.operator ?? null,
    threshold: draft.bound?.threshold ?? null,
    thresholdSource: draft.bound?.source ?? null,
    source: sourceOf(draft.signal, draft.snapshot, rule.sections[0]),
    at: draft.at,
    windowSeconds: draft.windowSeconds,
  };
}

function fillSummary(template: string, values: ReadonlyMap<string, Evidence>, ruleId: string): string {
  return template.replace(/\{(\w+)\}/g, (_, key: string) => {
    const evidence = values.get(key);
    if (!evidence) throw new Error(`summary of ${ruleId} names evidence that it does not have: ${key}`);
    return formatEvidenceValue(evidence);
  });
}

/** A finding with its evidence numbered; whether it is a root is decided over all findings. */
export function buildFinding(rule: Rule, subject: Subject, found: Found): Finding {
  const id = findingIdOf(rule.id, subject.id);
  const values = new Map<string, Evidence>();
  for (const [key, draft] of Object.entries(found.conclusion.evidence)) {
    if (draft) values.set(key, evidenceOf(draft, `${id}.e${values.size + 1}`, rule));
  }
  return {
    id,
    ruleId: rule.id,
    category: rule.category,
    severity: found.conclusion.severity,
    state: found.confirmed ? 'confirmed' : 'suspected',
    confidence: found.conclusion.confidence,
    subject,
    title: rule.title,
    summary: fillSummary(found.conclusion.summary, values, rule.id),
    evidence: [...values.values()],
    rootCause: true,
    causedBy: [],
    candidateActions: found.conclusion.candidateActions,
    firstSeenAt: found.firstSeenAt,
    lastSeenAt: found.lastSeenAt,
  };
}
