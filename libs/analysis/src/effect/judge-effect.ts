import type {
  Analysis,
  Baseline,
  Outcome,
  OutcomeVerdict,
  Prediction,
  SignalSamples,
  Snapshot,
  WatchedSignal,
} from '@app/core';
import type { AnalysisContext } from '../analysis-context.js';
import { type Comparison, compareSamples } from './compare-samples.js';
import { metricText, sentence, signalName } from './effect-words.js';
import { answeringSubjectOf, scopeOf } from './reached-subjects.js';
import { hadRequests } from './request-facts.js';
import { inOrder, sampleSignals } from './signal-samples.js';
import { sideEffectsOf } from './side-effects.js';

export interface EffectInput {
  /** Null when none was taken: then nothing can be said. */
  readonly baseline: Baseline | null;
  /** Of the window after the action, so far. */
  readonly snapshots: readonly Snapshot[];
  /** Of the newest of them; null when there is none. */
  readonly analysis: Analysis | null;
  readonly watched: readonly WatchedSignal[];
  readonly slo: AnalysisContext['slo'];
  /** Ids of the findings that led to the action. */
  readonly expectedFindings: readonly string[];
  readonly expected: Pick<Prediction, 'signal'> | null;
  /** Whether the window has ended; before that only certain harm counts. */
  readonly isFinal: boolean;
  /** Fewer values on either side say nothing. */
  readonly minimumSamples?: number;
}

export interface EffectJudgement extends Pick<Outcome, 'verdict' | 'metrics' | 'explanation'> {
  /** Of the predicted signal; null where it was not measured on both sides. */
  readonly observedChangeRatio: number | null;
  /** Why the window must not go on; null while it may, and at its end. */
  readonly trip: string | null;
}

const MINIMUM_SAMPLES = 3;

/** A watched signal before and after. */
interface Metric {
  readonly watched: WatchedSignal;
  readonly before: SignalSamples;
  readonly after: SignalSamples;
  readonly comparison: Comparison;
  /** Why it does not matter that there are no values; null where it does. */
  readonly excuse: string | null;
}

/** Whether what was done did good, harm or nothing, from what was measured before and after it. */
export function judgeEffect(input: EffectInput): EffectJudgement {
  const { baseline, isFinal } = input;
  if (baseline === null) return withoutBaseline(input);
  const snapshots = inOrder(input.snapshots);
  const metrics = metricsOf(input, baseline, snapshots);
  const sideEffects = sideEffectsOf({ ...input, baseline, snapshots });
  const regressed = metrics.filter(({ comparison }) => comparison.verdict === 'regressed');
  const harms = [...sideEffects.harms, ...regressed.map(textOf)];
  const doubts = [...metrics.flatMap(doubtsOf), ...sideEffects.doubts];
  const findings = fateOfFindings(input, baseline, snapshots);
  const verdict = verdictOf(metrics, harms, doubts, findings);
  const alarms = [...sideEffects.harms, ...regressed.filter(({ comparison }) => comparison.isAlarming).map(textOf)];
  return {
    verdict,
    metrics: metrics.map(outcomeMetric),
    explanation: explain(metrics, verdict, sideEffects.harms, doubts, findings),
    observedChangeRatio: observedChange(metrics, input.expected),
    trip: isFinal || alarms.length === 0 ? null : alarms.map(sentence).join(' '),
  };
}

function withoutBaseline({ watched }: EffectInput): EffectJudgement {
  const metrics = watched.map(({ signal, role }) => ({
    ...{ signal, role, before: null, after: null, changeRatio: null },
    verdict: 'inconclusive' as const,
  }));
  const explanation = 'Nothing was kept of how it was before the action, so that nothing can be compared.';
  return { verdict: 'inconclusive', metrics, explanation, observedChangeRatio: null, trip: null };
}

function metricsOf(
  { watched, minimumSamples = MINIMUM_SAMPLES }: EffectInput,
  baseline: Baseline,
  snapshots: readonly Snapshot[],
): Metric[] {
  const isIdle = baseline.hadRequests === false && hadRequests(snapshots, baseline.reach) === false;
  return sampleSignals(snapshots, watched, baseline.reach).map((after, index) => {
    const signal = watched[index] ?? after;
    const before = baseline.signals.find((samples) => isSame(samples, signal)) ?? { ...signal, values: [], samples: 0 };
    // What is asked of the signal now decides, also where an earlier version kept the baseline.
    const comparison = compareSamples(
      { ...signal, values: before.values, samples: before.samples },
      after,
      minimumSamples,
    );
    const hasNone = before.values.length === 0 && after.values.length === 0;
    const excuse = hasNone && signal.role === 'guard' ? excuseOf(signal, baseline, isIdle) : null;
    return { watched: signal, before, after, comparison, excuse };
  });
}

function isSame(a: WatchedSignal, b: WatchedSignal): boolean {
  return a.signal === b.signal && a.role === b.role && a.across === b.across;
}

/** A guard over requests has nothing to say where there were none, and one over engines where there is no engine. */
function excuseOf({ signal }: WatchedSignal, { reach }: Baseline, isIdle: boolean): string | null {
  const scope = scopeOf(signal);
  if (scope === 'engines' && reach.engines.length === 0) return 'the action reaches no engine';
  if (scope === 'caches' && reach.caches.length === 0) return 'the action reaches no cache';
  return isIdle && (scope === 'engines' || scope === 'caches') ? 'there were no requests before or after' : null;
}

