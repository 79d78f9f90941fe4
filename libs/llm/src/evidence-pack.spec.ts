import { describe, expect, it } from '@jest/globals';
import type { Finding, InsightRequest } from '@app/core';
import {
  aConfirmedFinding,
  anActionDefinition,
  anEvidence,
  anInsightAnalysis,
  anInsightRequest,
  HOSTILE_TEXTS,
  hostWithHostileLabels,
  hostWithTenFindings,
} from '@app/testing/llm';
import { evidencePack } from './evidence-pack.js';
import { estimateTokens } from './pack/token-estimate.js';

const ROOMY = 100_000;

function textOf(findings: readonly Finding[], patch: Partial<InsightRequest> = {}, budget: number = ROOMY): string {
  return evidencePack(anInsightRequest({ analysis: anInsightAnalysis(findings), ...patch }), budget).text;
}

describe('the evidence pack', () => {
  it('tells device, finding, readings, candidate actions and the closed list', () => {
    const { text, omitted } = evidencePack(anInsightRequest(), ROOMY);
    expect(text.split('\n')).toEqual([
      'health degraded, score 85 of 100; objective balanced',
      'latency objectives: time to first token p95 2 s, inter-token latency p95 50 ms',
      '1 confirmed finding, 1 root cause, 40 of 88 rules evaluated',
      'GPUs: 1 "NVIDIA H100 80GB HBM3"',
      'gpu "GPU 0":',
      ' f1 root cause, medium: "Power limit below default"',
      '  "The power limit is 450 W while the default is 700 W, and the GPU is 97 % busy."',
      '  e1 power enforced limit 450 W, less than 700 W (default limit of the device), over 60 s',
      '  e2 utilization GPU 97 %, at least 70 % (settings), over 60 s',
      '  e3 memory used 72.4 GiB, over 60 s',
      '  do: gpu-restore-power-limit',
      'actions:',
      ' gpu-restore-power-limit (reversible, approval): Restore the default power limit.',
    ]);
    expect(omitted).toEqual([]);
  });

  it('leaves objectives of zero out, because nothing is promised', () => {
    const text = textOf([aConfirmedFinding()], { slo: { ttftP95Seconds: 0, itlP95Seconds: 0.02 } });
    expect(text).toContain('latency objectives: inter-token latency p95 20 ms');
    expect(textOf([aConfirmedFinding()], { slo: { ttftP95Seconds: 0, itlP95Seconds: 0 } })).not.toContain('objectives');
  });

  it('explains an effect by its cause, and names a device once', () => {
    const root = aConfirmedFinding({ id: 'root', severity: 'high' });
    const effect = aConfirmedFinding({
      id: 'effect',
      rootCause: false,
      causedBy: ['root', 'unknown'],
      confidence: 'low',
    });
    const text = textOf([effect, root]);
    expect(text).toContain(' f1 root cause, high: ');
    expect(text).toContain(' f2 caused by f1, medium, low confidence: ');
    expect(text.match(/gpu "GPU 0":/g)).toHaveLength(1);
  });

  it('says what was not evaluated, and why a source could not be read', () => {
    const { snapshot } = anInsightRequest();
    const engines = { ...snapshot.sections.engines, status: 'denied', detail: 'HTTP status 401 of 10.1.2.3' } as const;
    const notEvaluated = [
      { ruleId: 'queue-backlog', subject: null, reason: 'section engines is denied: HTTP status 401' },
    ];
    const text = textOf([aConfirmedFinding()], {
      snapshot: { ...snapshot, sections: { ...snapshot.sections, engines } },
      analysis: anInsightAnalysis([aConfirmedFinding()], { notEvaluated }),
    });
    expect(text).toMatch(/engines denied "HTTP status 401 of ip-[0-9a-f]{4}"/);
    expect(text).toContain('rules not evaluated: engines denied (1)');
  });

  it('lists only actions that a finding in it proposes', () => {
    const candidateActions = [anActionDefinition(), anActionDefinition({ type: 'gpu-reset' })];
    expect(textOf([aConfirmedFinding()], { candidateActions })).not.toContain('gpu-reset');
  });

  it('leaves suspected findings out, and says how many there are', () => {
    const suspected = aConfirmedFinding({ id: 's', state: 'suspected', title: 'Only suspected' });
    const text = textOf([aConfirmedFinding(), suspected]);
    expect(text).not.toContain('Only suspected');
    expect(text).toContain('1 confirmed finding, 1 root cause, 1 suspected');
  });

  it('gives short ids that lead back', () => {
    const finding = aConfirmedFinding();
    const { names } = evidencePack(anInsightRequest(), ROOMY);
    expect(names.findings.long('f1')).toBe(finding.id);
    expect(names.evidence.long('e2')).toBe(finding.evidence[1]?.id);
    expect(names.evidence.long('e4')).toBe('e4');
  });
});

