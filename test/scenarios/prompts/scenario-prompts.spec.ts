import { Worker } from 'node:worker_threads';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Tiktoken } from 'js-tiktoken/lite';
import o200k from 'js-tiktoken/ranks/o200k_base';
import { ANSWER_FORMAT_TOKENS, MAX_PROMPT_TOKENS } from '@app/llm';
import type { ScenarioPrompt } from './scenario-prompts.js';

/** Every fifth scenario: all families, a fifth of the time. */
const EVERY_NTH = 5;
const WORKING_MS = 300_000;

function promptsInThread(): Promise<readonly ScenarioPrompt[]> {
  const loader = new URL('../../../apps/agent/src/bundle/run-worker-from-source.mjs', import.meta.url).href;
  const worker = new Worker(new URL('scenario-prompts.worker.ts', import.meta.url), {
    execArgv: ['--no-warnings', '--import', loader],
    workerData: { everyNth: EVERY_NTH },
  });
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

describe('the prompts of the scenarios', () => {
  const tokenizer = new Tiktoken(o200k);
  let prompts: readonly {
    readonly id: string;
    readonly real: number;
    readonly estimated: number;
    readonly text: string;
  }[];
  let withFindings = 0;

  beforeAll(async () => {
    const made = await promptsInThread();
    withFindings = made.filter(({ confirmed }) => confirmed > 0).length;
    prompts = made.map(({ id, messages, estimatedTokens }) => ({
      id,
      real: messages.reduce((sum, { content }) => sum + tokenizer.encode(content, [], []).length, 0),
      estimated: estimatedTokens,
      text: messages.map(({ content }) => content).join('\n'),
    }));
  }, WORKING_MS);

  it('are enough of them to say something', () => {
    expect(prompts.length).toBeGreaterThanOrEqual(60);
    expect(withFindings).toBeGreaterThanOrEqual(30);
  });

  it('are estimated at 100 % to 115 % of their tokens', () => {
    expect(prompts.filter(({ real, estimated }) => estimated < real || estimated > 1.15 * real)).toEqual([]);
  });

  it('cost at most 2,500 tokens with the format of the answer', () => {
    expect(prompts.filter(({ real }) => real + ANSWER_FORMAT_TOKENS > MAX_PROMPT_TOKENS)).toEqual([]);
  });

  it('tell no address, no UUID and no name of the recorded host', () => {
    const telling = /\d+\.\d+\.\d+\.\d+|[0-9a-f]{8}-[0-9a-f]{4}-|gpu-node|\/home\/(?!user-)/;
    expect(prompts.filter(({ text }) => telling.test(text)).map(({ id }) => id)).toEqual([]);
  });
});
