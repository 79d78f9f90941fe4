import type { Analysis, Baseline, Snapshot } from '@app/core';
import type { AnalysisContext } from '../analysis-context.js';
import { formatValue } from '../format-evidence.js';
import { SLO_BREACH_SHARE, type SloBreach } from '../slo-breaches.js';
import { latencyObjectives } from './baseline.js';
import { isInReach, reachedIn } from './reached-subjects.js';
import { errorRatioOf, failuresIn, hadRequests } from './request-facts.js';
import { binomialUpperTail } from './tails.js';

/** Chance that it is none, up to which a breach or a rise of errors counts; smaller for the looks during a window. */
const CHANCE_AT_THE_END = 0.05;
const CHANCE_DURING_THE_WINDOW = 0.01;
/** Points of the share of failed requests; a little less, for shares that are no round numbers to a computer. */
const ERROR_RISE = 0.05 - 1e-9;
const FEWEST_REQUESTS = 20;
/** No failure among the former requests does not mean that none ever fails. */
const SMALLEST_ERROR_RATIO = 0.01;

/** What an action did besides what is watched: what is certain, and what can't be excluded. */
export interface SideEffects {
  readonly harms: readonly string[];
  readonly doubts: readonly string[];
}

export interface SideEffectInput {
  readonly baseline: Baseline;
  /** After the action, in order. */
  readonly snapshots: readonly Snapshot[];
  readonly analysis: Analysis | null;
  readonly slo: AnalysisContext['slo'];
  readonly isFinal: boolean;
}

export function sideEffectsOf(input: SideEffectInput): SideEffects {
  const parts = [criticalFindings(input), latency(input), errors(input), silence(input)];
  return { harms: parts.flatMap(({ harms }) => harms), doubts: parts.flatMap(({ doubts }) => doubts) };
}

const NONE: SideEffects = { harms: [], doubts: [] };

function doubt(text: string): SideEffects {
  return { harms: [], doubts: [text] };
}

function isCertain(chance: number, { isFinal }: SideEffectInput): boolean {
  return chance <= (isFinal ? CHANCE_AT_THE_END : CHANCE_DURING_THE_WINDOW);
}

/** One that was critical before, or that began before the last sample of the baseline, is not the action's doing. */
function criticalFindings({ baseline, snapshots, analysis }: SideEffectInput): SideEffects {
  if (analysis === null) return doubt('there is no analysis of what came after');
  const known = new Map(baseline.findings.map(({ id, severity }) => [id, severity]));
  const fresh = analysis.findings.filter(({ id, state, severity, subject, firstSeenAt }) => {
    if (state !== 'confirmed' || severity !== 'critical' || !isInReach(subject, baseline.reach, snapshots))
      return false;
    return known.has(id) ? known.get(id) !== 'critical' : !(Date.parse(firstSeenAt) < Date.parse(baseline.toAt));
  });
  return { harms: fresh.map(({ title, subject }) => `new critical finding: ${title} (${subject.label})`), doubts: [] };
}

const OBJECTIVE_NAMES: Readonly<Record<SloBreach['objective'], string>> = {
  ttft: 'time to first token',
  interTokenLatency: 'time between tokens',
};

function latency(input: SideEffectInput): SideEffects {
  const { baseline, snapshots, slo } = input;
  const objectives = latencyObjectives(snapshots, baseline.reach, slo);
  const broken = [
    ...(baseline.metTtftSlo === true ? objectives.ttft : []),
    ...(baseline.metItlSlo === true ? objectives.interTokenLatency : []),
  ].filter(({ breached }) => breached);
  const isBroken = (breach: SloBreach): boolean => isCertain(chanceOf(breach), input);
  return {
    harms: broken.filter(isBroken).map(breachText),
    doubts: broken.filter((breach) => !isBroken(breach)).map((breach) => `${breachText(breach)}, which may be chance`),
  };
}

/** Of so many above the bound, if the objective were just kept. */
function chanceOf({ shareAbove, observations }: SloBreach): number {
  return binomialUpperTail(Math.round(shareAbove * observations), observations, SLO_BREACH_SHARE);
}

function breachText({ objective, boundSeconds, shareAbove, observations }: SloBreach): string {
  const above = `${formatValue(shareAbove, 'ratio')} of ${observations} above ${formatValue(boundSeconds, 'seconds')}`;
  return `p95 ${OBJECTIVE_NAMES[objective]} was within its objective and is not any more (${above})`;
}

function errors(input: SideEffectInput): SideEffects {
  const { baseline, snapshots } = input;
  const after = failuresIn(snapshots, baseline.reach);
  if (after === null || after.requests < FEWEST_REQUESTS) return NONE;
  const former = baseline.errorRatio ?? 0;
  const ratio = errorRatioOf(after);
  const chance = binomialUpperTail(after.failed, after.requests, Math.max(former, SMALLEST_ERROR_RATIO));
  if (ratio < former + ERROR_RISE || !isCertain(chance, input)) return NONE;
  const now = `${formatValue(ratio, 'ratio')} of the requests`;
  if (baseline.errorRatio === null) return doubt(`${now} fail, and before there were none to compare with`);
  return { harms: [`${now} fail, up from ${formatValue(former, 'ratio')}`], doubts: [] };
}

/** Engines that were read before and are not any more may do anything, whatever they did until then. */
function silence({ baseline, snapshots }: SideEffectInput): SideEffects {
  const { reach } = baseline;
  if (baseline.hadRequests === null) return NONE;
  const newest = snapshots.at(-1);
  const answering = newest === undefined ? null : reachedIn(newest, 'engines', reach);
  const isSilent = answering === null || answering.some(({ isAnswering }) => !isAnswering);
  return isSilent || hadRequests(snapshots, reach) === null
    ? doubt('engines that the action reaches could not be read all the time after it')
    : NONE;
}
