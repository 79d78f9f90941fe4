import { describe, expect, it } from '@jest/globals';
import type { OptimizationAction } from '@app/core';
import { aGuardInput } from '@app/testing/guardrails';
import { ACTIONS } from '../catalogue/actions.js';
import { parameterProblems } from './parameter-check.js';
import { parametersGuardrail } from './parameters.guardrail.js';

const judged = (action: Partial<OptimizationAction>) => parametersGuardrail.check(aGuardInput({ action }));
const scale = (replicaChange: number, risk: OptimizationAction['risk']) =>
  judged({ type: 'k8s-scale', risk, parameters: { replicaChange } });

describe('parameters', () => {
  it.each<[string, Partial<OptimizationAction>]>([
    ['parameters within their schema', {}],
    ['the largest value', { parameters: { watts: 2_000 } }],
    ['an optional parameter that is left out', { type: 'vllm-sleep', risk: 'disruptive', parameters: {} }],
  ])('allows %s', (_, action) => {
    expect(judged(action)).toMatchObject({ verdict: 'allow' });
  });

  it.each<[string, Partial<OptimizationAction>, string]>([
    ['a type that is not in the catalogue', { type: 'host-reboot' }, 'catalogue'],
    ['a type that is a member of every object', { type: 'constructor' }, 'catalogue'],
    ['no type', { type: undefined as unknown as string }, 'catalogue'],
    ['no parameters', { parameters: null as unknown as Record<string, unknown> }, 'parameters'],
    ['a missing parameter', { parameters: {} }, 'watts is missing'],
    ['a parameter too many', { parameters: { watts: 600, scope: 1 } }, 'scope is no parameter'],
    ['a value above the bound', { parameters: { watts: 2_000.1 } }, 'maximum'],
    ['a value at an excluded bound', { parameters: { watts: 0 } }, 'exclusiveMinimum'],
    ['a value that is no number', { parameters: { watts: NaN } }, 'type'],
    ['a text for a number', { parameters: { watts: '600' } }, 'type'],
    ['sleep of a deeper level', { type: 'vllm-sleep', risk: 'disruptive', parameters: { level: 2 } }, 'const'],
    ['a risk that is lower than the type has', { risk: 'read-only' }, 'risk'],
    ['a risk that is no risk', { risk: 'none' as 'reversible' }, 'risk'],
  ])('denies %s', (_, action, reason) => {
    expect(judged(action)).toEqual({ verdict: 'deny', reason: expect.stringContaining(reason) });
  });

  it('knows that one replica less is not as harmless as one more', () => {
    expect(scale(1, 'reversible').verdict).toBe('allow');
    expect(scale(-1, 'disruptive').verdict).toBe('allow');
    expect(scale(-1, 'reversible').reason).toContain('disruptive');
    expect(scale(2, 'disruptive').reason).toContain('enum');
  });

  it('understands every keyword of the catalogue', () => {
    const understood = ['type', 'const', 'enum', 'minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'];
    const texts = ['minLength', 'maxLength', 'pattern', 'description'];
    const used = ACTIONS.flatMap(({ parameters }) => Object.values(parameters.properties).flatMap(Object.keys));
    expect(used.filter((keyword) => ![...understood, ...texts].includes(keyword))).toEqual([]);
  });

  it('does not allow what it does not understand', () => {
    const schema = { type: 'object', additionalProperties: false, required: [] } as const;
    const properties = { a: { type: 'string', format: 'uri' }, b: { type: 'string', pattern: '^x$', minLength: 1 } };
    const problems = parameterProblems({ a: 'x', b: 'y' }, { ...schema, properties });
    expect(problems).toEqual([expect.stringContaining('a is not'), expect.stringContaining('(pattern)')]);
  });
});
