import { describe, expect, it } from '@jest/globals';
import { FAULTS } from '../../../apps/simulator/src/faults/faults.js';
import { RULES } from '../../../libs/analysis/src/rules/rules.js';
import type { SeenAnalysis, SeenFinding } from '../support/watching-agent.js';
import { EXPECTATIONS } from './expectations.js';
import { judge, lastJudgement } from './judge.js';
import { inLanes } from './lanes.js';

const FINDING: SeenFinding = {
  id: 'f1',
  ruleId: 'gpu-power-brake',
  severity: 'critical',
  state: 'confirmed',
  rootCause: true,
  subject: { kind: 'gpu', label: 'GPU 0' },
  title: '',
  summary: '',
};

function anAnalysis(
  items: readonly Partial<SeenFinding>[],
  notEvaluated: SeenAnalysis['notEvaluated'] = [],
): SeenAnalysis {
  return {
    items: items.map((item) => ({ ...FINDING, ...item })),
    healthStatus: 'healthy',
    primaryBottleneck: null,
    notEvaluated,
  };
}

describe('what is expected of each fault', () => {
  it('begins with a healthy host and has one row for every fault', () => {
    expect(EXPECTATIONS.map(({ fault }) => fault)).toEqual([null, ...FAULTS.map(({ id }) => id)]);
  });

  it('names rules that there are', () => {
    const ids = RULES.map(({ id }) => id);
    const named = EXPECTATIONS.flatMap(({ rules = [], notEvaluated = [] }) => [...rules, ...notEvaluated]);
    expect(named.filter((id) => !ids.includes(id))).toEqual([]);
  });
});

describe('a row of the report', () => {
  const brake = { fault: 'power-brake', rules: ['gpu-power-brake'], why: '' };

  it('is met by a confirmed cause', () => {
    expect(judge(brake, anAnalysis([{}]), 7)).toEqual({
      isMet: true,
      found: 'gpu-power-brake [critical] of gpu GPU 0 (confirmed) 7 s',
    });
  });

  it('tells which other causes the agent named with it', () => {
    const analysis = anAnalysis([{}, { ruleId: 'gpu-lost' }, { ruleId: 'queue-backlog', rootCause: false }]);
    expect(judge(brake, analysis, 7)?.found).toMatch(
      /; beside it as causes: gpu-lost \[critical\] of gpu GPU 0 \(confirmed\)$/,
    );
  });

  it.each<[string, Partial<SeenFinding>]>([
    ['what is only suspected', { state: 'suspected' }],
    ['an effect of something else', { rootCause: false }],
    ['another rule', { ruleId: 'gpu-lost' }],
  ])('is not met by %s, which the end of the time then tells', (_, change) => {
    const analysis = anAnalysis([change]);
    expect(judge(brake, analysis, 7)).toBeNull();
    const verdict = lastJudgement(brake, analysis);
    expect([verdict.isMet, verdict.found]).toEqual([
      false,
      expect.stringContaining(change.ruleId ?? 'gpu-power-brake'),
    ]);
  });

  it('of a healthy host is met by nothing above info', () => {
    const healthy = { fault: null, isQuiet: true, why: '' };
    expect(lastJudgement(healthy, anAnalysis([])).isMet).toBe(true);
    expect(lastJudgement(healthy, anAnalysis([{ severity: 'info' }])).isMet).toBe(true);
    expect(lastJudgement(healthy, anAnalysis([{ severity: 'low' }])).isMet).toBe(false);
  });

  it('of readings that are missing is met by a rule that says so, and by no alarm beside it', () => {
    const renamed = { fault: 'renamed-metrics', notEvaluated: ['queue-backlog'], why: '' };
    const silent = [{ ruleId: 'queue-backlog', subject: null, reason: 'missing input' }];
    expect(judge(renamed, anAnalysis([], silent), 1)?.isMet).toBe(true);
    expect(judge(renamed, anAnalysis([{}], silent), 1)).toBeNull();
  });
});

describe('lanes', () => {
  it('do so many at a time and yield in order', async () => {
    let running = 0;
    let most = 0;
    const task = (turns: number) => async (): Promise<number> => {
      running += 1;
      most = Math.max(most, running);
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      running -= 1;
      return turns;
    };
    const values: number[] = [];
    for await (const { value } of inLanes(2, [9, 1, 5, 1].map(task))) values.push(value);
    expect([values, most]).toEqual([[9, 1, 5, 1], 2]);
  });

  it('pass on what goes wrong', async () => {
    const all = async (): Promise<void> => {
      for await (const one of inLanes(2, [() => Promise.reject(new Error('no host'))])) expect(one).toBeNull();
    };
    await expect(all()).rejects.toThrow('no host');
  });
});
