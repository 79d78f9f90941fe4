import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { loadSettings } from '@app/config';
import { SystemClock } from '@app/core';
import { insightParts } from '@app/testing/llm';
import type { Scenario } from '../scenarios/scenario.js';
import { SCENARIOS } from '../scenarios/scenarios.js';
import { fromRecording } from './answer-sources.js';
import { evaluateScenario, type ScenarioOutcome } from './evaluate.js';
import { totalsOf } from './evaluated.js';
import { type ModelRecording, readRecording } from './recording.js';
import { evaluationTable } from './report.js';
import { fromSyntheticModel } from './synthetic-model.js';
import { type AnswerSource, TapeServer } from './tape-server.js';

const SHIPPED = 'test/evaluation/recordings/synthetic.jsonl';
/** Of different families, so that the recording is tried where its prompts differ most. */
const TRIED = 4;

describe('the evaluation of a model', () => {
  jest.setTimeout(120_000);
  let tape: TapeServer | null = null;
  afterEach(async () => {
    await tape?.stop();
    tape = null;
  });

  async function evaluate(
    source: AnswerSource,
    scenario: Scenario,
    earlier: ModelRecording | null,
  ): Promise<ScenarioOutcome | null> {
    tape ??= await new TapeServer(source).start();
    const settings = loadSettings({ GROQ_BASE_URL: tape.baseUrl, GROQ_API_KEY: 'not-a-key' });
    const { service: insights } = insightParts(settings, new SystemClock());
    return evaluateScenario(scenario, { insights, tape, earlier });
  }
  const recording = readRecording(SHIPPED);
  const recorded = SCENARIOS.filter(({ id }) => recording.entries.has(id));

  it('comes with a recording that says that no model wrote it', () => {
    expect(recording.header).toMatchObject({ synthetic: true, model: 'synthetic/none' });
    expect(recorded.length).toBeGreaterThanOrEqual(150);
  });

  it('replays the recording, whose prompts are those of today', async () => {
    const step = Math.floor(recorded.length / TRIED);
    for (let index = 0; index < TRIED; index += 1) {
      const scenario = recorded[index * step];
      if (!scenario) throw new Error('there are too few recorded scenarios');
      const outcome = await evaluate(fromRecording(recording), scenario, recording);
      // After a change of rules or prompts: npm run eval:llm -- --synthesize test/evaluation/recordings/synthetic.jsonl
      expect([scenario.id, outcome?.evaluated.isPromptChanged]).toEqual([scenario.id, false]);
      expect(outcome?.evaluated.insights.usage.promptTokens).toBeGreaterThan(0);
      expect(outcome?.entry).toEqual(recording.entries.get(scenario.id));
    }
  });

  it('counts what the stand-in for a model invents', async () => {
    const outcomes: ScenarioOutcome[] = [];
    for (const scenario of SCENARIOS.filter(({ family }) => family === 'host-twins')) {
      const outcome = await evaluate(fromSyntheticModel, scenario, null);
      if (outcome) outcomes.push(outcome);
    }
    const totals = totalsOf(
      'host-twins',
      outcomes.map(({ evaluated }) => evaluated),
    );
    expect(totals.asked).toBeGreaterThan(0);
    expect(totals.claims).toBeGreaterThan(0);
    expect(evaluationTable([totals])).toContain('| host-twins |');
  });

  it('takes a prompt that was not recorded for a failure of the service', async () => {
    const [scenario] = recorded;
    if (!scenario) throw new Error('nothing is recorded');
    const empty: ModelRecording = { header: recording.header, entries: new Map() };
    const outcome = await evaluate(fromRecording(empty), scenario, null);
    expect(outcome?.evaluated.insights).toMatchObject({ source: 'rules' });
    expect(outcome?.evaluated.insights.degradedReason).not.toBeNull();
  });
});
