import { loadSettings } from '@app/config';
import type { NotEvaluated } from '@app/core';
import { readBundle } from '@app/metrics';
import { analyseRecording } from '../../../apps/agent/src/bundle/analyse-recording.js';
import type { Scenario } from '../scenario.js';
import { ALWAYS_HEALTHY, fixedThresholds } from './baselines.js';
import { scoreVerdict, type VerdictScore } from './score-verdict.js';
import { type Verdict, verdictOf } from './verdict.js';

/** One scenario, judged by the analysis and by what it is compared with. */
export interface ScenarioScore {
  readonly scenario: Omit<Scenario, 'build'>;
  readonly frames: number;
  readonly verdict: Verdict;
  readonly notEvaluated: readonly NotEvaluated[];
  readonly analysis: VerdictScore;
  readonly alwaysHealthy: VerdictScore;
  readonly fixedThresholds: VerdictScore;
}

/** Sends the recording the way of `POST /analysis`, with the settings that the service has when nothing is configured. */
export async function scoreScenario({ build, ...scenario }: Scenario): Promise<ScenarioScore> {
  const read = readBundle(build());
  if (read.kind === 'invalid') {
    throw new Error(`scenario ${scenario.id} is no bundle: ${read.errors.map(({ path }) => path).join(', ')}`);
  }
  const nowMs = Math.max(...read.bundle.frames.map(({ at }) => Date.parse(at)));
  const { recording, analysis } = await analyseRecording(read.bundle, loadSettings({}), nowMs);
  const verdict = verdictOf(analysis);
  return {
    scenario,
    frames: recording.snapshots.length,
    verdict,
    notEvaluated: analysis.notEvaluated,
    analysis: scoreVerdict(scenario.truth, verdict),
    alwaysHealthy: scoreVerdict(scenario.truth, ALWAYS_HEALTHY),
    fixedThresholds: scoreVerdict(scenario.truth, fixedThresholds(recording.snapshot)),
  };
}

/** One after the other: a recording takes memory, a score does not. */
export async function scoreScenarios(scenarios: readonly Scenario[]): Promise<ScenarioScore[]> {
  const scores: ScenarioScore[] = [];
  for (const scenario of scenarios) scores.push(await scoreScenario(scenario));
  return scores;
}
