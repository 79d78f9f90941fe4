import { createHash } from 'node:crypto';
import type { Evidence, InsightRequest } from '@app/core';
import { type InsightService, insightsPrompt } from '@app/llm';
import { requestOf } from '../scenarios/prompts/scenario-prompts.js';
import type { Scenario } from '../scenarios/scenario.js';
import type { Evaluated } from './evaluated.js';
import type { ModelRecording, RecordingEntry } from './recording.js';
import type { TapeServer } from './tape-server.js';

export interface EvaluationParts {
  readonly insights: Pick<InsightService, 'write'>;
  readonly tape: TapeServer;
  /** What was recorded before, to tell prompts that have changed since. */
  readonly earlier: ModelRecording | null;
}

export interface ScenarioOutcome {
  readonly evaluated: Evaluated;
  readonly entry: RecordingEntry;
  readonly request: InsightRequest;
  readonly evidence: ReadonlyMap<string, Evidence>;
}

/** Asks about one scenario; null where nothing is confirmed, so that no model is asked. */
export async function evaluateScenario(scenario: Scenario, parts: EvaluationParts): Promise<ScenarioOutcome | null> {
  const request = await requestOf(scenario);
  if (!request.analysis.findings.some(({ state }) => state === 'confirmed')) return null;
  parts.tape.begin(scenario.id);
  const { insights } = await parts.insights.write(request, { modelWanted: true });
  const { digests, answers } = parts.tape.passed();
  const recorded = parts.earlier?.entries.get(scenario.id) ?? null;
  const evaluated: Evaluated = {
    scenario,
    insights,
    ruleOf: new Map(request.analysis.findings.map(({ id, ruleId }) => [id, ruleId])),
    latencyMs: answers.reduce((sum, { latencyMs }) => sum + latencyMs, 0),
    isPromptChanged: recorded === null ? null : recorded.promptDigests[0] !== promptDigest(request),
  };
  const entry = { scenario: scenario.id, promptDigests: [...digests], answers: [...answers] };
  const evidence = new Map(request.analysis.findings.flatMap((one) => one.evidence.map((each) => [each.id, each])));
  return { evaluated, entry, request, evidence };
}

/** Of the messages as the client sends them. */
function promptDigest(request: InsightRequest): string {
  const messages = insightsPrompt(request).messages.map(({ role, content }) => ({ role, content }));
  return createHash('sha256').update(JSON.stringify(messages)).digest('hex');
}
