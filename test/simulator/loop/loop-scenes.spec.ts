import { describe, expect, it } from '@jest/globals';
import { FAULTS } from '../../../apps/simulator/src/faults/faults.js';
import { COMMAND_KINDS } from '../../../apps/simulator/src/control/behaviours.js';
import { ACTIONS } from '../../../libs/actions/src/catalogue/actions.js';
import { RULES } from '../../../libs/analysis/src/rules/rules.js';
import { SCENES } from './scenes.js';
import { BASE_CONFIG } from './settings.js';
import { TROUBLES } from './troubles.js';

describe('what is played of the closed loop', () => {
  it('has every fault of the simulator', () => {
    const named = SCENES.flatMap(({ name }) => name.split(', '));
    const missing = FAULTS.filter(({ id }) => !named.some((name) => new RegExp(`^fault ${id}( |$)`, 'u').test(name)));
    expect(missing.map(({ id }) => id)).toEqual([]);
  });

  it.each(TROUBLES.map((trouble) => [trouble.what, trouble] as const))(
    'has a remedy that the rule of "%s" names',
    (_, { rule, remedy, command }) => {
      expect(RULES.find(({ id }) => id === rule)?.candidateActions).toContain(remedy);
      expect(COMMAND_KINDS).toContain(command);
    },
  );

  it('shortens the windows of actions that there are', () => {
    const types: readonly string[] = ACTIONS.map(({ type }) => type);
    expect(Object.keys(BASE_CONFIG.monitor).filter((type) => !types.includes(type))).toEqual([]);
  });
});
