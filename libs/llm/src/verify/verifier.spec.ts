import { describe, expect, it } from '@jest/globals';
import type { InsightRequest } from '@app/core';
import {
  aConfirmedFinding,
  anActionDefinition,
  anEvidence,
  anInsightAnalysis,
  anInsightRequest,
} from '@app/testing/llm';
import type { DraftRecommendation, InsightDraft } from '../insight.schema.js';
import { verifyDraft } from './verifier.js';

const FINDING = aConfirmedFinding();

function aRecommendation(patch: Partial<DraftRecommendation> = {}): DraftRecommendation {
  return {
    title: 'Restore the power limit',
    rationale: 'The limit of 450 W is below the default of 700 W.',
    priority: 'high',
    findingIds: [FINDING.id],
    evidenceIds: [`${FINDING.id}.e1`],
    action: { type: 'gpu-restore-power-limit', parameters: [] },
    expectedEffect: 'Clocks rise under load.',
    effort: 'low',
    risk: 'low',
    ...patch,
  };
}

function aDraft(patch: Partial<InsightDraft> = {}): InsightDraft {
  return {
    summary: 'The power limit holds the GPU down.',
    rootCauses: [{ findingId: FINDING.id, explanation: 'The limit is 450 W.' }],
    recommendations: [aRecommendation()],
    ...patch,
  };
}

function summaryOf(summary: string, request: InsightRequest = anInsightRequest()): string {
  return verifyDraft(aDraft({ summary }), request).summary;
}

const RICH = anInsightRequest({
  analysis: anInsightAnalysis([
    aConfirmedFinding({
      evidence: [
        ...FINDING.evidence,
        anEvidence({ id: 'x.e4', signal: 'gpus.temperature.gpuCelsius', value: 92, threshold: 87, unit: 'celsius' }),
        anEvidence({ id: 'x.e5', signal: 'engines.ttft.p95', value: 2.346, threshold: 1.5, unit: 'seconds' }),
        anEvidence({ id: 'x.e6', signal: 'engines.requestsWaiting', value: 12, threshold: 5, unit: 'count' }),
        anEvidence({ id: 'x.e7', signal: 'engines.generationTokensPerSecond', value: 1843.7, unit: 'tokensPerSecond' }),
        anEvidence({ id: 'x.e8', signal: 'gpus.clocks.smMhz', value: 1410, threshold: 1980, unit: 'megahertz' }),
      ],
    }),
  ]),
});

describe('verifyDraft on sentences', () => {
  it.each([
    'The limit is 450 W.',
    'It draws up to 0.45 kW.',
    'The GPU is 97 % busy.',
    'The GPU is ninety-seven percent busy.',
    'The busy ratio is 0.97.',
    'It holds 72.4 GiB of memory.',
    'It holds 72 GiB of memory.',
    'It holds 77.7 GB of memory.',
    'It reached 92°C against a threshold of 87°C.',
    'The p95 time to first token is 2.3 s.',
    'The p95 time to first token is 2,346 ms.',
    'There are 12 requests waiting.',
    'There are twelve requests waiting.',
    'It makes 1,844 tokens/s.',
    'It makes 1843.7 tokens per second.',
    'The clock is 1410 MHz of 1980 MHz.',
    'The clock is 1.41 GHz.',
    'It was seen over 60 seconds.',
    'It was seen over 1 minute.',
    'One finding stands out: GPU 0 (NVIDIA H100 80GB HBM3) is limited.',
    'The H100 is limited by a host-level policy or an engine-side setting of 450 W.',
    'Use gpu-restore-power-limit to lift the limit.',
    'The rule gpu-power-limit-below-default fired on gpus.power.enforcedLimitWatts.',
    'One GPU is limited, and one of its readings is 97 %.',
  ])('keeps: %s', (sentence) => {
    expect(summaryOf(sentence, RICH)).toBe(sentence);
  });

  it.each([
    ['an invented value', 'The limit is 451 W.'],
    ['a value in the wrong unit', 'The limit is 450 °C.'],
    ['a wrong prefix', 'The limit is 450 kW.'],
    ['a percentage of nothing', 'Throughput will rise by 20 %.'],
    ['a predicted factor', 'This would double throughput.'],
    ['a factor in digits', 'This is 2x faster.'],
    ['an invented number word', 'The limit is six hundred watts.'],
    ['an invented fraction', 'About half of the memory is used.'],
    ['a difference', 'It is 250 W below the default.'],
    ['a wrong rounding', 'The p95 time to first token is 2.4 s.'],
    ['a rounding too coarse', 'The p95 time to first token is 2 s.'],
    ['almost all rounded to all', 'The ratio is 1.'],
    ['one with a unit', 'It took one hour.'],
    ['a wrong GPU', 'The problem is on GPU 3.'],
    ['a UUID that does not exist', 'See GPU-99999999-2222-3333-4444-555555555555.'],
    ['a device that is not there', 'The A100 is limited.'],
    ['an action that is no candidate', 'Run gpu-reset right away.'],
    ['a rule that does not exist', 'The rule gpu-flux-capacitor fired.'],
    ['a wrong count of findings', 'There are 4 findings.'],
    ['requests taken for watts', 'There are 450 requests waiting.'],
    ['an address', 'Look at http://10.0.0.9:8000/metrics for more.'],
    ['a command', 'Run sudo reboot now.'],
    ['a claim of having acted', 'The change has been approved.'],
  ])('removes %s', (_, sentence) => {
    const verified = verifyDraft(aDraft({ summary: `The limit is low. ${sentence}` }), RICH);
    expect(verified.summary).toBe('The limit is low.');
    expect(verified.grounding.removed).toEqual([{ text: sentence, reason: expect.stringMatching(/\.$/) }]);
    expect(verified.grounding.claims - verified.grounding.verified).toBe(1);
  });

  it('takes no number from a finding that is only suspected', () => {
    const suspected = aConfirmedFinding({
      id: 's',
      state: 'suspected',
      evidence: [anEvidence({ id: 's.e1', value: 11 })],
    });
    const request = anInsightRequest({ analysis: anInsightAnalysis([FINDING, suspected]) });
    expect(summaryOf('The limit is 11 W.', request)).toBe('');
  });

  it('takes hidden characters out of what it keeps', () => {
    expect(summaryOf('The limit\u202e is\u0007 low.')).toBe('The limit is low.');
  });
});

