import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Tiktoken } from 'js-tiktoken/lite';
import o200k from 'js-tiktoken/ranks/o200k_base';
import { z } from 'zod';
import {
  aConfirmedFinding,
  anInsightAnalysis,
  anInsightRequest,
  groundedDraft,
  hostWithTenFindings,
  hostWithHostileLabels,
} from '@app/testing/llm';
import { insightSchema } from '../insight.schema.js';
import {
  ANSWER_FORMAT_TOKENS,
  insightsInstructions,
  insightsPrompt,
  MAX_ANSWER_TOKENS,
  MAX_PROMPT_TOKENS,
} from '../prompts/insights.prompt.js';
import { estimateTokens } from './token-estimate.js';
import { KNOWN_WORDS } from './token-words.js';

const tokenizer = new Tiktoken(o200k);
/** Marks that stand before words in prompts. */
const COMMON_MARKS = [...'-./"(:=_…'];
const MARKS = [...' .,;:!?-_/\\()[]{}<>@#$%^&*+=~`\'"|…°×·µ€'];
const WORDS = KNOWN_WORDS.flatMap(({ words, ...tokens }) =>
  words
    .trim()
    .split(/\s+/)
    .map((word) => ({ word, ...tokens })),
);

function count(text: string): number {
  return tokenizer.encode(text, [], []).length;
}

function counted(prompt: ReturnType<typeof insightsPrompt>): number {
  return prompt.messages.reduce((sum, { content }) => sum + count(content), 0);
}

describe('the estimate of tokens', () => {
  it('counts every known word as o200k_base does', () => {
    expect(WORDS.length).toBeGreaterThan(2000);
    const wrong = WORDS.filter(({ word, spaced, bare }) => count(` ${word}`) !== spaced || count(word) > bare).map(
      ({ word }) => word,
    );
    expect(wrong).toEqual([]);
    expect(new Set(WORDS.map(({ word }) => word)).size).toBe(WORDS.length);
  });

  it('is not too low for any known word after a mark', () => {
    const low = WORDS.flatMap(({ word }) => COMMON_MARKS.map((mark) => mark + word)).filter(
      (text) => estimateTokens(text) < count(text),
    );
    expect(low).toEqual([]);
  }, 30_000);

  it.each<[string, fc.Arbitrary<string>]>([
    ['text of every kind', fc.string({ unit: 'binary', maxLength: 60 })],
    ['visible text of every script', fc.string({ unit: 'grapheme', maxLength: 40 })],
    ['small letters', fc.stringMatching(/^[a-z ]{0,60}$/)],
    ['letters that seldom meet', fc.stringMatching(/^[qxzjvkwg]{0,40}$/)],
    ['letters of both cases', fc.stringMatching(/^[a-zA-Z]{0,40}$/)],
    ['hexadecimal numbers', fc.stringMatching(/^[0-9a-f-]{0,60}$/)],
    ['base64', fc.base64String({ maxLength: 80 })],
    ['marks', fc.stringMatching(/^[ .,;:!?_/\\()[\]{}<>@#$%^&*+=~`'"|\n-]{0,30}$/)],
    [
      'known words between marks',
      fc
        .array(fc.tuple(fc.constantFrom(...MARKS), fc.constantFrom(...WORDS)), { maxLength: 12 })
        .map((parts) => parts.map(([mark, { word }]) => mark + word).join('')),
    ],
    [
      'numbers with units',
      fc
        .array(fc.tuple(fc.double({ noNaN: true }), fc.constantFrom(' W', ' %', ' °C', ' GiB/s', ' ms')))
        .map((parts) => parts.flat().join(' ')),
    ],
  ])('is never too low for %s', (_, texts) => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(estimateTokens(text)).toBeGreaterThanOrEqual(count(text));
      }),
      { numRuns: 500, seed: 7 },
    );
  });

  it('costs next to nothing', () => {
    const { messages } = insightsPrompt(hostWithTenFindings());
    const text = messages.map(({ content }) => content).join('\n');
    const pieces = text.repeat(50);
    const started = process.cpuUsage();
    expect(estimateTokens(pieces)).toBeGreaterThan(50 * 1000);
    // 50 prompts: a second would be 20 ms each.
    expect(process.cpuUsage(started).user).toBeLessThan(1_000_000);
  });
});

describe('the prompt of a host with eight GPUs and ten findings', () => {
  const prompt = insightsPrompt(hostWithTenFindings());

  it('costs at most 2,500 tokens with the format of the answer', () => {
    expect(counted(prompt) + ANSWER_FORMAT_TOKENS).toBeLessThanOrEqual(MAX_PROMPT_TOKENS);
    expect(prompt.messages[1]?.content).toContain(' f10 ');
  });

  it('counts the format of the answer as it is sent', () => {
    expect(count(JSON.stringify(z.toJSONSchema(insightSchema)))).toBeLessThanOrEqual(ANSWER_FORMAT_TOKENS);
  });

  it('is answered well in at most 700 tokens', () => {
    const answer = groundedDraft(prompt.messages[1]?.content ?? '');
    expect(answer?.recommendations).toHaveLength(4);
    expect(count(JSON.stringify(answer))).toBeLessThanOrEqual(MAX_ANSWER_TOKENS);
  });
});

describe('the estimate for a prompt', () => {
  it.each([
    ['one finding', anInsightRequest()],
    ['eight GPUs and ten findings', hostWithTenFindings()],
    [
      'sixty findings',
      anInsightRequest({
        analysis: anInsightAnalysis(Array.from({ length: 60 }, (_, index) => aConfirmedFinding({ id: `f${index}` }))),
      }),
    ],
  ])('lies within 15 % of the count with %s', (_, request) => {
    const prompt = insightsPrompt(request);
    const real = counted(prompt);
    expect(prompt.estimatedTokens).toBeGreaterThanOrEqual(real);
    expect(prompt.estimatedTokens).toBeLessThanOrEqual(1.15 * real);
  });

  it.each([10, 60])('keeps %d findings with hostile labels in bounds', (findings) => {
    const prompt = insightsPrompt(hostWithHostileLabels(findings));
    expect(prompt.estimatedTokens).toBeGreaterThanOrEqual(counted(prompt));
    expect(prompt.estimatedTokens + ANSWER_FORMAT_TOKENS).toBeLessThanOrEqual(MAX_PROMPT_TOKENS);
  });

  it('knows the words of the fixed text', () => {
    const text = insightsInstructions();
    expect(estimateTokens(text)).toBeGreaterThanOrEqual(count(text));
    expect(estimateTokens(text)).toBeLessThanOrEqual(1.05 * count(text));
  });
});
