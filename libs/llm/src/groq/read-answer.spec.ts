import { describe, expect, it } from '@jest/globals';
import { anInsightRequest, groundedDraft } from '@app/testing/llm';
import { insightsPrompt } from '../prompts/insights.prompt.js';
import type { Completion } from './completion.js';
import { readCompletion } from './completion.js';
import { readAnswer } from './read-answer.js';

const DRAFT = groundedDraft(insightsPrompt(anInsightRequest()).messages[1]?.content ?? '');
const GOOD = JSON.stringify(DRAFT);

function read(text: string | null, patch: Partial<Completion> = {}): ReturnType<typeof readAnswer> {
  return readAnswer({ text, refusal: null, finishReason: 'stop', usage: null, errorCode: null, ...patch });
}
const kindOf = (answer: ReturnType<typeof readAnswer>): string => ('kind' in answer ? answer.kind : 'answer');

describe('reading an answer', () => {
  it.each([
    ['as it is', GOOD],
    ['with blanks around it', `\n  ${GOOD}\n`],
    ['in a fence', `\`\`\`json\n${GOOD}\n\`\`\``],
    ['in a fence without a language, with a sentence before it', `Here you are:\n\`\`\`\n${GOOD}\n\`\`\`\n`],
  ])('takes JSON %s', (_, text) => {
    expect(read(text)).toEqual(DRAFT);
  });

  it.each([
    "I'm sorry, but I can't help with that.",
    'I’m sorry, I cannot assist with this request.',
    'Sorry, I am unable to analyse this.',
    'I cannot provide recommendations for this system.',
    'Unfortunately, I can not do this.',
    'As an AI language model, I do not have access to GPUs.',
    '"I won\'t answer that."',
    JSON.stringify({ summary: 'I cannot help with that.', rootCauses: [], recommendations: [] }),
  ])('takes %s for a refusal', (text) => {
    expect(kindOf(read(text))).toBe('refused');
  });

  it('takes the word of the service for a refusal', () => {
    expect(kindOf(read(null, { refusal: 'No.' }))).toBe('refused');
    expect(kindOf(read(GOOD, { finishReason: 'content_filter' }))).toBe('refused');
  });

  it('does not take an answer for a refusal that says what the machine can not do', () => {
    const draft = { ...(DRAFT ?? {}), summary: 'I cannot be read: the fan of GPU 0.' };
    expect(kindOf(read(JSON.stringify(draft)))).toBe('answer');
  });

  it.each([
    ['prose', 'The GPU is hot.', 'unparsable'],
    ['half of it', GOOD.slice(0, GOOD.length / 2), 'unparsable'],
    ['another shape', '{"summary": 1}', 'unparsable'],
    ['a list', '[]', 'unparsable'],
    ['null', 'null', 'unparsable'],
    ['nothing', '', 'empty'],
    ['blanks', ' \n ', 'empty'],
    ['no text at all', null, 'empty'],
    ['more than an answer', `"${'x'.repeat(13_000)}"`, 'too-large'],
    ['more elements than an answer', `{"summary":"","rootCauses":[${'0,'.repeat(20_000)}0]}`, 'too-large'],
    ['a great depth', `${'['.repeat(30_000)}${']'.repeat(30_000)}`, 'too-large'],
  ])('takes %s for what it is', (_, text, kind) => {
    expect(kindOf(read(text))).toBe(kind);
  });

  it('takes an answer that ran out of tokens for truncated, also when nothing of it came', () => {
    expect(kindOf(read(GOOD.slice(0, 40), { finishReason: 'length' }))).toBe('truncated');
    expect(kindOf(read('', { finishReason: 'length' }))).toBe('truncated');
  });

  it('names the field at fault for a repair, and no name that the model made up', () => {
    const answer = read(JSON.stringify({ ...(DRAFT ?? {}), summary: 7, 'evil\nname': 1 }));
    expect(answer).toMatchObject({ kind: 'unparsable', fault: expect.stringContaining('summary: invalid_type') });
    expect(JSON.stringify(answer)).not.toContain('evil');
  });
});

describe('reading a completion', () => {
  it('takes the arguments of a tool call before the content', () => {
    const message = { content: 'thinking', tool_calls: [{ function: { name: 'insights', arguments: '{}' } }] };
    expect(readCompletion(JSON.stringify({ choices: [{ message, finish_reason: 'tool_calls' }] }))).toEqual({
      text: '{}',
      refusal: null,
      finishReason: 'tool_calls',
      usage: null,
      errorCode: null,
    });
  });

  it.each(['', '<html>', '[]', '7', 'null', '{"choices":'])('finds none in %j', (body) => {
    expect(readCompletion(body)).toBeNull();
  });

  it.each(['{}', '{"choices":null}', '{"choices":[null]}', '{"choices":[{"message":{"content":[1]}}]}'])(
    'finds no text in %s',
    (body) => {
      expect(readCompletion(body)?.text).toBeNull();
    },
  );

  it('counts no tokens that can not be counted', () => {
    const body = JSON.stringify({ usage: { prompt_tokens: -5, completion_tokens: 'many' } });
    expect(readCompletion(body)?.usage).toEqual({ promptTokens: 0, completionTokens: 0 });
  });
});
