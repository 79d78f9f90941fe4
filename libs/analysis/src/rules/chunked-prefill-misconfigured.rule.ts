import type { CandidateAction, Engine } from '@app/core';
import { changeSetting, numberFlag, plainAction, settingTypes } from './engine-actions.js';
import { isSettling } from './engine-readings.js';
import { largeStepShare } from './itl-breach.js';
import {
  isBreach,
  isJudgement,
  judgedLatency,
  latencyReading,
  type Objective,
  type RecentLatency,
} from './latency-readings.js';
import {
  BASELINE,
  CLEAR,
  defineRule,
  type Judgement,
  lastOf,
  missing,
  reading,
  type RuleContext,
  type RuleSample,
} from './rule.js';
import { ttftParts } from './ttft-parts.js';

type Threshold = 'fewestTokens' | 'mostTokens' | 'prefillShare';

/** Which of the two latencies a setting explains. */
interface Misfit {
  readonly kind: 'off' | 'small' | 'large';
  readonly objective: Objective;
}

/** Tokens per step that suit most engines: vLLM's own default for its API server. */
const USUAL_TOKENS = 8192;
const LARGE_STEP_TOKENS = 2048;

function budgetFlag({ kind }: Engine): string {
  return kind === 'sglang' ? 'chunked-prefill-size' : 'max-num-batched-tokens';
}

function misfitOf(engine: Engine, thresholds: RuleContext<Threshold>['thresholds']): Misfit | null {
  const budget = numberFlag(engine, budgetFlag(engine));
  const isOff =
    engine.process?.flags['enable-chunked-prefill'] === 'false' || (engine.kind === 'sglang' && budget === -1);
  if (isOff) return { kind: 'off', objective: 'interTokenLatency' };
  if (budget === null) return null;
  if (budget < thresholds.fewestTokens) return { kind: 'small', objective: 'ttft' };
  return budget > thresholds.mostTokens ? { kind: 'large', objective: 'interTokenLatency' } : null;
}

/** The breach that the setting explains, or why there is none. */
function judgedBreach(
  sample: RuleSample<Engine>,
  misfit: Misfit,
  context: RuleContext<Threshold>,
): RecentLatency | Judgement {
  const latency = judgedLatency(sample, context, misfit.objective);
  if (isJudgement(latency)) return latency;
  if (!isBreach(latency)) return CLEAR;
  if (misfit.kind !== 'small') return latency;
  const prefill = ttftParts(latency.before.state, sample.state)?.prefill ?? null;
  if (prefill === null) return missing('engines.histograms.prefillTime');
  return prefill >= context.thresholds.prefillShare ? latency : CLEAR;
}

function actionFor(engine: Engine, { kind }: Misfit): CandidateAction {
  // vLLM has a switch for it that is no number.
  if (kind === 'off' && engine.kind === 'vllm') return plainAction('vllm-config:max-num-batched-tokens');
  return changeSetting(engine, 'max-num-batched-tokens', kind === 'small' ? 'raise' : 'lower', USUAL_TOKENS);
}

const WORDS: Readonly<Record<Misfit['kind'], string>> = {
  off: 'Prompts are computed in one piece, since chunked prefill is switched off ({setting}), and {late} of the tokens came later than the objective.',
  small:
    'A step may have {setting} tokens at most, so that prompts take many steps, and {late} of the first tokens came later than the objective.',
  large:
    'A step may have up to {setting} tokens, which holds up running answers, and {late} of the tokens came later than the objective.',
};

/** How prompts are split over steps explains the latency that misses its objective. */
export const chunkedPrefillMisconfiguredRule = defineRule<'engine', Threshold>({
  id: 'chunked-prefill-misconfigured',
  title: 'Tokens per step do not suit the latency objective',
  category: 'configuration',
  scope: 'engine',
  durationClass: 'D2',
  sections: ['engines'],
  keeps: 'state',
  inputs: [
    { signal: 'engines.process.flags', required: true },
    { signal: 'engines.histograms.ttft', required: true },
    { signal: 'engines.histograms.interTokenLatency', required: true },
    { signal: 'engines.histograms.prefillTime', required: false },
    { signal: 'engines.histograms.iterationTokens', required: false },
  ],
  thresholds: {
    fewestTokens: {
      value: 1024,
      unit: 'count',
      source: 'engineering choice; vLLM defaults to 2048 or 8192',
      range: { min: 64, max: 8192 },
      description: 'tokens per step below which prompts take many steps',
    },
    mostTokens: {
      value: 16_384,
      unit: 'count',
      source: 'engineering choice; vLLM defaults to 2048 or 8192',
      range: { min: 2048, max: 1_048_576 },
      description: 'tokens per step above which running answers are held up',
    },
    prefillShare: {
      value: 0.5,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.1, max: 1 },
      description: 'share of the time to first token that goes into computing the prompt',
      softens: 'down',
    },
  },
  candidateActions: settingTypes('max-num-batched-tokens'),
  reference: 'vLLM optimization guide: max_num_batched_tokens trades time to first token against inter-token latency',

  judge(sample, context) {
    const { state: engine } = sample;
    if (engine.process === null) return missing('engines.process.flags');
    const misfit = misfitOf(engine, context.thresholds);
    if (!misfit) return CLEAR;
    if (isSettling(sample)) return BASELINE;
    const breach = judgedBreach(sample, misfit, context);
    return isJudgement(breach) ? breach : { status: 'holds', fromPrevious: true };
  },

  conclude(run, context) {
    const sample = lastOf(run);
    const { state: engine } = sample;
    const misfit = misfitOf(engine, context.thresholds);
    const breach = misfit ? judgedBreach(sample, misfit, context) : CLEAR;
    if (!misfit || isJudgement(breach)) return null;
    const budget = numberFlag(engine, budgetFlag(engine));
    const bound = {
      off: null,
      small: context.bound('<', 'fewestTokens'),
      large: context.bound('>', 'mostTokens'),
    }[misfit.kind];
    const isSwitch = engine.process?.flags['enable-chunked-prefill'] === 'false';
    const steps = largeStepShare(breach.before.state, engine, LARGE_STEP_TOKENS);
    return {
      severity: misfit.kind === 'off' ? 'low' : 'medium',
      confidence: 'medium',
      summary: WORDS[misfit.kind],
      evidence: {
        setting: isSwitch
          ? reading(sample, 'engines.process.flags.enable-chunked-prefill', 'false', 'text')
          : reading(sample, `engines.process.flags.${budgetFlag(engine)}`, budget, 'count', { bound }),
        late: latencyReading(sample, misfit.objective, breach),
        prefill: reading(
          sample,
          'derived.ttftPrefillShare',
          misfit.kind === 'small' ? ttftParts(breach.before.state, engine)?.prefill : null,
          'ratio',
          { bound: context.bound('>=', 'prefillShare') },
        ),
        largeSteps: reading(sample, 'derived.largeStepRatio', steps, 'ratio'),
      },
      candidateActions: [actionFor(engine, misfit)],
    };
  },
});