function textOf({ watched, comparison }: Metric): string {
  return metricText(watched, comparison);
}

function doubtsOf({ watched, before, after, comparison, excuse }: Metric): string[] {
  if (excuse !== null || comparison.verdict !== 'inconclusive') return [];
  const name = signalName(watched.signal);
  const count = ({ values, samples }: SignalSamples): string => `${values.length} of ${samples} samples`;
  switch (comparison.lacks) {
    case 'before':
      return [`too few values of ${name} before the action (${count(before)})`];
    case 'after':
      return [`too few values of ${name} after the action (${count(after)})`];
    case 'both':
      return [`too few values of ${name} before and after the action (${count(before)} and ${count(after)})`];
    case null:
      return comparison.isSuspect ? [`${name} has probably become worse`] : [];
  }
}

/** `fading`: not seen since the action, and found all the same until it has stayed away for its clearing time. */
type Fate = 'none' | 'gone' | 'fading' | 'there' | 'unknown';

/** What became of the confirmed findings that led to the action. Gone is only what could have been found again. */
function fateOfFindings(
  { expectedFindings, analysis }: EffectInput,
  baseline: Baseline,
  snapshots: readonly Snapshot[],
): Fate {
  const expected = baseline.findings.filter(({ id }) => expectedFindings.includes(id));
  if (expected.length === 0) return 'none';
  const newest = snapshots.at(-1);
  if (analysis === null || newest === undefined) return 'unknown';
  const ids = expected.map(({ id }) => id);
  const found = analysis.findings.filter(({ id }) => ids.includes(id));
  if (found.length > 0) return found.every((finding) => isUnseenIn(snapshots, finding)) ? 'fading' : 'there';
  const areJudged = expected.every((finding) => {
    const subject = answeringSubjectOf(finding, newest);
    const isSilent = analysis.notEvaluated.some(
      (entry) => entry.ruleId === finding.ruleId && (entry.subject === null || entry.subject === subject),
    );
    return subject !== null && !isSilent;
  });
  return areJudged ? 'gone' : 'unknown';
}

function isUnseenIn(snapshots: readonly Snapshot[], { lastSeenAt }: Analysis['findings'][number]): boolean {
  const [first] = snapshots;
  return first !== undefined && Date.parse(lastSeenAt) < Date.parse(first.collectedAt);
}

function verdictOf(
  metrics: readonly Metric[],
  harms: readonly string[],
  doubts: readonly string[],
  findings: Fate,
): OutcomeVerdict {
  if (harms.length > 0) return 'regressed';
  if (doubts.length > 0) return 'inconclusive';
  const targets = metrics
    .filter(({ watched }) => watched.role === 'target')
    .map(({ comparison }) => comparison.verdict);
  if (findings === 'gone' || targets.includes('improved')) return 'improved';
  // Too noisy to be told, and nothing else speaks for it.
  return targets.includes('inconclusive') ? 'inconclusive' : 'neutral';
}

function outcomeMetric({ watched, comparison }: Metric): Outcome['metrics'][number] {
  const { before, after, changeRatio, verdict } = comparison;
  return { signal: watched.signal, before, after, changeRatio, role: watched.role, verdict };
}

function observedChange(metrics: readonly Metric[], expected: EffectInput['expected']): number | null {
  const metric =
    metrics.find(({ watched }) => watched.signal === expected?.signal && watched.role === 'target') ??
    metrics.find(({ watched }) => watched.signal === expected?.signal);
  return metric === undefined || metric.comparison.lacks !== null ? null : metric.comparison.changeRatio;
}

/** So many guards that did not move are named; the rest are counted. */
const NAMED_GUARDS = 2;

function explain(
  metrics: readonly Metric[],
  verdict: OutcomeVerdict,
  harms: readonly string[],
  doubts: readonly string[],
  findings: Fate,
): string {
  const compared = metrics.filter(({ comparison }) => comparison.lacks === null);
  const quiet = compared.filter(
    ({ watched, comparison }) => watched.role === 'guard' && comparison.verdict === 'neutral',
  );
  const unnamed = quiet.slice(NAMED_GUARDS);
  const texts = compared.filter((metric) => !unnamed.includes(metric)).map(textOf);
  if (unnamed.length > 0) texts.push(`${unnamed.length} more unchanged`);
  const excused = metrics.flatMap(({ watched, excuse }) =>
    excuse === null ? [] : [{ name: signalName(watched.signal), excuse }],
  );
  const reasons = [...new Set(excused.map(({ excuse }) => excuse))];
  const sentences = [
    ...harms,
    texts.join('; '),
    verdict === 'inconclusive' && doubts.length > 0 ? `Can not be judged: ${doubts.join('; ')}` : '',
    excused.length === 0 ? '' : `${excused.map(({ name }) => name).join(' and ')} not judged: ${reasons.join('; ')}`,
    verdict === 'regressed' ? '' : FATE_TEXTS[findings],
  ];
  const text = sentences
    .filter((part) => part !== '')
    .map(sentence)
    .join(' ');
  return text === '' ? 'Nothing is watched for this action, and nothing new was found.' : text;
}

const FATE_TEXTS: Readonly<Record<Fate, string>> = {
  none: '',
  gone: 'what led to the action is no longer found',
  fading: 'what led to the action was not seen any more, and counts as found until it has stayed away for longer',
  there: 'what led to the action is still found',
  unknown: 'whether what led to the action is gone can not be told',
};