describe('an evidence pack without enough room', () => {
  it('tells less of everything before it drops anything, and says so in the text', () => {
    const request = hostWithTenFindings();
    const { text, omitted } = evidencePack(request, 1100);
    expect(estimateTokens(text)).toBeLessThanOrEqual(1100);
    expect(text.match(/^ f\d+ /gm)).toHaveLength(10);
    expect(omitted.join(' ')).toMatch(/told by their titles only\. \d+ readings are left out\./);
    for (const sentence of omitted) expect(text).toContain(sentence);
  });

  it('counts the lightest by severity when not even their titles fit', () => {
    const findings = Array.from({ length: 60 }, (_, index) =>
      aConfirmedFinding({
        id: `f${index}`,
        severity: index < 3 ? 'critical' : 'low',
        subject: { kind: 'gpu', id: `g${index}`, label: `GPU ${index} (NVIDIA H100 80GB HBM3)` },
      }),
    );
    const { text, omitted } = evidencePack(anInsightRequest({ analysis: anInsightAnalysis(findings) }), 900);
    expect(text.match(/, critical: /g)).toHaveLength(3);
    const told = text.match(/^ f\d+ /gm)?.length ?? 0;
    expect(omitted[0]).toBe(`${60 - told} findings of lower rank are only counted (${60 - told} low).`);
    expect(text).toContain('60 confirmed findings');
  });

  it('reads no more than sixty findings, and counts the rest', () => {
    const findings = Array.from({ length: 500 }, (_, index) => aConfirmedFinding({ id: `f${index}` }));
    const { text, omitted } = evidencePack(anInsightRequest({ analysis: anInsightAnalysis(findings) }), ROOMY);
    expect(text.match(/^ f\d+ /gm)).toHaveLength(60);
    expect(omitted[0]).toContain('440 findings');
  });

  it.each([0, 200, 500, 1000, 2000])(
    'keeps to %d tokens with hostile labels, but for what is true of the whole',
    (budget) => {
      const empty = estimateTokens(evidencePack(hostWithHostileLabels(60), 0).text);
      expect(estimateTokens(evidencePack(hostWithHostileLabels(60), budget).text)).toBeLessThanOrEqual(
        Math.max(budget, empty),
      );
    },
  );
});

describe('text of others in the evidence pack', () => {
  const { text } = evidencePack(hostWithHostileLabels(HOSTILE_TEXTS.length * 2), ROOMY);

  it('stays on its line, in its quotes and in the block', () => {
    expect(text).not.toMatch(/[<>`\p{Cf}]/u);
    for (const line of text.split('\n')) {
      expect((line.match(/"/g)?.length ?? 0) % 2).toBe(0);
    }
    const lines = text.split('\n').filter((line) => /root cause, critical/.test(line.replace(/"[^"]*"/g, '')));
    expect(lines).toEqual([]);
  });

  it('tells no secret, no address and nobody by name', () => {
    expect(text).not.toMatch(/hunter2|gsk_|10\.9\.8\.7|alice|example\.com|dgx-7/);
    expect(text).toContain('[secret]');
  });

  it('never becomes an id of the prompt', () => {
    const finding = aConfirmedFinding({ id: 'f7', evidence: [anEvidence({ id: 'e9' })] });
    const { names } = evidencePack(anInsightRequest({ analysis: anInsightAnalysis([finding]) }), ROOMY);
    expect(names.findings.long('f7')).toBe('f7');
    expect(names.findings.long('f1')).toBe('f7');
  });
});
