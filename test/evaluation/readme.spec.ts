import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { loadSettings } from '@app/config';
import { SystemClock } from '@app/core';
import { RuleBasedWriter } from '@app/llm';
import { insightParts } from '@app/testing/llm';
import { SCENARIOS } from '../scenarios/scenarios.js';
import { fromRecording } from './answer-sources.js';
import { evaluateScenario, type ScenarioOutcome } from './evaluate.js';
import { readRecording } from './recording.js';
import { bothAnswers } from './show.js';
import { TapeServer } from './tape-server.js';

const SHOWN = 'queue-kv-saturated-a100';
const BLOCK = /<!-- insights:begin -->\n([\s\S]*?)<!-- insights:end -->/;

/** Formatting of the document may break and indent lines in another way. */
function words(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

describe('the answers that the README shows', () => {
  jest.setTimeout(60_000);
  let tape: TapeServer;
  let outcome: ScenarioOutcome;
  beforeAll(async () => {
    const recording = readRecording('test/evaluation/recordings/synthetic.jsonl');
    tape = await new TapeServer(fromRecording(recording)).start();
    const settings = loadSettings({ GROQ_BASE_URL: tape.baseUrl, GROQ_API_KEY: 'not-a-key' });
    const scenario = SCENARIOS.find(({ id }) => id === SHOWN);
    if (!scenario) throw new Error(`there is no scenario ${SHOWN}`);
    const { service: insights } = insightParts(settings, new SystemClock());
    const evaluated = await evaluateScenario(scenario, { insights, tape, earlier: recording });
    if (!evaluated) throw new Error(`nothing is confirmed in ${SHOWN}`);
    outcome = evaluated;
  });
  afterAll(() => tape.stop());

  it('are those of npm run eval:llm -- --show', async () => {
    const shown = BLOCK.exec(readFileSync('README.md', 'utf8'))?.[1];
    const byRules = await new RuleBasedWriter().write(outcome.request);
    expect(words(shown ?? '')).toBe(words(bothAnswers(outcome, byRules)));
  });

  it('cite evidence that the analysis has', () => {
    const { insights } = outcome.evaluated;
    const cited = insights.recommendations.flatMap(({ evidenceIds }) => evidenceIds);
    expect(insights.source).toBe('llm');
    expect(cited.length).toBeGreaterThan(0);
    expect(cited.filter((id) => !outcome.evidence.has(id))).toEqual([]);
  });
});
