import type { RuleSample } from './rule.js';

/**
 * Keeps what was read of a sample for as long as the sample lives: rules that look at the same samples ask for the same
 * readings, and some of those look back over minutes.
 */
export function rememberedPerSample<S, V>(): (sample: RuleSample<S>, key: string, read: () => V) => V {
  const remembered = new WeakMap<RuleSample<S>, Map<string, V>>();
  return (sample, key, read) => {
    let ofSample = remembered.get(sample);
    if (ofSample === undefined) remembered.set(sample, (ofSample = new Map()));
    const known = ofSample.get(key);
    if (known !== undefined) return known;
    const value = read();
    ofSample.set(key, value);
    return value;
  };
}