describe('verifyDraft on references', () => {
  it('keeps a true draft whole', () => {
    const verified = verifyDraft(aDraft(), anInsightRequest());
    expect(verified.recommendations).toEqual([
      { ...aRecommendation(), id: 'r1', action: { type: 'gpu-restore-power-limit', parameters: {} } },
    ]);
    expect(verified.rootCauses).toHaveLength(1);
    expect(verified.grounding.removed).toEqual([]);
    expect(verified.grounding.verified).toBe(verified.grounding.claims);
  });

  it('drops a recommendation for a finding that does not exist', () => {
    const recommendations = [aRecommendation({ findingIds: ['gpu-made-up:1'] })];
    const verified = verifyDraft(aDraft({ recommendations }), anInsightRequest());
    expect(verified.recommendations).toEqual([]);
    expect(verified.grounding.removed.map(({ text }) => text)).toContain('gpu-made-up:1');
  });

  it('takes out evidence that does not exist', () => {
    const recommendations = [aRecommendation({ evidenceIds: ['nope', `${FINDING.id}.e2`] })];
    const verified = verifyDraft(aDraft({ recommendations }), anInsightRequest());
    expect(verified.recommendations[0]?.evidenceIds).toEqual([`${FINDING.id}.e2`]);
  });

  it('takes a symptom for no root cause', () => {
    const request = anInsightRequest({ analysis: anInsightAnalysis([aConfirmedFinding({ rootCause: false })]) });
    expect(verifyDraft(aDraft(), request).rootCauses).toEqual([]);
  });

  it('drops a recommendation whose title or rationale does not hold', () => {
    const recommendations = [
      aRecommendation({ title: 'Raise the limit to 900 W' }),
      aRecommendation({ rationale: 'It wastes 38 %.' }),
    ];
    expect(verifyDraft(aDraft({ recommendations }), anInsightRequest()).recommendations).toEqual([]);
  });
});

describe('verifyDraft on actions', () => {
  const limit = { type: 'number', exclusiveMinimum: 0, maximum: 2000 };
  const definition = anActionDefinition({
    type: 'gpu-set-power-limit',
    risk: 'disruptive',
    parameters: {
      type: 'object',
      additionalProperties: false,
      required: ['watts'],
      properties: { watts: limit, note: { type: 'string' } },
    },
  });
  const withParameters = (parameters: Record<string, string | number>): InsightRequest =>
    anInsightRequest({
      analysis: anInsightAnalysis([
        aConfirmedFinding({ candidateActions: [{ type: 'gpu-set-power-limit', parameters }] }),
      ]),
      candidateActions: [definition],
    });
  const draftWith = (...parameters: { name: string; value: string }[]): InsightDraft =>
    aDraft({ recommendations: [aRecommendation({ action: { type: 'gpu-set-power-limit', parameters } })] });

  it.each([
    ['that no finding proposes', 'gpu-restore-power-limit'],
    ['that exists nowhere', 'gpu-explode'],
    ['named as an object member', '__proto__'],
  ])('drops a recommendation with an action %s', (_, type) => {
    const recommendations = [aRecommendation({ action: { type, parameters: [] } })];
    const verified = verifyDraft(aDraft({ recommendations }), withParameters({}));
    expect(verified.recommendations).toEqual([]);
    expect(verified.grounding.removed[0]?.reason).toContain(type);
  });

  it('accepts a parameter that the schema allows, as its type', () => {
    const verified = verifyDraft(draftWith({ name: 'watts', value: '630' }), withParameters({}));
    expect(verified.recommendations[0]?.action?.parameters).toEqual({ watts: 630 });
    expect(verified.recommendations[0]?.risk).toBe('medium');
  });

  it.each([
    ['out of range', 'watts', '9000'],
    ['not a number', 'watts', '630; reboot'],
    ['unknown', 'force', 'true'],
    ['inherited', 'constructor', 'x'],
    ['an invented string', 'note', '/etc/shadow'],
  ])('takes out a parameter that is %s', (_, name, value) => {
    const verified = verifyDraft(draftWith({ name, value }), withParameters({}));
    expect(verified.recommendations[0]?.action).toEqual({ type: 'gpu-set-power-limit', parameters: {} });
    expect(verified.grounding.removed).toHaveLength(1);
  });

  it('keeps the value that the analysis proposes', () => {
    const verified = verifyDraft(draftWith({ name: 'watts', value: '500' }), withParameters({ watts: 630 }));
    expect(verified.recommendations[0]?.action?.parameters).toEqual({ watts: 630 });
    expect(verified.grounding.removed[0]?.reason).toContain('630');
  });
});
