import { ACTIONS } from '@app/actions';
import type { CandidateAction, Finding, InsightRequest, Objective } from '@app/core';
import { aConfirmedFinding, anInsightAnalysis, anInsightRequest } from '@app/testing/llm';
import { describe, expect, it } from '@jest/globals';
import { ruleBasedAnswer, type RuleBasedText } from './rule-based-text.js';

const ENGINE = { kind: 'engine', id: 'http://127.0.0.1:8000', label: 'model-a (http://127.0.0.1:8000)' } as const;
const gpu = (index: number): Finding['subject'] => ({
  kind: 'gpu',
  id: `GPU-${index}`,
  label: `GPU ${index} (NVIDIA L4)`,
});
const action = (type: string, parameters: CandidateAction['parameters'] = {}): CandidateAction => ({
  type,
  parameters,
});

/** A confirmed finding with evidence of its own. */
function finding(ruleId: string, patch: Partial<Finding> = {}): Finding {
  const subject = patch.subject ?? gpu(0);
  const id = `${ruleId}:${subject.id}`;
  const evidence = aConfirmedFinding().evidence.map((entry, index) => ({ ...entry, id: `${id}.e${index + 1}` }));
  return aConfirmedFinding({ id, ruleId, subject, evidence, candidateActions: [], ...patch });
}

function requestOf(findings: readonly Finding[], patch: Partial<InsightRequest> = {}): InsightRequest {
  const types = new Set(findings.flatMap(({ candidateActions }) => candidateActions.map(({ type }) => type)));
  return anInsightRequest({
    analysis: anInsightAnalysis(findings),
    candidateActions: ACTIONS.filter(({ type }) => types.has(type)),
    ...patch,
  });
}

function write(findings: readonly Finding[], patch: Partial<InsightRequest> = {}): RuleBasedText {
  return ruleBasedAnswer(requestOf(findings, patch)).text;
}

const titles = ({ recommendations }: RuleBasedText): string[] => recommendations.map(({ title }) => title);

const SATURATED = finding('kv-cache-saturated', {
  severity: 'high',
  subject: ENGINE,
  title: 'KV cache is full under load',
  summary: 'The KV cache is 97.9 % full and the engine preempted running requests (32 in the window).',
  candidateActions: [
    action('vllm-config:kv-cache-dtype', { value: 'fp8' }),
    action('vllm-config:gpu-memory-utilization', { value: 0.92, direction: 'raise' }),
    action('vllm-config:max-num-seqs', { value: 170, direction: 'lower' }),
    action('k8s-scale', { replicaChange: 1 }),
    action('router-rebalance'),
  ],
});
const HOT = [0, 1, 2, 3, 4, 5, 6, 7].map((index) =>
  finding('gpu-thermal-hw-slowdown', {
    severity: index === 3 ? 'critical' : 'high',
    subject: gpu(index),
    summary: `The hardware thermal slowdown is active at ${86 + index} °C, and the SM clock runs at 50 % of its maximum.`,
    candidateActions: [
      action('notify-oncall'),
      action('router-remove-backend'),
      action('gpu-set-power-limit', { watts: 63 }),
      action('collect-diagnostics'),
    ],
  }),
);

