import { describe, expect, it } from '@jest/globals';
import type { CandidateAction, Finding, Insights } from '@app/core';
import { aFrame } from '@app/testing/analysis';
import {
  aConfirmedFinding,
  anActionDefinition,
  anEvidence,
  anInsightAnalysis,
  anInsightRequest,
} from '@app/testing/llm';
import { RuleBasedWriter } from './rule-based.writer.js';

const writer = new RuleBasedWriter();
const action = (type: string): CandidateAction => ({ type, parameters: {} });

function write(
  findings: readonly Finding[],
  types: readonly string[] = ['gpu-restore-power-limit'],
): Promise<Insights> {
  const candidateActions = types.map((type) =>
    anActionDefinition({ type, ...(type === 'notify-oncall' ? { risk: 'read-only', gate: 'automatic' } : {}) }),
  );
  return writer.write(anInsightRequest({ analysis: anInsightAnalysis(findings), candidateActions }));
}

describe('RuleBasedWriter', () => {
  it('says what is wrong, why with numbers, and what to do first', async () => {
    const insights = await write([aConfirmedFinding()]);
    expect(insights).toMatchObject({ source: 'rules', provider: null, model: null, degradedReason: null });
    expect(insights.summary).toContain(
      '1 problem is confirmed; the weightiest is Power limit below default (medium) on GPU 0',
    );
    expect(insights.summary).toContain('450 W while the default is 700 W');
    expect(insights.summary).toContain('First step: Restore the default power limit of GPU 0');
    expect(insights.rootCauses).toHaveLength(1);
    expect(insights.recommendations).toEqual([
      expect.objectContaining({
        id: 'r1',
        priority: 'medium',
        risk: 'low',
        effort: 'low',
        action: action('gpu-restore-power-limit'),
        findingIds: [aConfirmedFinding().id],
        rationale: expect.stringContaining('450 W while the default is 700 W'),
      }),
    ]);
  });

  it('shows a bounded reading that the summary leaves out', async () => {
    const finding = aConfirmedFinding({ summary: 'The limit was lowered.' });
    const { recommendations } = await write([finding]);
    expect(recommendations[0]?.rationale).toContain(
      'Measured power enforced limit: 450 W, with a bound of less than 700 W.',
    );
  });

  it('writes nothing that its own check would take out', async () => {
    const insights = await write([aConfirmedFinding()]);
    expect(insights.grounding).toEqual({
      claims: expect.any(Number),
      verified: insights.grounding.claims,
      removed: [],
    });
    expect(insights.grounding.claims).toBeGreaterThan(5);
  });

  it('puts the weightiest finding first', async () => {
    const critical = aConfirmedFinding({
      id: 'c',
      severity: 'critical',
      title: 'Lost',
      candidateActions: [action('notify-oncall')],
    });
    const insights = await write([aConfirmedFinding(), critical], ['gpu-restore-power-limit', 'notify-oncall']);
    expect(insights.recommendations.map(({ priority }) => priority)).toEqual(['high', 'medium']);
    expect(insights.summary).toContain('the weightiest is Lost');
  });

  it('tells the on-call person once for several findings', async () => {
    const findings = ['a', 'b'].map((id) =>
      aConfirmedFinding({
        id,
        subject: { kind: 'gpu', id, label: `GPU ${id}` },
        candidateActions: [action('notify-oncall')],
      }),
    );
    const { recommendations } = await write(findings, ['notify-oncall']);
    expect(recommendations.map(({ findingIds }) => findingIds)).toEqual([['a', 'b']]);
    expect(recommendations[0]?.rationale).toContain('It also serves');
  });

  it('leaves a symptom to its cause', async () => {
    const cause = aConfirmedFinding();
    const symptom = aConfirmedFinding({ id: 's', title: 'Slow tokens', rootCause: false, causedBy: [cause.id] });
    const insights = await write([symptom, cause]);
    expect(insights.recommendations).toHaveLength(1);
    expect(insights.recommendations[0]?.rationale).toContain('It explains: Slow tokens');
    expect(insights.rootCauses.map(({ findingId }) => findingId)).toEqual([cause.id]);
  });

  it('recommends nothing for context alone', async () => {
    expect((await write([aConfirmedFinding({ severity: 'info' })])).recommendations).toEqual([]);
  });

  it('says where to look when no action fits', async () => {
    const { recommendations } = await write([aConfirmedFinding({ candidateActions: [] })]);
    expect(recommendations[0]).toMatchObject({ action: null, title: expect.stringContaining('Look into GPU 0') });
  });

  it('speaks of an action that it has no phrase for with the words of the catalogue', async () => {
    const { recommendations } = await write([aConfirmedFinding({ candidateActions: [action('x-new')] })], ['x-new']);
    expect(recommendations[0]?.title).toContain('Restore the default power limit: GPU 0');
  });

  it('says that nothing was found and what could not be seen', async () => {
    const insights = await writer.write(
      anInsightRequest({ analysis: anInsightAnalysis([]), snapshot: withoutGpu(), candidateActions: [] }),
    );
    expect(insights.recommendations).toEqual([]);
    expect(insights.summary).toContain('No problem was found. 40 of 88 rules could be evaluated.');
    expect(insights.summary).toMatch(/Not available: GPU readings \(absent\)/);
    expect(insights.grounding.verified).toBe(insights.grounding.claims);
  });

  it('never calls healthy what could not be evaluated', async () => {
    const analysis = anInsightAnalysis([], {
      healthStatus: 'unknown',
      healthScore: null,
      coverage: { rulesEvaluated: 0, rulesTotal: 88 },
    });
    const { summary } = await writer.write(anInsightRequest({ analysis, snapshot: withoutGpu() }));
    expect(summary).toMatch(/^Nothing could be evaluated, .*GPU readings \(absent\)/);
    expect(summary).not.toContain('No problem');
  });

  it('mentions conditions that have not lasted long enough', async () => {
    const analysis = anInsightAnalysis([aConfirmedFinding({ state: 'suspected', evidence: [anEvidence()] })]);
    const { summary, recommendations } = await writer.write(anInsightRequest({ analysis }));
    expect(summary).toContain('1 suspected condition has not lasted long enough to count.');
    expect(recommendations).toEqual([]);
  });
});

function withoutGpu(): ReturnType<typeof aFrame> {
  const frame = aFrame(60);
  return { ...frame, gpus: [], sections: { ...frame.sections, gpu: { ...frame.sections.gpu, status: 'absent' } } };
}
