import { describe, expect, it } from '@jest/globals';
import type { Truth } from '../scenario.js';
import { scoreVerdict } from './score-verdict.js';
import type { Verdict, VerdictFinding } from './verdict.js';

const found = (ruleId: string, overrides: Partial<VerdictFinding> = {}): VerdictFinding => ({
  ruleId,
  subjectId: 'GPU-a',
  severity: 'high',
  isRoot: true,
  actions: [],
  ...overrides,
});

const verdict = (...findings: readonly VerdictFinding[]): Verdict => ({
  primaryBottleneck: findings.find(({ isRoot, severity }) => isRoot && severity !== 'info')?.ruleId ?? null,
  findings,
});

const HOT: Truth = { rootCauses: ['gpu-hot'], subjects: { 'gpu-hot': 'GPU-a' }, mustFind: ['queue'] };
const HEALTHY: Truth = { rootCauses: [] };

describe('the score of a verdict', () => {
  it('is full when the true cause comes first and its effect is found', () => {
    expect(scoreVerdict(HOT, verdict(found('gpu-hot'), found('queue', { isRoot: false })))).toEqual({
      isTop1: true,
      allCauses: 1,
      falseFindings: [],
      missed: [],
      forbiddenFindings: [],
      wrongSubjects: [],
      forbiddenActions: [],
      hasAcceptableAction: null,
    });
  });

  it('is lower for every further root cause that is named', () => {
    const score = scoreVerdict(HOT, verdict(found('queue'), found('gpu-hot')));
    expect(score).toMatchObject({ isTop1: false, allCauses: 0.5 });
  });

  it('is 0 for all causes as soon as one is missing', () => {
    const truth: Truth = { rootCauses: ['gpu-hot', 'disk-full'] };
    expect(scoreVerdict(truth, verdict(found('gpu-hot')))).toMatchObject({
      isTop1: true,
      allCauses: 0,
      missed: ['disk-full'],
    });
  });

  it('counts a cause once, on however many subjects it is', () => {
    const truth: Truth = { rootCauses: ['gpu-hot'] };
    const both = verdict(found('gpu-hot'), found('gpu-hot', { subjectId: 'GPU-b' }));
    expect(scoreVerdict(truth, both).allCauses).toBe(1);
  });

  it('does not take a cause on another subject for the true one', () => {
    const elsewhere = found('gpu-hot', { subjectId: 'GPU-b' });
    expect(scoreVerdict(HOT, verdict(elsewhere))).toMatchObject({ allCauses: 0, wrongSubjects: ['gpu-hot (GPU-b)'] });
    expect(scoreVerdict(HOT, verdict(found('gpu-hot'), elsewhere)).allCauses).toBe(0.5);
  });

  it('does not take an effect for a root cause', () => {
    const score = scoreVerdict(HOT, verdict(found('gpu-hot', { isRoot: false })));
    expect(score).toMatchObject({ allCauses: 0, missed: ['queue'] });
  });

  it('of a healthy machine is full when nothing above info is found', () => {
    const context = found('power-cap', { severity: 'info' });
    expect(scoreVerdict(HEALTHY, verdict(context))).toMatchObject({ isTop1: true, allCauses: 1, falseFindings: [] });
    expect(scoreVerdict(HEALTHY, verdict(found('gpu-hot', { severity: 'low' })))).toMatchObject({
      isTop1: false,
      allCauses: 0,
      falseFindings: ['gpu-hot (GPU-a)'],
    });
  });

  it('notices what must not be found, unless it is context', () => {
    const truth: Truth = { rootCauses: ['gpu-hot'], mustNotFind: ['power-brake'] };
    const forbidden = (severity: VerdictFinding['severity']) =>
      scoreVerdict(truth, verdict(found('gpu-hot'), found('power-brake', { severity, isRoot: false })))
        .forbiddenFindings;
    expect(forbidden('low')).toEqual(['power-brake']);
    expect(forbidden('info')).toEqual([]);
  });

  it('notices harmful actions, and whether a wanted one is among the candidates', () => {
    const truth: Truth = { rootCauses: ['gpu-hot'], acceptableActions: ['notify', 'rma'], forbiddenActions: ['reset'] };
    expect(scoreVerdict(truth, verdict(found('gpu-hot', { actions: ['reset'] })))).toMatchObject({
      forbiddenActions: ['reset'],
      hasAcceptableAction: false,
    });
    expect(scoreVerdict(truth, verdict(found('gpu-hot', { actions: ['rma'] })))).toMatchObject({
      forbiddenActions: [],
      hasAcceptableAction: true,
    });
  });
});
