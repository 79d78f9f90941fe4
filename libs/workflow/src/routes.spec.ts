import { describe, expect, it } from '@jest/globals';
import {
  routeAfterAnalyze,
  routeAfterApprove,
  routeAfterExecute,
  routeAfterInsights,
  routeAfterMonitor,
  routeAfterPlan,
} from './routes.js';

const wanted = { failure: null, hasFindings: true, mode: 'recommend', modelWanted: true } as const;

describe('routeAfterAnalyze', () => {
  it.each([
    ['a wanted model with something to explain', wanted, 'model-insights'],
    ['nothing confirmed', { ...wanted, hasFindings: false }, 'rule-insights'],
    ['no analysis yet', { ...wanted, hasFindings: null }, 'rule-insights'],
    ['mode observe', { ...wanted, mode: 'observe' as const }, 'rule-insights'],
    ['a model that is not wanted', { ...wanted, modelWanted: false }, 'rule-insights'],
    ['a failure', { ...wanted, failure: { node: 'analyze', code: 'analysis_failed' as const, message: '' } }, 'report'],
  ])('sends %s to the right node', (_, state, expected) => {
    expect(routeAfterAnalyze(state)).toBe(expected);
  });
});

describe('the way of a run that acts', () => {
  const state = { failure: null, rollbackReason: null, currentActionId: null, needsApproval: false, endAs: null };
  const failure = { node: 'plan', code: 'internal_error', message: 'no' } as const;

  it.each([
    ['observe', null, 'report'],
    ['recommend', null, 'plan'],
    ['auto', failure, 'report'],
  ] as const)('after insights in mode %s', (mode, failed, next) => {
    expect(routeAfterInsights({ mode, failure: failed })).toBe(next);
  });

  it('does what needs nobody before it waits for anybody', () => {
    expect(routeAfterPlan({ failure: null, hasWork: true, needsApproval: true })).toBe('execute');
    expect(routeAfterPlan({ failure: null, hasWork: false, needsApproval: true })).toBe('approve');
    expect(routeAfterPlan({ failure: null, hasWork: false, needsApproval: false })).toBe('report');
    expect(routeAfterPlan({ failure, hasWork: true, needsApproval: true })).toBe('report');
  });

  it.each([
    ['approve', 'execute'],
    ['reject', 'report'],
    ['expire', 'report'],
    [null, 'report'],
  ] as const)('after the decision %s', (decision, next) => {
    expect(routeAfterApprove({ decision })).toBe(next);
  });

  it.each([
    [{}, 'report'],
    [{ needsApproval: true }, 'approve'],
    [{ currentActionId: 'action-1' }, 'monitor'],
    [{ currentActionId: 'action-1', rollbackReason: 'astray' }, 'rollback'],
    [{ needsApproval: true, failure }, 'report'],
    [{ needsApproval: true, endAs: 'cancelled' as const }, 'report'],
  ] as const)('after an execution that left %o', (left, next) => {
    expect(routeAfterExecute({ ...state, ...left })).toBe(next);
  });

  it('takes back before all else after the watch, and goes on with the next action', () => {
    expect(routeAfterMonitor({ failure: null, rollbackReason: 'regressed' })).toBe('rollback');
    expect(routeAfterMonitor({ failure: null, rollbackReason: null })).toBe('execute');
    expect(routeAfterMonitor({ failure, rollbackReason: null })).toBe('report');
  });
});
