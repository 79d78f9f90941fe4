import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { ACTION_RISKS } from '@app/core';
import { ActionsService } from '../actions.service.js';
import { ACTIONS } from './actions.js';

const TYPES = ACTIONS.map(({ type }) => type);
const SCALARS = ['string', 'number', 'integer', 'boolean'];

describe('the action catalogue', () => {
  it('has every action of every file beside it', () => {
    const folder = new URL('.', import.meta.url);
    const files = readdirSync(folder).filter((name) => name.endsWith('.actions.ts'));
    const written = files.flatMap((name) =>
      [...readFileSync(new URL(name, folder), 'utf8').matchAll(/^ {4}type: '([^']+)',$/gm)].map((match) => match[1]),
    );
    expect([...written].sort()).toEqual([...TYPES].sort());
  });

  it('names every type once', () => {
    expect(new Set(TYPES).size).toBe(TYPES.length);
  });

  it.each(ACTIONS.map((action) => [action.type, action] as const))('describes %s for a reader', (type, action) => {
    expect(type).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*(:[a-z0-9]+(-[a-z0-9]+)*)?$/);
    expect(action.title.length).toBeGreaterThan(5);
    expect(action.description).toMatch(/\.$/);
    for (const sentence of action.preconditions) expect(sentence).toMatch(/^[A-Z].*\.$/);
  });

  it.each(ACTIONS.map((action) => [action.type, action] as const))('closes the parameters of %s', (_, action) => {
    const { type, additionalProperties, required, properties } = action.parameters;
    expect({ type, additionalProperties }).toEqual({ type: 'object', additionalProperties: false });
    for (const name of required) expect(properties).toHaveProperty(name);
    for (const property of Object.values(properties)) {
      expect(SCALARS).toContain(property['type']);
      expect(property['description']).toEqual(expect.any(String));
    }
  });

  it('names only inverses that exist', () => {
    const unknown = ACTIONS.filter(({ inverse }) => inverse !== null && !TYPES.includes(inverse));
    expect(unknown).toEqual([]);
  });

  it('lets only what changes nothing run without a person', () => {
    for (const { gate, risk, reversible } of ACTIONS) {
      expect(ACTION_RISKS).toContain(risk);
      expect(gate === 'automatic').toBe(risk === 'read-only');
      if (risk === 'destructive') expect(reversible).toBe(false);
      if (risk === 'reversible') expect(reversible).toBe(true);
    }
  });

  it.each(['host-reboot', 'gpu-ecc-disable', 'lmcache-controller-compress', 'lmcache-run-script'])(
    'does not know %s, which must never be automated',
    (type) => {
      expect(TYPES).not.toContain(type);
    },
  );

  it('knows sleep level one only', () => {
    expect(new ActionsService().find('vllm-sleep')?.parameters.properties['level']).toMatchObject({ const: 1 });
  });
});

describe('ActionsService', () => {
  const service = new ActionsService();

  it('finds an action by its type', () => {
    expect(service.find('gpu-reset')?.risk).toBe('destructive');
    expect(service.find('gpu-explode')).toBeNull();
    expect(service.catalogue()).toBe(ACTIONS);
  });

  it('rates adding a replica lower than removing one', () => {
    expect(service.riskOf({ type: 'k8s-scale', parameters: { replicaChange: 1 } })).toBe('reversible');
    expect(service.riskOf({ type: 'k8s-scale', parameters: { replicaChange: -1 } })).toBe('disruptive');
    expect(service.riskOf({ type: 'k8s-scale', parameters: {} })).toBe('disruptive');
    expect(service.riskOf({ type: 'gpu-explode', parameters: {} })).toBeNull();
  });

  it.each([
    ['vllm-resume', 'reversible'],
    ['vllm-wake', 'reversible'],
    ['vllm-pause', 'disruptive'],
    ['vllm-sleep', 'disruptive'],
    ['lmcache-controller-pin', 'disruptive'],
    ['lmcache-mp-quota-set', 'disruptive'],
    ['vllm-config:max-num-seqs', 'disruptive'],
    ['gpu-mig-reconfigure', 'destructive'],
    ['host-fix-driver', 'destructive'],
  ])('rates %s as %s', (type, risk) => {
    expect(service.riskOf({ type, parameters: {} })).toBe(risk);
  });
});
