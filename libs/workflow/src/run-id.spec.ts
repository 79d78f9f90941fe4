import { describe, expect, it } from '@jest/globals';
import { RunIdSequence } from './run-id.js';

describe('RunIdSequence', () => {
  it('makes ids that sort by age, within a millisecond and after the clock was set back', () => {
    const ids = new RunIdSequence();
    const made = [1_000, 1_000, 1_001, 500, 2_000].map((nowMs) => ids.next(nowMs));
    expect(made).toEqual([...made].sort());
    expect(new Set(made).size).toBe(5);
    expect(made[0]).toMatch(/^run_[0-9a-f]{32}$/);
  });

  it('stays in order when a millisecond holds more ids than the counter does', () => {
    const ids = new RunIdSequence();
    let previous = ids.next(1_000);
    for (let count = 0; count < 70_000; count += 1) {
      const id = ids.next(1_000);
      if (id <= previous) throw new Error(`${id} came after ${previous}`);
      previous = id;
    }
    expect(ids.next(1_003) > previous).toBe(true);
  });
});
