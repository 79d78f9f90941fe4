import { describe, expect, it } from '@jest/globals';
import { loadSettings } from '@app/config';
import type { Evidence, InsightRequest } from '@app/core';
import {
  aConfirmedFinding,
  anActionDefinition,
  anEvidence,
  anInsightAnalysis,
  anInsightRequest,
  groundedDraft,
} from '@app/testing/llm';
import { insightsPrompt } from '../prompts/insights.prompt.js';
import { alignEvidence } from './align-evidence.js';
import { fingerprint, isSameSituation } from './fingerprint.js';

const { llm } = loadSettings({});
const of = (patch: Partial<InsightRequest> = {}, settings = llm): string =>
  fingerprint(anInsightRequest(patch), 'v1', settings);
const withFinding = (patch: Parameters<typeof aConfirmedFinding>[0]): string =>
  of({ analysis: anInsightAnalysis([aConfirmedFinding(patch)]) });

describe('the fingerprint of a situation', () => {
  const usual = of();

  it.each<readonly [string, string]>([
    ['the run', of({ runId: 'run-2' })],
    ['the mode', of({ mode: 'auto' })],
    ['the time', withFinding({ firstSeenAt: '2020-01-01T00:00:00.000Z', lastSeenAt: '2021-01-01T00:00:00.000Z' })],
    ['the words of the analysis', withFinding({ summary: 'The power limit is 451 W.' })],
    [
      'suspected findings',
      of({ analysis: anInsightAnalysis([aConfirmedFinding(), aConfirmedFinding({ id: 'x', state: 'suspected' })]) }),
    ],
    ['the score', of({ analysis: anInsightAnalysis([aConfirmedFinding()], { healthScore: 12 }) })],
  ])('does not depend on %s', (_, other) => {
    expect(other).toBe(usual);
  });

  it.each<readonly [string, string]>([
    ['the target', of({ target: 'other' })],
    ['the objective', of({ objective: 'cost' })],
    ['the SLO', of({ slo: { ttftP95Seconds: 1, itlP95Seconds: 0 } })],
    ['the model', of({}, { ...llm, model: 'other' })],
    ['the server', of({}, { ...llm, baseUrl: 'http://127.0.0.1:1' })],
    ['the prompt', fingerprint(anInsightRequest(), 'v2', llm)],
    ['the rule', withFinding({ ruleId: 'other' })],
    ['the subject', withFinding({ subject: { kind: 'gpu', id: 'GPU-other', label: 'GPU 1' } })],
    ['the severity', withFinding({ severity: 'critical' })],
    ['what causes it', withFinding({ causedBy: ['other'] })],
    ['what may be done', withFinding({ candidateActions: [] })],
    ['the kinds of evidence', withFinding({ evidence: [anEvidence({ operator: '>' })] })],
    ['the risk of an action', of({ candidateActions: [anActionDefinition({ risk: 'destructive' })] })],
    ['the health', of({ analysis: anInsightAnalysis([aConfirmedFinding()], { healthStatus: 'critical' }) })],
  ])('depends on %s', (_, other) => {
    expect(other).not.toBe(usual);
  });

  it('does not depend on the order of findings and actions', () => {
    const [one, two] = [aConfirmedFinding(), aConfirmedFinding({ id: 'second' })];
    const actions = [anActionDefinition(), anActionDefinition({ type: 'gpu-reset' })];
    const there = of({ analysis: anInsightAnalysis([one, two]), candidateActions: actions });
    const back = of({ analysis: anInsightAnalysis([two, one]), candidateActions: [...actions].reverse() });
    expect(back).toBe(there);
  });
});

describe('context', () => {
  const bound = anEvidence({ id: 'f.e1' });
  const context = (id: string, signal: string, value: number): Evidence =>
    anEvidence({ id, signal, value, operator: null, threshold: null, thresholdSource: null });
  const memory = context('f.e2', 'gpus.memory.usedBytes', 70);
  const analysisOf = (...evidence: Evidence[]) => anInsightAnalysis([aConfirmedFinding({ evidence })]);
  const then = analysisOf(bound, memory);
  const now = analysisOf(bound, context('f.e2', 'derived.eccUncorrectedDelta', 0), {
    ...memory,
    id: 'f.e3',
    value: 72,
  });

  it('may come and go without making another situation, but not change', () => {
    expect(of({ analysis: now })).toBe(of({ analysis: then }));
    expect(isSameSituation(then, now)).toBe(true);
    expect(isSameSituation(now, then)).toBe(true);
    expect(isSameSituation(then, analysisOf(bound, { ...memory, value: 7 }))).toBe(false);
  });

  it('is found again under the id that it has now', () => {
    const draft = groundedDraft(insightsPrompt(anInsightRequest({ analysis: then })).messages[1]?.content ?? '');
    if (draft === null) throw new Error('no draft');
    const cited = draft.recommendations.map((one) => ({ ...one, evidenceIds: ['f.e1', 'f.e2', 'unknown'] }));
    const moved = alignEvidence({ draft: { ...draft, recommendations: cited }, analysis: then }, now);
    expect(moved.draft.recommendations[0]?.evidenceIds).toEqual(['f.e1', 'f.e3', 'unknown']);
    expect(moved.analysis.findings[0]?.evidence.map(({ id, value }) => [id, value])).toEqual([
      ['f.e1', 450],
      ['f.e3', 70],
    ]);
  });

  it('that is gone is cited no more', () => {
    const draft = { summary: '', rootCauses: [], recommendations: [] };
    const moved = alignEvidence({ draft, analysis: then }, analysisOf(bound));
    expect(moved.analysis.findings[0]?.evidence.map(({ id }) => id)).toEqual(['f.e1', 'f.e2.gone']);
  });
});

describe('the buckets of readings', () => {
  const reading = (value: Evidence['value'], threshold: Evidence['threshold'] = 700) =>
    anInsightAnalysis([aConfirmedFinding({ evidence: [anEvidence({ value, threshold })] })]);

  it.each<readonly [Evidence['value'], Evidence['value'], boolean]>([
    [100, 100, true],
    [100, 80, true],
    [100, 79, false],
    [100, 125, true],
    [100, 126, false],
    [0.97, 0.99, true],
    [0, 0, true],
    [0, 1, false],
    [1, 2, false],
    [-10, 10, false],
    [-10, -11, true],
    [100, null, false],
    [null, null, true],
    ['on', 'off', false],
    [true, true, true],
  ])('hold %j and %j: %s', (then, now, isSame) => {
    expect(isSameSituation(reading(then), reading(now))).toBe(isSame);
  });

  it('hold thresholds too', () => {
    expect(isSameSituation(reading(450, 700), reading(450, 350))).toBe(false);
  });
});
