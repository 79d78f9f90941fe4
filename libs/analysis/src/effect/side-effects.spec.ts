import type { Engine, Finding } from '@app/core';
import { describe, expect, it } from '@jest/globals';
import {
  aFrameHistogram,
  aNoisySeries,
  anEffectAnalysis,
  anEffectStory,
  EFFECT_AFTER_SECOND,
  EFFECT_FINDING,
  type EffectStory,
  type EffectWindow,
  frameTime,
  type Patch,
  seededRandom,
} from '@app/testing/analysis';
import { takeBaseline } from './baseline.js';
import { type EffectJudgement, judgeEffect } from './judge-effect.js';

function judged(story: EffectStory): EffectJudgement {
  const { before, after } = anEffectStory(story);
  return judgeEffect({ ...after, baseline: takeBaseline(before) });
}

describe('judgeEffect and what else has come of the action', () => {
  const good: EffectWindow = () => ({ clock: 1980 });
  const critical = (patch: Partial<Finding> = {}): Finding => ({
    ...EFFECT_FINDING,
    id: 'gpu-lost:gpu',
    ruleId: 'gpu-lost',
    title: 'A GPU is lost',
    severity: 'critical',
    firstSeenAt: frameTime(EFFECT_AFTER_SECOND),
    ...patch,
  });
  const fleet = { kind: 'fleet', id: 'fleet', label: 'fleet' } as const;

  it.each<[string, Partial<Finding>]>([
    ['of a GPU in reach', {}],
    ['of a GPU that nobody names, while it can be seen', { subject: fleet }],
    ['that began with the last sample before', { firstSeenAt: frameTime(105) }],
  ])('has regressed with a new critical finding %s', (_, patch) => {
    const { verdict, explanation } = judged({ after: good, analysis: anEffectAnalysis([critical(patch)]) });
    expect(verdict).toBe('regressed');
    expect(explanation).toMatch(/^New critical finding: A GPU is lost \((GPU 0|fleet)\)\. SM clock rose/);
  });

  it('has regressed when a finding from before has become critical', () => {
    const story = { findings: [critical({ severity: 'high' })], analysis: anEffectAnalysis([critical()]) };
    expect(judged({ after: good, ...story }).verdict).toBe('regressed');
  });

  it('has regressed when a GPU is named by its bus id because it has gone', () => {
    const lost = critical({ subject: { kind: 'gpu', id: '0000:3b:00', label: 'GPU at 0000:3b:00' } });
    const gone: EffectWindow = () => ({ frame: { gpus: [] } });
    expect(judged({ after: gone, analysis: anEffectAnalysis([lost]) }).verdict).toBe('regressed');
  });

  it.each<[string, EffectStory]>([
    [
      'out of reach',
      { analysis: anEffectAnalysis([critical({ subject: { kind: 'gpu', id: 'GPU-x', label: 'GPU 7' } })]) },
    ],
    ['only suspected', { analysis: anEffectAnalysis([critical({ state: 'suspected' })]) }],
    ['known before', { findings: [critical()], analysis: anEffectAnalysis([critical()]) }],
    ['begun before', { analysis: anEffectAnalysis([critical({ firstSeenAt: frameTime(30) })]) }],
    ['not critical', { analysis: anEffectAnalysis([critical({ severity: 'high' })]) }],
  ])('does not blame the action for a finding that is %s', (_, story) => {
    expect(judged({ after: good, ...story }).verdict).toBe('improved');
  });

  /** Cumulative over the window: so many requests per sample, of which so many take longer than two seconds. */
  const slow =
    (perSample: number, late: number, clock: number): EffectWindow =>
    (index) => ({
      clock,
      engine: {
        histograms: { ttft: aFrameHistogram([1, 2], [index * (perSample - late), 0, index * late]) },
      } as Patch<Engine>,
    });

  it.each([
    ['met and now broken', 0, 20, 'regressed'],
    ['met and still met', 0, 4, 'improved'],
    ['met and perhaps broken', 0, 6, 'inconclusive'],
    ['broken before and after', 20, 20, 'improved'],
  ] as const)('looks at the latency objective: %s', (_, before, after, verdict) => {
    const judgement = judged({ before: slow(100, before, 900), after: slow(100, after, 1980) });
    expect(judgement.verdict).toBe(verdict);
    if (verdict === 'regressed') expect(judgement.explanation).toMatch(/20 % of 700 above 2 s/);
  });

  const failing =
    (ratio: number, clock: number, perSample = 100): EffectWindow =>
    (index) => ({
      clock,
      engine: {
        counters: { httpRequests: index * perSample, httpServerErrors: index * perSample * ratio },
      } as Patch<Engine>,
    });

  it.each([
    ['five points more', 0.01, 0.06, 100, 'regressed'],
    ['less than that', 0.01, 0.05, 100, 'improved'],
    ['as many as before', 0.2, 0.2, 100, 'improved'],
    ['more, of too few requests', 0, 0.5, 2, 'improved'],
  ] as const)('looks at requests that fail: %s', (_, before, after, perSample, verdict) => {
    const judgement = judged({ before: failing(before, 900), after: failing(after, 1980, perSample) });
    expect(judgement.verdict).toBe(verdict);
    if (verdict === 'regressed') expect(judgement.explanation).toMatch(/^6 % of the requests fail, up from 1 %\./);
  });
});

describe('judgeEffect before the window has ended', () => {
  it('stops for a large harm after three samples, and says which', () => {
    const { trip } = judged({ isFinal: false, count: 3, after: () => ({ clock: 1980, tokens: 800 }) });
    expect(trip).toBe('Tokens per second fell from 2,000 to 800 tokens/s (−60 %).');
  });

  it.each<[string, EffectStory]>([
    ['two samples', { count: 2, after: () => ({ tokens: 100 }) }],
    ['a good change', { count: 3, after: () => ({ clock: 1980 }) }],
    ['missing values', { count: 5, after: () => ({ ttft: null, tokens: null }) }],
    ['the end', { isFinal: true, after: () => ({ tokens: 800 }) }],
  ])('does not stop for %s', (_, story) => {
    expect(judged({ isFinal: false, ...story }).trip).toBeNull();
  });

  it('stops for a new critical finding at once', () => {
    const finding: Finding = {
      ...EFFECT_FINDING,
      id: 'x:y',
      severity: 'critical',
      firstSeenAt: frameTime(EFFECT_AFTER_SECOND),
    };
    const { trip } = judged({ isFinal: false, count: 1, analysis: anEffectAnalysis([finding]) });
    expect(trip).toBe('New critical finding: Clocks are locked low (GPU 0).');
  });

  it('seldom stops an action that does nothing, over all looks of its window', () => {
    const random = seededRandom(4);
    let stops = 0;
    for (let run = 0; run < 60; run += 1) {
      const series = () => aNoisySeries(random, { count: 8, level: 1, noiseRatio: 0.15 });
      const windows = [series(), series(), series(), series()] as const;
      const story = (tokens: readonly number[], ttft: readonly number[]): EffectWindow => {
        return (index) => ({ tokens: 2000 * (tokens[index] ?? 1), ttft: 0.5 * (ttft[index] ?? 1) });
      };
      const looks = [3, 5, 8].map((count) =>
        judged({
          isFinal: false,
          count,
          before: story(windows[0], windows[1]),
          after: story(windows[2], windows[3]),
        }),
      );
      if (looks.some(({ trip }) => trip !== null)) stops += 1;
    }
    expect(stops / 60).toBeLessThan(0.04);
  });
});
