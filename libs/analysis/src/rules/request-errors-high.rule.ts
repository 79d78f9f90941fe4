import type { Engine } from '@app/core';
import { counterDelta } from './derived-readings.js';
import { plainAction } from './engine-actions.js';
import { lookBackUntil, secondsBetween } from './recent-samples.js';
import { BASELINE, CLEAR, defineRule, lastOf, missing, reading, type RuleSample } from './rule.js';

type Threshold = 'errorShare' | 'requests';

interface Outcomes {
  /** Of the HTTP server in front of the engine. */
  readonly http: { readonly requests: number; readonly errors: number } | null;
  /** Of the engine: what its requests finished by. */
  readonly finished: { readonly requests: number; readonly errors: number; readonly aborts: number } | null;
}

function outcomesSince(before: RuleSample<Engine>, { state }: RuleSample<Engine>): Outcomes {
  const rise = (name: keyof Engine['counters']) => counterDelta(before.state.counters[name], state.counters[name]);
  const [requests, serverErrors] = [rise('httpRequests'), rise('httpServerErrors')];
  const [finished, errors, aborts] = [rise('requestsSucceeded'), rise('requestsErrored'), rise('requestsAborted')];
  return {
    http: requests === null || serverErrors === null ? null : { requests, errors: serverErrors },
    finished:
      finished === null || (errors === null && aborts === null)
        ? null
        : { requests: finished, errors: errors ?? 0, aborts: aborts ?? 0 },
  };
}

function requestsIn({ http, finished }: Outcomes): number {
  return Math.max(http?.requests ?? 0, finished?.requests ?? 0);
}

function shareOf(part: number | undefined, requests: number | undefined, fewest: number): number | null {
  return part === undefined || requests === undefined || requests < Math.max(1, fewest)
    ? null
    : Math.min(1, part / requests);
}

interface Shares {
  readonly http: number | null;
  readonly errors: number | null;
  /** Also of clients that gave up, so that it stands for itself. */
  readonly aborts: number | null;
  readonly failed: number | null;
}

function sharesOf({ http, finished }: Outcomes, fewest: number): Shares {
  const failed = finished ? finished.errors + finished.aborts : undefined;
  return {
    http: shareOf(http?.errors, http?.requests, fewest),
    errors: shareOf(finished?.errors, finished?.requests, fewest),
    aborts: shareOf(finished?.aborts, finished?.requests, fewest),
    failed: shareOf(failed, finished?.requests, fewest),
  };
}

function recentOutcomes(sample: RuleSample<Engine>, fewest: number) {
  const before = lookBackUntil(sample, (candidate) => requestsIn(outcomesSince(candidate, sample)) >= fewest);
  return before ? { before, outcomes: outcomesSince(before, sample) } : null;
}

function missingInputs({ counters }: Engine): string[] {
  const hasHttp = counters.httpRequests !== null && counters.httpServerErrors !== null;
  const hasFinished =
    counters.requestsSucceeded !== null && (counters.requestsErrored !== null || counters.requestsAborted !== null);
  return hasHttp || hasFinished ? [] : ['engines.counters.httpServerErrors', 'engines.counters.requestsErrored'];
}

/** Many requests fail, be it in front of the engine or in it. */
export const requestErrorsHighRule = defineRule<'engine', Threshold>({
  id: 'request-errors-high',
  title: 'Many requests fail',
  category: 'health',
  scope: 'engine',
  durationClass: 'D1',
  sections: ['engines'],
  keeps: 'state',
  inputs: [
    { signal: 'engines.counters.httpRequests', required: false },
    { signal: 'engines.counters.httpServerErrors', required: true },
    { signal: 'engines.counters.requestsSucceeded', required: false },
    { signal: 'engines.counters.requestsErrored', required: true },
    { signal: 'engines.counters.requestsAborted', required: false },
    { signal: 'engines.counters.admissionRejections', required: false },
  ],
  thresholds: {
    errorShare: {
      value: 0.05,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.001, max: 1 },
      description: 'share of requests that fail',
      softens: 'down',
    },
    requests: {
      value: 100,
      unit: 'count',
      source: 'engineering choice',
      range: { min: 1, max: 1_000_000 },
      description: 'requests below which a share says nothing',
    },
  },
  candidateActions: ['engine-health-check'],
  reference: 'HTTP status of the API server; vLLM metrics: request_success by finished_reason',

  judge(sample, { thresholds }) {
    const inputs = missingInputs(sample.state);
    if (inputs.length > 0) return missing(...inputs);
    const recent = recentOutcomes(sample, thresholds.requests);
    if (!recent) return BASELINE;
    const { http, failed } = sharesOf(recent.outcomes, thresholds.requests);
    if (http === null && failed === null) {
      return { status: 'inapplicable', reason: `fewer than ${thresholds.requests} requests finished` };
    }
    const isHigh = Math.max(http ?? 0, failed ?? 0) >= thresholds.errorShare;
    return isHigh ? { status: 'holds', fromPrevious: true } : CLEAR;
  },

  conclude(run, context) {
    const sample = lastOf(run);
    const { thresholds } = context;
    const recent = recentOutcomes(sample, thresholds.requests);
    if (!recent) return null;
    const { outcomes, before } = recent;
    const shares = sharesOf(outcomes, thresholds.requests);
    const windowSeconds = secondsBetween(before, sample);
    const isHigh = (share: number | null) => share !== null && share >= thresholds.errorShare;
    const bound = (share: number | null) => (isHigh(share) ? context.bound('>=', 'errorShare') : null);
    const share = (name: string, value: number | null) =>
      reading(sample, `derived.${name}`, value, 'ratio', { bound: bound(value), windowSeconds });
    const words = [
      ...(isHigh(shares.http) ? ['{http} of the responses were server errors'] : []),
      ...(isHigh(shares.failed) ? ['{failed} of the requests did not finish'] : []),
      ...((shares.aborts ?? 0) > 0 ? ['{aborts} were aborted, which may be clients that gave up'] : []),
    ];
    // An abort alone does not tell whose it was.
    const isCertain = isHigh(shares.http) || isHigh(shares.errors);
    const rejections = counterDelta(
      before.state.counters.admissionRejections,
      sample.state.counters.admissionRejections,
    );
    return {
      severity: 'high',
      confidence: isCertain ? 'high' : 'medium',
      summary: `In the window ${words.join('; ')}.`,
      evidence: {
        http: share('httpServerErrorRatio', shares.http),
        failed: share('failedRequestRatio', shares.failed),
        errors: share('erroredRequestRatio', shares.errors),
        aborts: share('abortedRequestRatio', shares.aborts),
        requests: reading(sample, 'derived.requestDelta', requestsIn(outcomes), 'count', {
          bound: context.bound('>=', 'requests'),
          windowSeconds,
        }),
        rejections: reading(sample, 'derived.admissionRejectionDelta', rejections, 'count', { windowSeconds }),
      },
      candidateActions: [plainAction('engine-health-check')],
    };
  },
});
