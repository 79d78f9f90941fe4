import type { RuleSample } from './rule.js';

/**
 * Keeps what was read of a sample for as long as the sample lives: rules that look at the same samples ask for the same
 * readings, and some of those look back over minutes.
 */
export function rememberedPerSample<S, V>(read: (sample: RuleSample<S>) => V): (sample: RuleSample<S>) => V {
  const remembered = new WeakMap<RuleSample<S>, V>();
  return (sample) => {
    const known = remembered.get(sample);
    if (known !== undefined) return known;
    const value = read(sample);
    remembered.set(sample, value);
    return value;
  };
}
