import { ActionsService } from '@app/actions';
import { analysisSettingsOf, DEFAULT_OBJECTIVE, loadSettings } from '@app/config';
import type { Analysis, InsightRequest } from '@app/core';
import { insightsPrompt, type PromptMessage } from '@app/llm';
import { readBundle } from '@app/metrics';
import { analyseRecording } from '../../../apps/agent/src/bundle/analyse-recording.js';
import type { Scenario } from '../scenario.js';

/** What a model would be sent about a scenario. */
export interface ScenarioPrompt {
  readonly id: string;
  readonly confirmed: number;
  readonly messages: readonly PromptMessage[];
  readonly estimatedTokens: number;
}

function proposedTypes({ findings }: Analysis): Set<string> {
  const confirmed = findings.filter(({ state }) => state === 'confirmed');
  return new Set(confirmed.flatMap(({ candidateActions }) => candidateActions.map(({ type }) => type)));
}

/** The request that a run on the recorded machine would make, with the settings of a service that nobody configured. */
export async function requestOf({ id, build }: Pick<Scenario, 'id' | 'build'>): Promise<InsightRequest> {
  const read = readBundle(build());
  if (read.kind === 'invalid') throw new Error(`scenario ${id} is no bundle`);
  const settings = loadSettings({});
  const nowMs = Math.max(...read.bundle.frames.map(({ at }) => Date.parse(at)));
  const { recording, analysis } = await analyseRecording(read.bundle, settings, nowMs);
  const types = proposedTypes(analysis);
  return {
    runId: id,
    target: recording.target,
    mode: 'recommend',
    objective: DEFAULT_OBJECTIVE,
    slo: analysisSettingsOf(settings, recording.target).slo,
    snapshot: recording.snapshot,
    analysis,
    candidateActions: new ActionsService().catalogue().filter(({ type }) => types.has(type)),
  };
}

/** One after the other, as recordings take memory. */
export async function scenarioPrompts(scenarios: readonly Scenario[]): Promise<ScenarioPrompt[]> {
  const prompts: ScenarioPrompt[] = [];
  for (const scenario of scenarios) {
    const request = await requestOf(scenario);
    const { messages, estimatedTokens } = insightsPrompt(request);
    const confirmed = request.analysis.findings.filter(({ state }) => state === 'confirmed').length;
    prompts.push({ id: scenario.id, confirmed, messages, estimatedTokens });
  }
  return prompts;
}
