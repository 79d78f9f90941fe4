import type { RuleSample } from './rule.js';

let slots = 0;

/**
 * Keeps what was read of a sample with the sample: rules that look at the same samples ask for the same readings, and
 * some of those look back over minutes. (A weak map would do the same and cost the garbage collector more than the
 * readings cost.)
 */
export function rememberedPerSample<S, V>(read: (sample: RuleSample<S>) => V): (sample: RuleSample<S>) => V {
  const slot = slots;
  slots += 1;
  return (sample) => {
    const known = sample.remembered[slot] as V | undefined;
    if (known !== undefined) return known;
    const value = read(sample);
    sample.remembered[slot] = value;
    return value;
  };
}
