import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadSettings } from '@app/config';
import { SystemClock } from '@app/core';
import { RuleBasedWriter } from '@app/llm';
import { insightParts } from '@app/testing/llm';
import type { Scenario } from '../scenarios/scenario.js';
import { SCENARIOS } from '../scenarios/scenarios.js';
import { fromRecording, fromService } from './answer-sources.js';
import { evaluateScenario, type ScenarioOutcome } from './evaluate.js';
import { totalsOf } from './evaluated.js';
import { type EvaluationOptions, readOptions, USAGE } from './options.js';
import { type ModelRecording, readRecording, recordingText } from './recording.js';
import { complaintsOf, evaluationTable } from './report.js';
import { bothAnswers } from './show.js';
import { fromSyntheticModel, SYNTHETIC_MODEL } from './synthetic-model.js';
import { type AnswerSource, TapeServer } from './tape-server.js';

const SHIPPED_RECORDING = join('test', 'evaluation', 'recordings', 'synthetic.jsonl');
const DEFAULT_BASE_URL = 'https://api.groq.com';
const SYNTHETIC_NOTE =
  'No model wrote these answers. A program repeats the evidence and adds a false sentence to some of them; they show how the evaluation works and say nothing about any model.';

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function sourceOf(options: EvaluationOptions, recording: ModelRecording | null): AnswerSource {
  if (recording !== null) return fromRecording(recording);
  if (options.synthesize !== null) return fromSyntheticModel;
  return fromService(process.env['GROQ_BASE_URL'] ?? DEFAULT_BASE_URL);
}

function scenariosOf({ chosen }: EvaluationOptions, recording: ModelRecording | null): Scenario[] {
  const known = new Set(SCENARIOS.flatMap(({ id, family }) => [id, family]));
  const unknown = chosen.filter((name) => !known.has(name));
  if (unknown.length > 0) throw new Error(`There is no scenario or family ${unknown.join(', ')}.`);
  return SCENARIOS.filter(
    ({ id, family }) => chosen.length === 0 || chosen.includes(id) || chosen.includes(family),
  ).filter(({ id }) => recording === null || recording.entries.has(id));
}

async function evaluateAll(options: EvaluationOptions, recording: ModelRecording | null): Promise<ScenarioOutcome[]> {
  const apiKey = process.env['GROQ_API_KEY'];
  if (options.record !== null && !apiKey) throw new Error('--record asks a model service: set GROQ_API_KEY.');
  const tape = await new TapeServer(sourceOf(options, recording)).start();
  const model = recording?.header.model ?? (options.synthesize === null ? process.env['GROQ_MODEL'] : SYNTHETIC_MODEL);
  const settings = loadSettings({
    GROQ_BASE_URL: tape.baseUrl,
    GROQ_API_KEY: options.record === null ? 'not-a-key' : (apiKey ?? ''),
    LLM_DAILY_TOKEN_BUDGET: '1000000000',
    ...(model === undefined ? {} : { GROQ_MODEL: model }),
  });
  try {
    const outcomes: ScenarioOutcome[] = [];
    for (const scenario of scenariosOf(options, recording)) {
      // Anew for each: what was answered for another scenario is not taken from its cache.
      const { service: insights } = insightParts(settings, new SystemClock());
      const outcome = await evaluateScenario(scenario, { insights, tape, earlier: recording });
      if (outcome !== null) outcomes.push(outcome);
    }
    return outcomes;
  } finally {
    await tape.stop();
  }
}

async function show(outcomes: readonly ScenarioOutcome[]): Promise<void> {
  const writer = new RuleBasedWriter();
  for (const outcome of outcomes) {
    say(`\n### ${outcome.evaluated.scenario.id}\n`);
    say(bothAnswers(outcome, await writer.write(outcome.request)));
  }
}

function report(outcomes: readonly ScenarioOutcome[]): void {
  const evaluated = outcomes.map((outcome) => outcome.evaluated);
  const families = [...new Set(evaluated.map(({ scenario }) => scenario.family))].sort();
  const rows = families.map((family) =>
    totalsOf(
      family,
      evaluated.filter(({ scenario }) => scenario.family === family),
    ),
  );
  const all = totalsOf('all', evaluated);
  for (const one of evaluated) for (const line of complaintsOf(one)) say(line);
  say(`\n${evaluationTable([...rows, all])}`);
  for (const reason of all.reasons) say(`not used: ${reason}`);
  if (all.changedPrompts > 0) say(`${all.changedPrompts} prompts have changed since they were recorded.`);
}

function write(options: EvaluationOptions, outcomes: readonly ScenarioOutcome[]): void {
  const file = options.record ?? options.synthesize;
  if (file === null) return;
  const isSynthetic = options.synthesize !== null;
  const header = {
    format: 'resource-agent-model-recording-1',
    synthetic: isSynthetic,
    model: isSynthetic ? SYNTHETIC_MODEL : (process.env['GROQ_MODEL'] ?? 'openai/gpt-oss-20b'),
    recordedAt: isSynthetic ? 'never: synthetic' : new Date().toISOString(),
    note: isSynthetic ? SYNTHETIC_NOTE : 'Answers of a model service to the prompts of the scenarios.',
  } as const;
  writeFileSync(
    file,
    recordingText(
      header,
      outcomes.map(({ entry }) => entry),
    ),
  );
  say(`wrote ${outcomes.length} scenarios to ${file} (${readFileSync(file).byteLength} bytes)`);
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2), SHIPPED_RECORDING);
  if (options.help) return say(USAGE);
  const recording = options.recording === null ? null : readRecording(options.recording);
  if (recording !== null) {
    say(`${options.recording}: ${recording.entries.size} scenarios, model ${recording.header.model}`);
    if (recording.header.synthetic) say(`SYNTHETIC RECORDING. ${recording.header.note}`);
  }
  const outcomes = await evaluateAll(options, recording);
  if (outcomes.length === 0) throw new Error('Nothing was evaluated.');
  if (options.show) await show(outcomes);
  else report(outcomes);
  write(options, outcomes);
}

main().catch((error: unknown) => {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
