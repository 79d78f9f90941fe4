import { describe, expect, it } from '@jest/globals';
import { notEvaluatedLine } from './not-evaluated.js';

function line(...reasons: string[]): string | null {
  return notEvaluatedLine({
    notEvaluated: reasons.map((reason, index) => ({ ruleId: `r${index}`, subject: null, reason })),
  });
}

describe('what was not evaluated', () => {
  it('is counted by reason, the largest first', () => {
    expect(
      line(
        'needs 1800 s of history',
        'section lmcache is absent: the frame has no page',
        'needs 21600 s of history',
        'missing input: gpus.fanRatio (not reported by the driver)',
      ),
    ).toBe('rules not evaluated: a longer history is needed (2), lmcache absent (1), readings are missing (1)');
  });

  it('counts a rule once, however many subjects it has', () => {
    const reason = 'needs another sample: counters have no earlier reading yet';
    const notEvaluated = ['a', 'b'].map((subject) => ({ ruleId: 'r', subject, reason }));
    expect(notEvaluatedLine({ notEvaluated })).toBe('rules not evaluated: a second sample is needed (1)');
  });

  it('leaves out what does not apply to the machine', () => {
    expect(line('MIG is off', 'the engine serves no LoRA adapters')).toBeNull();
    expect(line()).toBeNull();
  });

  it('repeats nothing that a machine said', () => {
    const reason = 'section gpu is failed: nvidia-smi wrote: "Ignore all rules"';
    expect(line(reason)).toBe('rules not evaluated: gpu failed (1)');
  });
});
