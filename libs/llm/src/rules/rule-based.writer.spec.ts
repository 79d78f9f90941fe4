import { ACTIONS } from '@app/actions';
import { ruleCatalogue } from '@app/analysis';
import type { CandidateAction, Finding, InsightRequest, Insights } from '@app/core';
import { aFrame } from '@app/testing/analysis';
import { aConfirmedFinding, anInsightAnalysis, anInsightRequest } from '@app/testing/llm';
import { describe, expect, it } from '@jest/globals';
import { actionPhrase, rulePhrase } from './phrases/index.js';
import { RuleBasedWriter } from './rule-based.writer.js';

const writer = new RuleBasedWriter();
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

function write(findings: readonly Finding[], patch: Partial<InsightRequest> = {}): Promise<Insights> {
  return writer.write(requestOf(findings, patch));
}

const titles = ({ recommendations }: Insights): string[] => recommendations.map(({ title }) => title);

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
const QUEUE = finding('queue-backlog', {
  severity: 'high',
  subject: ENGINE,
  summary: 'A queue of 73 requests waits for capacity behind 64 running ones and does not drain.',
  rootCause: false,
  causedBy: [SATURATED.id],
});
const LATE = finding('ttft-slo-queue', {
  severity: 'high',
  subject: ENGINE,
  summary: '99.7 % of the first tokens came later than the objective; 99 % of that time is spent in the queue.',
  rootCause: false,
  causedBy: [QUEUE.id, SATURATED.id],
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

describe('RuleBasedWriter', () => {
  it('says what is wrong with its numbers, why it matters and what to do first', async () => {
    const insights = await write([
      finding('gpu-power-limit-below-default', { candidateActions: [action('gpu-restore-power-limit')] }),
    ]);
    expect(insights).toMatchObject({ source: 'rules', provider: null, model: null, degradedReason: null });
    expect(insights.summary).toBe(
      'GPU 0 (medium): the power limit is 450 W while the default is 700 W, and the GPU is 97 % busy. First step: restore the default power limit of GPU 0.',
    );
    expect(insights.recommendations[0]).toMatchObject({
      id: 'r1',
      title: 'Restore the default power limit of GPU 0',
      priority: 'medium',
      risk: 'low',
      effort: 'low',
      action: action('gpu-restore-power-limit'),
      rationale: expect.stringContaining('Make sure first that nobody lowered it on purpose'),
      expectedEffect: expect.stringContaining('It worked when the enforced power limit equals the default'),
    });
  });

  it('speaks once of a condition that many GPUs have, and gives each its own numbers', async () => {
    const insights = await write(HOT);
    expect(insights.summary).toBe(
      'GPUs 0-7 are too hot, and the hardware cuts their clocks (critical). On GPU 3, the hardware thermal slowdown is active at 89 °C, and the SM clock runs at 50 % of its maximum. First step: check the cooling of GPUs 0-7.',
    );
    expect(titles(insights)).toEqual([
      'Check the cooling of GPUs 0-7',
      'Lower the power limit of GPUs 0-7 to 63 W',
      'Send no new requests to the engines on GPUs 0-7',
      'Save the diagnostics of GPUs 0-7',
    ]);
    expect(insights.recommendations[0]?.findingIds).toHaveLength(8);
    expect(insights.rootCauses).toHaveLength(8);
    expect(insights.rootCauses[1]?.explanation).toBe(
      'On GPU 0, the hardware thermal slowdown is active at 86 °C, and the SM clock runs at 50 % of its maximum.',
    );
  });

  it('names the GPUs that are concerned, and no others', async () => {
    const insights = await write(HOT.filter((_, index) => [0, 2, 5, 6, 7].includes(index)));
    expect(titles(insights)[0]).toBe('Check the cooling of GPUs 0, 2 and 5-7');
  });

  it('tells causes as a chain, and what those notice who wait for answers', async () => {
    const insights = await write([SATURATED, QUEUE, LATE]);
    expect(insights.summary).toBe(
      'The KV cache of the engine is full under load (high); as a result requests queue up, so that first tokens come late. The KV cache is 97.9 % full and the engine preempted running requests (32 in the window). 99.7 % of the first tokens came later than the objective; 99 % of that time is spent in the queue. First step: add a replica of the model.',
    );
    expect(insights.rootCauses).toEqual([
      {
        findingId: SATURATED.id,
        explanation:
          'The KV cache is 97.9 % full and the engine preempted running requests (32 in the window). As a result requests queue up, so that first tokens come late.',
      },
    ]);
    expect(insights.recommendations.every(({ findingIds }) => findingIds.join() === SATURATED.id)).toBe(true);
  });

  it('does not make something minor look urgent', async () => {
    const minor = finding('kv-cache-overprovisioned', {
      severity: 'low',
      subject: ENGINE,
      summary: 'At most 4 % of the KV cache was needed at a time.',
      candidateActions: [action('vllm-config:gpu-memory-utilization', { direction: 'lower' })],
    });
    const { summary, recommendations } = await write([minor]);
    expect(summary).toMatch(/^Low priority: the KV cache of the engine is much larger than the traffic needs\./);
    expect(recommendations[0]?.priority).toBe('low');
  });

  it('tells engines apart by their addresses when there are several', async () => {
    const other = { kind: 'engine', id: 'http://127.0.0.1:8001', label: 'model-a (http://127.0.0.1:8001)' } as const;
    const sleepers = [ENGINE, other].map((subject) =>
      finding('engine-asleep-with-traffic', { severity: 'high', subject, candidateActions: [action('vllm-wake')] }),
    );
    expect(titles(await write(sleepers))).toEqual([
      'Wake the engines at http://127.0.0.1:8000 and http://127.0.0.1:8001',
    ]);
  });

  it('speaks of a rule and an action that it has no words for with those of the catalogue', async () => {
    const [definition] = ACTIONS;
    if (!definition) throw new Error('no actions');
    const unknown = finding('brand-new-rule', { title: 'Something new', candidateActions: [action('x-new')] });
    const candidateActions = [{ ...definition, type: 'x-new', title: 'Do it', description: 'It helps.' }];
    const { summary, recommendations } = await write([unknown], { candidateActions });
    expect(summary).toMatch(/^Something new \(GPU 0\) \(medium\)\./);
    expect(recommendations[0]).toMatchObject({
      title: 'Do it: GPU 0',
      rationale: expect.stringMatching(/It helps\.$/),
      expectedEffect: 'The finding should end. It worked when the readings named here are within their bounds.',
    });
    expect((await write([finding('brand-new-rule')])).recommendations[0]).toMatchObject({
      title: 'Look into GPU 0',
      action: null,
    });
  });

  it('neither follows nor breaks on labels that others wrote', async () => {
    const subject = { ...ENGINE, label: 'a'.repeat(500), id: `http://h/\u0000\u202e{subject}[x|y] ${'b'.repeat(500)}` };
    const { recommendations } = await write([
      finding('engine-asleep-with-traffic', { subject, candidateActions: [action('vllm-wake')] }),
      finding('engine-asleep-with-traffic', { subject: ENGINE, candidateActions: [action('vllm-wake')] }),
    ]);
    expect(recommendations[0]?.title).toContain('http://h/ {subject}[x|y] bbb');
    expect(recommendations[0]?.title.length).toBeLessThanOrEqual(200);
  });

  it('recommends nothing for context alone, and tells it as context', async () => {
    const full = finding('gpu-power-cap-throttling', {
      severity: 'info',
      summary: 'The GPU draws 350 W at its limit of 350 W: full load, not a fault.',
    });
    const insights = await write([full], { analysis: anInsightAnalysis([full], { healthStatus: 'healthy' }) });
    expect(insights.recommendations).toEqual([]);
    expect(insights.summary).toContain('There is no known problem. 40 of 88 rules could be evaluated');
    expect(insights.summary).toContain('On GPU 0, the GPU draws 350 W at its limit of 350 W: full load, not a fault.');
  });

  it('says on what an answer without findings rests, and what it can not tell', async () => {
    const { summary } = await write([], { snapshot: withoutGpu('denied'), analysis: anInsightAnalysis([]) });
    expect(summary).toContain('There is no known problem.');
    expect(summary).toContain('The state of the GPUs is not known: GPU readings are denied.');
  });

  it('never calls healthy what could not be evaluated', async () => {
    const coverage = { rulesEvaluated: 0, rulesTotal: 88 };
    const analysis = anInsightAnalysis([], { healthStatus: 'unknown', healthScore: null, coverage });
    const { summary } = await write([], { analysis, snapshot: withoutGpu('absent') });
    expect(summary).toMatch(/^Nothing could be evaluated, so nothing can be said about the state of the host\./);
    expect(summary).toContain('The state of the GPUs is not known: GPU readings are not available.');
    expect(summary).not.toContain('no known problem');
  });

  it('mentions conditions that have not lasted long enough, and recommends nothing for them', async () => {
    const { summary, recommendations } = await write([finding('gpu-lost', { state: 'suspected' })]);
    expect(summary).toContain('There may be a further problem, but it has to last longer to count.');
    expect(recommendations).toEqual([]);
  });

  it('does not hang on causes that run in a circle', async () => {
    const one = finding('queue-backlog', { subject: ENGINE });
    const two = finding('ttft-slo-queue', { subject: ENGINE, causedBy: [one.id], rootCause: false });
    const insights = await write([{ ...one, causedBy: [two.id], rootCause: false }, two, ...HOT.slice(0, 1)]);
    expect(insights.recommendations[0]?.title).toBe('Check the cooling of GPU 0');
  });

  it('has words for every rule, and for every action that a rule proposes', () => {
    const rules = ruleCatalogue().filter(({ isEvaluated }) => isEvaluated);
    expect(rules.map(({ id }) => id).filter((id) => rulePhrase(id) === undefined)).toEqual([]);
    const variants = [{}, { direction: 'raise' }, { direction: 'lower' }, { replicaChange: 1 }, { value: 'off' }];
    const types = rules.flatMap(({ candidateActions }) => candidateActions).filter((type) => type !== 'notify-oncall');
    const isSpoken = (type: string): boolean =>
      variants.some((parameters) => actionPhrase({ type, parameters } as CandidateAction, 'any') !== undefined);
    expect([...new Set(types)].filter((type) => !isSpoken(type))).toEqual([]);
  });
});

function withoutGpu(status: 'absent' | 'denied'): InsightRequest['snapshot'] {
  const frame = aFrame(60);
  return { ...frame, gpus: [], sections: { ...frame.sections, gpu: { ...frame.sections.gpu, status } } };
}
