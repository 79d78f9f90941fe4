import { describe, expect, it } from '@jest/globals';
import type { Analysis, Evidence } from '@app/core';
import { hotHost } from '@app/testing/llm';
import type { InsightDraft } from '../insight.schema.js';
import { rebaseDraft } from './rebase.js';
import { verifyDraft } from './verifier.js';

const REQUEST = hotHost();
const THEN = REQUEST.analysis;
const HOT = THEN.findings[0]?.id ?? '';

function changed(values: Readonly<Record<string, number>>): Analysis {
  const evidence = (entry: Evidence): Evidence => {
    const value = values[entry.signal];
    return value === undefined ? entry : { ...entry, value };
  };
  return {
    ...THEN,
    findings: THEN.findings.map((finding) => ({
      ...finding,
      summary: finding.summary.replace('347', String(values['engines.requestsWaitingCapacity'] ?? 347)),
      evidence: finding.evidence.map(evidence),
    })),
  };
}

const NOW = changed({
  'engines.requestsWaitingCapacity': 412,
  'engines.requestsRunning': 38,
  'derived.ttftAboveObjectiveRatio': 0.874,
  'engines.queueTime.meanSeconds': 98.21,
  'engines.ttft.p95Seconds': 2.71,
  'engines.kvCacheUsageRatio': 0.304,
});

function draftOf(summary: string): InsightDraft {
  return { summary, rootCauses: [], recommendations: [] };
}

function rebased(summary: string, now: Analysis = NOW): string {
  return rebaseDraft(draftOf(summary), { analysis: THEN }, { analysis: now }).summary;
}

describe('rebaseDraft', () => {
  it.each([
    ['347 requests are waiting and 41 are running.', '412 requests are waiting and 38 are running.'],
    [
      '93 % of the first tokens were later than the objective.',
      '87 % of the first tokens were later than the objective.',
    ],
    ['The share of late first tokens is 0.93.', 'The share of late first tokens is 0.87.'],
    ['The mean queue time is 105.3 s.', 'The mean queue time is 98.2 s.'],
    [
      'The p95 TTFT of 2,300 ms exceeds the objective of 1.5 s.',
      'The p95 TTFT of 2,710 ms exceeds the objective of 1.5 s.',
    ],
    ['The KV cache is only 28 % used.', 'The KV cache is only 30 % used.'],
    ['GPU 0 is at 88 °C and GPU 3 at 91 °C.', 'GPU 0 is at 88 °C and GPU 3 at 91 °C.'],
    ['The GPU is too hot.', 'The GPU is too hot.'],
    ['It draws 999 W.', 'It draws 999 W.'],
  ])('rewrites: %s', (then, now) => {
    expect(rebased(then)).toBe(now);
  });

  it('makes what held before hold now', () => {
    const summary = '347 requests are waiting, 93 % of the first tokens are late and the mean queue time is 105.3 s.';
    expect(verifyDraft(draftOf(summary), { ...REQUEST, analysis: NOW }).summary).toBe('');
    expect(verifyDraft(draftOf(rebased(summary)), { ...REQUEST, analysis: NOW }).summary).toBe(rebased(summary));
  });

  it('takes a sentence of the analysis from the present one', () => {
    const [sentence = ''] = (THEN.findings[2]?.summary ?? '').split('; ');
    expect(rebased(sentence)).toContain('412 requests');
  });

  it('leaves the subject of a number alone', () => {
    const now = { ...THEN, findings: THEN.findings.map((finding) => (finding.id === HOT ? heated(finding) : finding)) };
    expect(rebased('GPU 0 is at 88 °C and GPU 3 at 91 °C.', now)).toBe('GPU 0 is at 90 °C and GPU 3 at 91 °C.');
  });

  it('rewrites every text of an answer and keeps the rest', () => {
    const recommendation: InsightDraft['recommendations'][number] = {
      title: 'Look at the 347 waiting requests',
      rationale: '347 requests wait.',
      priority: 'high',
      findingIds: [THEN.findings[2]?.id ?? ''],
      evidenceIds: ['x'],
      action: null,
      expectedEffect: 'Fewer than 347 requests should wait.',
      effort: 'low',
      risk: 'low',
    };
    const draft: InsightDraft = {
      summary: '',
      rootCauses: [{ findingId: HOT, explanation: '347 requests wait.' }],
      recommendations: [recommendation],
    };
    expect(rebaseDraft(draft, { analysis: THEN }, { analysis: NOW })).toEqual({
      summary: '',
      rootCauses: [{ findingId: HOT, explanation: '412 requests wait.' }],
      recommendations: [
        {
          ...recommendation,
          title: 'Look at the 412 waiting requests',
          rationale: '412 requests wait.',
          expectedEffect: 'Fewer than 412 requests should wait.',
        },
      ],
    });
  });

  it('changes nothing when nothing changed', () => {
    const draft = draftOf('347 requests are waiting. It draws 999 W.');
    expect(rebaseDraft(draft, { analysis: THEN }, { analysis: THEN })).toEqual(draft);
  });
});

function heated(finding: Analysis['findings'][number]): Analysis['findings'][number] {
  return {
    ...finding,
    evidence: finding.evidence.map((entry) =>
      entry.signal === 'gpus.temperature.gpuCelsius' ? { ...entry, value: 90 } : entry,
    ),
  };
}
