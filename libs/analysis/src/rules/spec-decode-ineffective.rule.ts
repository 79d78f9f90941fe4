import type { Engine } from '@app/core';
import { counterDelta, sumOver } from './derived-readings.js';
import { momentsOf, spanSeconds } from './history-readings.js';
import { aMinuteBefore } from './recent-samples.js';
import { BASELINE, CLEAR, defineRule, lastOf, missing, reading, type RuleSample } from './rule.js';

type Threshold = 'acceptedRatio' | 'draftTokens' | 'runningRequests';

type DraftCounter = 'draftTokens' | 'acceptedDraftTokens';

function riseSince(before: RuleSample<Engine> | null, { state }: RuleSample<Engine>, name: DraftCounter) {
  return counterDelta(before?.state.counters[name], state.counters[name]);
}

function missingInputs({ requestsRunning, counters }: Engine): string[] {
  return [
    ...(counters.draftTokens === null ? ['engines.counters.draftTokens'] : []),
    ...(counters.acceptedDraftTokens === null ? ['engines.counters.acceptedDraftTokens'] : []),
    ...(requestsRunning === null ? ['engines.requestsRunning'] : []),
  ];
}

/** Most drafted tokens are thrown away while the batch is large: checking them costs throughput. */
export const specDecodeIneffectiveRule = defineRule<'engine', Threshold>({
  id: 'spec-decode-ineffective',
  title: 'Speculative decoding drafts mostly in vain',
  category: 'efficiency',
  scope: 'engine',
  durationClass: 'D2',
  sections: ['engines'],
  keeps: 'state',
  inputs: [
    { signal: 'engines.counters.draftTokens', required: true },
    { signal: 'engines.counters.acceptedDraftTokens', required: true },
    { signal: 'engines.requestsRunning', required: true },
    { signal: 'engines.generationTokensPerSecond', required: false },
  ],
  thresholds: {
    acceptedRatio: {
      value: 0.3,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.01, max: 0.9 },
      description: 'accepted drafted tokens as a share of all drafted ones',
      softens: 'up',
    },
    draftTokens: {
      value: 10_000,
      unit: 'count',
      source: 'engineering choice',
      range: { min: 100, max: 10_000_000 },
      description: 'drafted tokens below which the share says nothing',
    },
    runningRequests: {
      value: 32,
      unit: 'count',
      source: 'engineering choice',
      range: { min: 8, max: 10_000 },
      description: 'running requests from which rejected drafts cost throughput',
      softens: 'down',
    },
  },
  candidateActions: ['vllm-config:speculative'],
  reference: 'vLLM metrics: spec_decode_num_draft_tokens and spec_decode_num_accepted_tokens',

  judge(sample, { thresholds }) {
    const { requestsRunning } = sample.state;
    const inputs = missingInputs(sample.state);
    if (inputs.length > 0 || requestsRunning === null) return missing(...inputs);
    const before = aMinuteBefore(sample);
    const drafted = riseSince(before, sample, 'draftTokens');
    const accepted = riseSince(before, sample, 'acceptedDraftTokens');
    if (drafted === null || accepted === null) return BASELINE;
    // In a small batch even a low rate pays.
    if (drafted === 0 || requestsRunning < thresholds.runningRequests) return CLEAR;
    const isVain = accepted / drafted < thresholds.acceptedRatio;
    return isVain ? { status: 'holds', fromPrevious: true } : CLEAR;
  },

  conclude(run, context) {
    const sample = lastOf(run);
    const total = (name: DraftCounter) => sumOver(run, (each) => riseSince(each.previous, each, name)) ?? 0;
    const drafted = total('draftTokens');
    const ratio = drafted === 0 ? 0 : total('acceptedDraftTokens') / drafted;
    const { thresholds } = context;
    if (drafted < thresholds.draftTokens || ratio >= thresholds.acceptedRatio) return null;
    const { state: engine } = sample;
    const windowSeconds = spanSeconds(momentsOf(run));
    return {
      severity: 'low',
      confidence: 'high',
      summary: 'Of {drafted} drafted tokens {ratio} were accepted, with {running} requests running.',
      evidence: {
        ratio: reading(sample, 'derived.acceptedDraftRatio', ratio, 'ratio', {
          bound: context.bound('<', 'acceptedRatio'),
          windowSeconds,
        }),
        drafted: reading(sample, 'derived.draftTokenDelta', drafted, 'count', {
          bound: context.bound('>=', 'draftTokens'),
          windowSeconds,
        }),
        running: reading(sample, 'engines.requestsRunning', engine.requestsRunning, 'count', {
          bound: context.bound('>=', 'runningRequests'),
        }),
        tokenRate: reading(
          sample,
          'engines.generationTokensPerSecond',
          engine.generationTokensPerSecond,
          'tokensPerSecond',
        ),
      },
      candidateActions:
        engine.kind === 'vllm' ? [{ type: 'vllm-config:speculative', parameters: { value: 'off' } }] : [],
    };
  },
});
