import type { CandidateAction, Engine, Gap, KernelEvent, Severity } from '@app/core';
import { plainAction } from './engine-actions.js';
import { isAsleep } from './engine-readings.js';
import { printableText } from './printable-text.js';
import { CLEAR, defineRule, firstOf, lastOf, reading, type RuleContext, type RuleSample, type Run } from './rule.js';
import { unreadableReason } from './section-readings.js';

type Threshold = 'startSeconds' | 'nearSeconds';

/** Statuses of the section in which a frame says something of each engine's reachability. */
const TELLING = new Set(['ok', 'partial', 'failed', 'timeout', 'denied']);

/** Why the address gave no metrics, as the reader of the page put it; its text starts with the address. */
function answerGap({ state, snapshot }: RuleSample<Engine>): Gap | null {
  const address = state.url ?? state.id.split('#', 1)[0] ?? state.id;
  const gap = snapshot.gaps.find(({ signal, reason }) => signal === 'engines' && reason.startsWith(`${address} `));
  return gap ?? null;
}

function isDenied(sample: RuleSample<Engine>): boolean {
  return (answerGap(sample)?.status ?? sample.snapshot.sections.engines.status) === 'denied';
}

/** What does not answer does not say that it sleeps either: the last answer counts. */
function wasAsleep({ previous, state }: RuleSample<Engine>): boolean {
  return isAsleep({ sleepState: state.sleepState ?? previous?.state.sleepState ?? null });
}

function reasonOf(sample: RuleSample<Engine>): string {
  if (sample.state.up) return 'its health check answers that the engine is dead';
  const { detail, status } = sample.snapshot.sections.engines;
  return printableText(answerGap(sample)?.reason ?? detail ?? `section engines is ${status}`);
}

/** Another engine that could take the requests. */
function hasOtherReplica({ state, previous, snapshot }: RuleSample<Engine>): boolean {
  const model = state.model ?? previous?.state.model ?? null;
  return snapshot.engines.some(
    (other) =>
      other.id !== state.id && other.up && other.healthy !== false && (model === null || other.model === model),
  );
}

/** A process that has not answered yet and is not the one that did: loading a model takes minutes. */
function isStarting(run: Run<Engine>, startSeconds: number): boolean {
  const { state, previous, atMs } = lastOf(run);
  if (state.up || state.process === null || atMs - firstOf(run).atMs >= startSeconds * 1000) return false;
  if (!previous?.state.up) return true;
  return previous.state.process !== null && previous.state.process.pid !== state.process.pid;
}

function severityOf(run: Run<Engine>, context: RuleContext<Threshold>): Severity {
  if (isStarting(run, context.thresholds.startSeconds)) return 'medium';
  return hasOtherReplica(lastOf(run)) ? 'high' : 'critical';
}

/** The newest incident of the kernel log that may have ended the process. */
function incidentNear(run: Run<Engine>, nearSeconds: number): KernelEvent | null {
  const first = firstOf(run);
  const fromMs = (first.previous?.atMs ?? first.atMs) - nearSeconds * 1000;
  const near = lastOf(run).snapshot.events.filter(
    ({ kind, lastAt }) => (kind === 'xid' || kind === 'oom-kill') && Date.parse(lastAt) >= fromMs,
  );
  return near.at(-1) ?? null;
}

function actionsFor({ kind }: Engine): CandidateAction[] {
  const restart = kind === 'vllm' ? [plainAction('vllm-restart')] : [];
  return [plainAction('engine-health-check'), plainAction('collect-diagnostics'), ...restart];
}

/** A configured engine does not answer, or says itself that it is dead. */
export const engineUnreachableRule = defineRule<'engine', Threshold>({
  id: 'engine-unreachable',
  title: 'Engine does not answer',
  category: 'health',
  scope: 'engine',
  durationClass: 'D1',
  confirmsAfterSeconds: 30,
  sections: [],
  keeps: 'state',
  inputs: [
    { signal: 'engines.up', required: true },
    { signal: 'engines.healthy', required: false },
    { signal: 'engines.sleepState', required: false },
    { signal: 'engines.process.pid', required: false },
    { signal: 'events.kind', required: false },
  ],
  thresholds: {
    startSeconds: {
      value: 600,
      unit: 'seconds',
      source: 'engineering choice; loading a model can take minutes',
      range: { min: 60, max: 7200 },
      description: 'time for which a new process may be loading its model',
    },
    nearSeconds: {
      value: 120,
      unit: 'seconds',
      source: 'engineering choice',
      range: { min: 10, max: 3600 },
      description: 'time before the first failed probe in which a kernel incident belongs to it',
    },
  },
  candidateActions: ['engine-health-check', 'collect-diagnostics', 'vllm-restart'],
  reference: 'vLLM: /health answers 503 when the engine is dead',

  judge(sample) {
    const { snapshot, state: engine } = sample;
    if (!TELLING.has(snapshot.sections.engines.status)) {
      return { status: 'inapplicable', reason: unreadableReason(snapshot, 'engines') ?? 'engines were not asked' };
    }
    if (engine.up && engine.healthy !== false) return CLEAR;
    if (wasAsleep(sample)) return { status: 'inapplicable', reason: 'the engine is asleep' };
    if (!engine.up && engine.healthy !== false && isDenied(sample)) {
      return { status: 'inapplicable', reason: 'the engine answers but does not allow reading its metrics' };
    }
    return { status: 'holds' };
  },

  conclude(run, context) {
    const sample = lastOf(run);
    const { state: engine } = sample;
    const incident = incidentNear(run, context.thresholds.nearSeconds);
    return {
      severity: severityOf(run, context),
      confidence: 'high',
      summary: engine.up
        ? 'The engine still shows metrics, but {reason}.'
        : 'The engine did not answer {polls} times in a row: {reason}.',
      evidence: {
        up: reading(sample, 'engines.up', engine.up, 'text', {
          bound: engine.up ? null : { operator: '==', threshold: false, source: 'rule definition' },
        }),
        healthy: reading(sample, 'engines.healthy', engine.healthy, 'text', {
          bound: engine.healthy === false ? { operator: '==', threshold: false, source: 'rule definition' } : null,
        }),
        polls: reading(sample, 'derived.failedProbes', run.length, 'count', {
          windowSeconds: (sample.atMs - firstOf(run).atMs) / 1000,
        }),
        reason: reading(sample, 'derived.probeError', reasonOf(sample), 'text'),
        incident: reading(sample, 'events.kind', incident?.kind, 'text'),
        incidentCode: reading(sample, 'events.code', incident?.code, 'count'),
        pid: reading(sample, 'engines.process.pid', engine.process?.pid, 'count'),
      },
      candidateActions: actionsFor(engine),
    };
  },
});
