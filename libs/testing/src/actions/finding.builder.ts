import type { Finding, Subject } from '@app/core';

/** A confirmed finding about a subject, without evidence. */
export function aFindingOf(subject: Subject, overrides: Partial<Finding> = {}): Finding {
  return {
    id: `a-rule:${subject.id}`,
    ruleId: 'a-rule',
    category: 'bottleneck',
    severity: 'high',
    state: 'confirmed',
    confidence: 'high',
    subject,
    title: 'Something is slow',
    summary: 'It is slower than it should be.',
    evidence: [],
    rootCause: true,
    causedBy: [],
    candidateActions: [],
    firstSeenAt: '2026-03-01T12:00:00.000Z',
    lastSeenAt: '2026-03-01T12:05:00.000Z',
    ...overrides,
  };
}
