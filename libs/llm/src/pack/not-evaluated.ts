import type { Analysis } from '@app/core';

/** Reasons that a reader can act on, told apart by how the analysis words them; anything else does not apply here. */
const GROUPS: readonly (readonly [RegExp, (match: RegExpExecArray) => string])[] = [
  [/^section (\w+) is (\w+)/, ([, section = '', status = '']) => `${section} ${status}`],
  [/^needs another sample/, () => 'a second sample is needed'],
  [/^needs .*history/, () => 'a longer history is needed'],
  [/^missing input/, () => 'readings are missing'],
  [/^no \w+ in any snapshot|not in the newest frame/, () => 'nothing to look at'],
];
const NOT_APPLICABLE = 'not applicable';
const MOST_GROUPS = 5;

function groupOf(reason: string): string {
  for (const [pattern, name] of GROUPS) {
    const match = pattern.exec(reason);
    if (match) return name(match);
  }
  return NOT_APPLICABLE;
}

/** How many rules could not be judged and why, in one line of our own words; null when all could. */
export function notEvaluatedLine({ notEvaluated }: Pick<Analysis, 'notEvaluated'>): string | null {
  const rules = new Map<string, Set<string>>();
  for (const { ruleId, reason } of notEvaluated) {
    const group = groupOf(reason);
    rules.set(group, (rules.get(group) ?? new Set()).add(ruleId));
  }
  rules.delete(NOT_APPLICABLE);
  if (rules.size === 0) return null;
  const groups = [...rules].map(([name, ids]) => ({ name, count: ids.size }));
  const largest = groups.sort((left, right) => right.count - left.count || (left.name < right.name ? -1 : 1));
  const shown = largest.slice(0, MOST_GROUPS).map(({ name, count }) => `${name} (${count})`);
  return `rules not evaluated: ${shown.join(', ')}${largest.length > MOST_GROUPS ? ', others' : ''}`;
}
