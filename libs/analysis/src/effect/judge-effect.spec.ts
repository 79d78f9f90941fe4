import { describe, expect, it } from '@jest/globals';
import {
  aFrameEngine,
  FRAME_ENGINE_ID,
  anEffectAnalysis,
  anEffectStory,
  CLOCK_TARGET,
  EFFECT_FINDING,
  EFFECT_REACH,
  type EffectStory,
  type EffectWindow,
  FRAME_GPU_UUID,
  TOKENS_GUARD,
  TTFT_GUARD,
} from '@app/testing/analysis';
import fc from 'fast-check';
import { takeBaseline } from './baseline.js';
import { type EffectJudgement, judgeEffect } from './judge-effect.js';

function judged(story: EffectStory): EffectJudgement {
  const { before, after } = anEffectStory(story);
  return judgeEffect({ ...after, baseline: takeBaseline(before) });
}

const OTHER_ENGINE = 'http://127.0.0.1:8001';
const jitter = (index: number) => 1 + 0.01 * Math.sin(index * 2.4);

describe('judgeEffect', () => {
  it('says with numbers that a target has improved and the guards have not moved', () => {
    const { verdict, metrics, explanation, observedChangeRatio, trip } = judged({
      before: (index) => ({ tokens: 2000 * jitter(index) }),
      after: (index) => ({ clock: 1980, tokens: 1980 * jitter(index) }),
    });
    expect(verdict).toBe('improved');
    expect(metrics).toMatchObject([
      { signal: CLOCK_TARGET.signal, before: 900, after: 1980, role: 'target', verdict: 'improved' },
      { signal: TOKENS_GUARD.signal, role: 'guard', verdict: 'neutral' },
      { signal: TTFT_GUARD.signal, before: 0.5, after: 0.5, changeRatio: 0, verdict: 'neutral' },
    ]);
    expect(observedChangeRatio).toBeCloseTo(1.2);
    expect(trip).toBeNull();
    expect(explanation).toBe(
      'SM clock rose from 900 to 1,980 MHz (+120 %); tokens per second unchanged (−1 %); p95 time to first token unchanged (0 %). What led to the action is still found.',
    );
  });

  it('is neutral when nothing has moved and what led to it is still there', () => {
    expect(judged({}).verdict).toBe('neutral');
  });

  it.each<[string, EffectStory]>([
    ['a guard is worse', { after: () => ({ clock: 1980, tokens: 1500 }) }],
    ['the target itself is worse', { after: () => ({ clock: 700 }) }],
  ])('has regressed when %s', (_, story) => {
    const { verdict, explanation } = judged(story);
    expect(verdict).toBe('regressed');
    expect(explanation).toMatch(/fell from/);
  });

  describe('without data', () => {
    it.each<[string, EffectStory, RegExp]>([
      [
        'the target has none',
        { after: () => ({ clock: null }) },
        /too few values of SM clock after the action \(0 of 8/,
      ],
      ['a guard has none any more', { after: () => ({ clock: 1980, ttft: null }) }, /p95 time to first token after/],
      [
        'a guard had none before',
        { before: () => ({ ttft: null }), after: () => ({ clock: 1980 }) },
        /token before the/,
      ],
      [
        'a guard has none on either side while there are requests',
        { before: () => ({ ttft: null }), after: () => ({ clock: 1980, ttft: null }) },
        /before and after the action \(0 of 8 samples and 0 of 8 samples\)/,
      ],
      ['there is no sample', { count: 0 }, /0 of 0 samples/],
      ['there are only two samples', { count: 2, after: () => ({ clock: 1980 }) }, /2 of 2 samples/],
      ['nothing was analysed', { analysis: null, after: () => ({ clock: 1980 }) }, /no analysis/],
      [
        'the engines were not read',
        { after: () => ({ clock: 1980, frame: { sections: { engines: { status: 'timeout' } } } }) },
        /could not be read/,
      ],
      [
        'an engine does not answer at the end',
        { watched: [CLOCK_TARGET], after: (index) => ({ clock: 1980, engine: { up: index < 6 } }) },
        /could not be read/,
      ],
    ])('is inconclusive, never good: %s', (_, story, reason) => {
      const { verdict, explanation } = judged(story);
      expect(verdict).toBe('inconclusive');
      expect(explanation).toMatch(reason);
    });

    it('is inconclusive when nothing was kept from before', () => {
      const { verdict, metrics, trip } = judgeEffect({ ...anEffectStory({}).after, baseline: null });
      expect({ verdict, trip }).toEqual({ verdict: 'inconclusive', trip: null });
      expect(metrics.every((metric) => metric.verdict === 'inconclusive' && metric.before === null)).toBe(true);
    });

    const IDLE = { requestsRunning: 0, requestsWaiting: 0, requestsPerSecond: 0 };
    it('excuses a guard over requests where there were none on either side, and says so', () => {
      const idle: EffectWindow = () => ({ tokens: 0, ttft: null, engine: IDLE });
      const { verdict, explanation, metrics } = judged({ before: idle, after: () => ({ ...idle(0), clock: 1980 }) });
      expect(verdict).toBe('improved');
      expect(explanation).toMatch(/p95 time to first token not judged: there were no requests before or after\./i);
      expect(metrics[2]).toMatchObject({ before: null, after: null, verdict: 'inconclusive' });
    });

    it('does not excuse it when requests came after', () => {
      const { verdict } = judged({
        before: () => ({ tokens: 0, ttft: null, engine: IDLE }),
        after: () => ({ clock: 1980, tokens: 0, ttft: null }),
      });
      expect(verdict).toBe('inconclusive');
    });

    it('excuses guards over engines where the action reaches none, and says so', () => {
      const { verdict, explanation } = judged({
        reach: { ...EFFECT_REACH, engines: [] },
        after: () => ({ clock: 1980 }),
      });
      expect(verdict).toBe('improved');
      expect(explanation).toMatch(/not judged: the action reaches no engine\./);
    });
  });

  describe('with noise', () => {
    const noisy = (values: readonly number[]): EffectWindow => {
      return (index) => ({ clock: values[index] ?? null });
    };
    const [before, after] = [
      [800, 1200, 950, 1300, 700, 1100, 900, 1050],
      [850, 1250, 1000, 1400, 750, 1150, 950, 1120],
    ];

    it('is inconclusive when the target can not be told from its noise', () => {
      const { verdict, explanation } = judged({ before: noisy(before), after: noisy(after) });
      expect(verdict).toBe('inconclusive');
      expect(explanation).toMatch(/SM clock varies too much to be judged \(from 1,000 to 1,060 MHz, \+6 %\)/);
    });

    it('is improved all the same when what led to the action is gone', () => {
      const story = { before: noisy(before), after: noisy(after), analysis: anEffectAnalysis([]) };
      expect(judged(story)).toMatchObject({ verdict: 'improved' });
    });

    it('does not let a guard that varies hide that it has probably become worse', () => {
      const { verdict, explanation } = judged({
        before: (index) => ({ tokens: [1000, 1200, 900, 1300, 800, 1100, 950, 1150][index] ?? null }),
        after: (index) => ({ clock: 1980, tokens: [900, 700, 850, 1000, 800, 750, 950, 1010][index] ?? null }),
      });
      expect(verdict).toBe('inconclusive');
      expect(explanation).toMatch(/tokens per second has probably become worse/);
    });
  });

  describe('and the findings that led to the action', () => {
    const still: EffectWindow = () => ({});

    it('is improved when they are gone, also without a change of the target', () => {
      const { verdict, explanation } = judged({ after: still, analysis: anEffectAnalysis([]) });
      expect(verdict).toBe('improved');
      expect(explanation).toMatch(/What led to the action is no longer found\./);
    });

    const silent = (subject: string | null) => [{ ruleId: EFFECT_FINDING.ruleId, subject, reason: 'missing input' }];
    it.each<[string, EffectStory]>([
      ['the rule had nothing to read of the subject', { analysis: anEffectAnalysis([], silent(FRAME_GPU_UUID)) }],
      ['the rule had nothing to read at all', { analysis: anEffectAnalysis([], silent(null)) }],
      ['they are only suspected now', { analysis: anEffectAnalysis([{ ...EFFECT_FINDING, state: 'suspected' }]) }],
      [
        'they were not confirmed before',
        { findings: [{ ...EFFECT_FINDING, state: 'suspected' }], analysis: anEffectAnalysis([]) },
      ],
      ['they did not lead to this action', { expectedFindings: ['another:gpu'], analysis: anEffectAnalysis([]) }],
    ])('is no better than neutral when %s', (_, story) => {
      expect(judged({ after: still, ...story }).verdict).toBe('neutral');
    });

    it('says so when they were not seen any more but have not cleared yet, and takes them for no proof', () => {
      const unseen = { ...EFFECT_FINDING, lastSeenAt: '2026-01-01T00:00:00.000Z' };
      const { verdict, explanation } = judged({ after: still, analysis: anEffectAnalysis([unseen]) });
      expect(verdict).toBe('neutral');
      expect(explanation).toMatch(/What led to the action was not seen any more, and counts as found until/);
    });

    it('does not take a subject that has gone for a finding that has', () => {
      const gone: EffectWindow = () => ({ frame: { gpus: [] } });
      expect(judged({ watched: [TOKENS_GUARD], after: gone, analysis: anEffectAnalysis([]) }).verdict).toBe('neutral');
    });

    it('needs all of them gone', () => {
      const other = { ...EFFECT_FINDING, id: `other:${FRAME_GPU_UUID.toLowerCase()}`, ruleId: 'other' };
      const story = { findings: [EFFECT_FINDING, other], expectedFindings: [EFFECT_FINDING.id, other.id] };
      expect(judged({ ...story, analysis: anEffectAnalysis([other]) }).verdict).toBe('neutral');
      expect(judged({ ...story, analysis: anEffectAnalysis([]) }).verdict).toBe('improved');
    });
  });

  it('is never good nor neutral where any of what is watched has too few values', () => {
    const readings = fc.array(fc.record({ clock: fc.boolean(), tokens: fc.boolean(), ttft: fc.boolean() }), {
      minLength: 8,
      maxLength: 8,
    });
    fc.assert(
      fc.property(readings, readings, fc.constantFrom(900, 1980), (before, after, clock) => {
        const shown = (has: typeof before, smMhz: number): EffectWindow => {
          return (index) => ({
            clock: has[index]?.clock === true ? smMhz : null,
            tokens: has[index]?.tokens === true ? 2000 : null,
            ttft: has[index]?.ttft === true ? 0.5 : null,
          });
        };
        const { verdict } = judged({ before: shown(before, 900), after: shown(after, clock), isFinal: true });
        const fewest = (['clock', 'tokens', 'ttft'] as const).flatMap((name) =>
          [before, after].map((side) => side.filter((has) => has[name]).length),
        );
        if (verdict === 'improved' || verdict === 'neutral') expect(Math.min(...fewest)).toBeGreaterThanOrEqual(3);
      }),
      { seed: 3, numRuns: 80 },
    );
  });

  it('does not depend on the order in which subjects and samples come', () => {
    const twins = (index: number, tokens: number) => [
      aFrameEngine({ generationTokensPerSecond: tokens * jitter(index) }),
      aFrameEngine({ id: OTHER_ENGINE, generationTokensPerSecond: 0.3 + index / 7 }),
    ];
    const reach = { ...EFFECT_REACH, engines: [FRAME_ENGINE_ID, OTHER_ENGINE] };
    const watched = [CLOCK_TARGET, TOKENS_GUARD];
    const story = (turned: boolean): EffectStory => {
      const engines = (index: number, tokens: number) => {
        const pair = twins(index, tokens);
        return { frame: { engines: turned ? pair.reverse() : pair } };
      };
      return { reach, watched, before: (index) => engines(index, 2000), after: (index) => engines(index, 1700) };
    };
    const { before, after } = anEffectStory(story(true));
    const turned = judgeEffect({
      ...after,
      snapshots: [...after.snapshots].reverse(),
      baseline: takeBaseline({ ...before, snapshots: [...before.snapshots].reverse() }),
    });
    expect(turned).toEqual(judged(story(false)));
    expect(turned.verdict).toBe('regressed');
  });

  it('keeps to the number of samples that it is told', () => {
    expect(judged({ count: 4, minimumSamples: 5, after: () => ({ clock: 1980 }) }).verdict).toBe('inconclusive');
  });

  it('has nothing against an action for which nothing is watched', () => {
    expect(judged({ watched: [], expectedFindings: [], expected: null })).toMatchObject({
      verdict: 'neutral',
      explanation: 'Nothing is watched for this action, and nothing new was found.',
      observedChangeRatio: null,
    });
  });

  it('counts the guards that it does not name', () => {
    const guards = ['powerDrawWatts', 'x'].map(() => ({ ...CLOCK_TARGET, role: 'guard' as const }));
    const watched = [CLOCK_TARGET, TOKENS_GUARD, TTFT_GUARD, ...guards];
    expect(judged({ watched }).explanation).toMatch(/p95 time to first token unchanged \(0 %\); 2 more unchanged\./);
  });
});
