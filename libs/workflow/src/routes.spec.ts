import { describe, expect, it } from '@jest/globals';
import { routeAfterAnalyze } from './routes.js';

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