describe('ruleRecommendations', () => {
  it('presents alternatives as alternatives, and routing only where there is a choice', () => {
    const { recommendations } = write([SATURATED]);
    expect(recommendations.map(({ title, priority }) => [title, priority])).toEqual([
      ['Add a replica of the model', 'high'],
      ['Store the KV cache of the engine in a smaller type: --kv-cache-dtype fp8', 'medium'],
      ['Give the engine more GPU memory: raise --gpu-memory-utilization to 0.92', 'medium'],
    ]);
    expect(recommendations[1]?.rationale).toMatch(/^An alternative, or the next step if that is not enough\./);
    expect(recommendations[2]?.rationale).toContain('Further options of the catalogue: "Change --max-num-seqs".');
    expect(recommendations[0]?.rationale).not.toContain('routing');
  });

  it.each<[Objective, string]>([
    ['latency', 'Add a replica of the model'],
    ['throughput', 'Add a replica of the model'],
    ['cost', 'Store the KV cache of the engine in a smaller type: --kv-cache-dtype fp8'],
    ['energy', 'Store the KV cache of the engine in a smaller type: --kv-cache-dtype fp8'],
  ])('for %s starts with another of the ways', (objective, first) => {
    expect(titles(write([SATURATED], { objective }))[0]).toBe(first);
  });

  it('looks before it stops anything, and saves the evidence before a reset', () => {
    const dead = finding('engine-unreachable', {
      severity: 'critical',
      subject: ENGINE,
      summary: 'The engine did not answer 12 times in a row: no answer.',
      candidateActions: [action('vllm-restart'), action('collect-diagnostics'), action('engine-health-check')],
    });
    expect(titles(write([dead]))).toEqual([
      'Check the health of the engine',
      'Save the diagnostics of the engine',
      'Restart the engine if the check finds a dead process',
    ]);
    const xid = finding('gpu-xid-critical', {
      severity: 'critical',
      candidateActions: [action('gpu-reset'), action('gpu-drain'), action('collect-diagnostics')],
    });
    expect(titles(write([xid]))).toEqual(['Save the diagnostics of GPU 0', 'Drain GPU 0', 'Reset GPU 0 once drained']);
  });

  it('says what to look at where only a person can help', () => {
    const replay = finding('pcie-replay-rate', { candidateActions: [action('notify-oncall')] });
    const { recommendations } = write([replay]);
    expect(recommendations).toEqual([
      expect.objectContaining({
        title: 'Check the slot and riser of GPU 0',
        action: action('notify-oncall'),
        rationale: expect.stringContaining('signal quality: seating, riser, cable or dirt in the slot.'),
      }),
    ]);
  });

  it('leaves out telling a person where it says no more than the other steps', () => {
    const worn = finding('gpu-row-remap-exhaustion', {
      candidateActions: [action('notify-oncall'), action('open-rma-ticket')],
    });
    expect(titles(write([worn]))).toEqual(['Prepare the replacement of GPU 0']);
  });

  it('gives the same step of two findings once, and says what else it serves', () => {
    const [hot] = HOT;
    const memory = finding('gpu-memory-temp-high', {
      candidateActions: [action('gpu-set-power-limit', { watts: 63 })],
      summary: 'The memory of the GPU is at 91 °C and may reach 95 °C.',
    });
    const { recommendations } = write([...(hot ? [hot] : []), memory]);
    const step = recommendations.find(({ action: one }) => one?.type === 'gpu-set-power-limit');
    expect(step?.findingIds).toEqual([hot?.id, memory.id]);
    expect(step?.rationale).toContain(
      'The same step serves a further finding: the memory of GPU 0 is close to its temperature limit.',
    );
    expect(recommendations).toHaveLength(4);
  });

  it('puts the pressing before the rest, and names both', () => {
    const minor = finding('persistence-mode-off', {
      severity: 'low',
      candidateActions: [action('gpu-persistence-on')],
    });
    const insights = write([minor, ...HOT.slice(0, 1)]);
    expect(insights.summary).toContain('Also, with low priority: persistence mode is off on GPU 0.');
    expect(insights.recommendations.map(({ priority }) => priority)).toEqual(['high', 'high', 'high', 'high', 'low']);
  });

  it('keeps to ten steps, and gives every problem its first before any its second', () => {
    const many = [0, 1, 2, 3, 4, 5, 6, 7].map((index) =>
      finding('gpu-xid-critical', {
        subject: gpu(index),
        candidateActions: [
          action('collect-diagnostics'),
          action('gpu-drain'),
          action('k8s-cordon', { node: `node-${index}` }),
        ],
      }),
    );
    const { recommendations } = write(many);
    expect(recommendations).toHaveLength(10);
    expect(new Set(recommendations.flatMap(({ findingIds }) => findingIds)).size).toBe(8);
  });
});
