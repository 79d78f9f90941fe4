import type { EffectReach, Engine, Snapshot } from '@app/core';
import { counterDelta } from '../rules/derived-readings.js';
import { isReadable } from '../rules/section-readings.js';

/** Each reading of an engine beside the one before it, oldest first. */
interface EngineStep {
  readonly engine: Engine;
  readonly previous: Engine | null;
}

/**
 * Whether the engines in reach had anything to do. Null where there is none, and where one of them could not be read all
 * the time and nothing was seen of requests: silence is no proof of none.
 */
export function hadRequests(snapshots: readonly Snapshot[], { engines }: EffectReach): boolean | null {
  if (engines.length === 0) return null;
  const histories = engines.map((id) => stepsOf(snapshots, id));
  if (histories.some((steps) => steps.some(isAtWork))) return true;
  const areComplete = histories.every((steps) => steps.length === snapshots.length && steps.every(tellsRequests));
  return snapshots.length > 0 && areComplete ? false : null;
}

function stepsOf(snapshots: readonly Snapshot[], id: string): EngineStep[] {
  let previous: Engine | null = null;
  return snapshots.flatMap(({ sections, engines }) => {
    const engine = isReadable(sections.engines) ? engines.find((candidate) => candidate.id === id) : undefined;
    if (engine?.up !== true) return [];
    const step = { engine, previous };
    previous = engine;
    return [step];
  });
}

function tellsRequests({ engine }: EngineStep): boolean {
  return engine.requestsRunning !== null && engine.requestsWaiting !== null;
}

function isAtWork({ engine, previous }: EngineStep): boolean {
  const { requestsRunning, requestsWaiting, requestsPerSecond, generationTokensPerSecond } = engine;
  const readings = [requestsRunning, requestsWaiting, requestsPerSecond, generationTokensPerSecond];
  const rises = (['requestsSucceeded', 'promptTokens', 'generationTokens'] as const).map((name) =>
    rise({ engine, previous }, name),
  );
  return [...readings, ...rises].some((value) => value !== null && value > 0);
}

function rise({ engine, previous }: EngineStep, name: keyof Engine['counters']): number | null {
  return counterDelta(previous?.counters[name], engine.counters[name]);
}

export interface FailureCount {
  readonly requests: number;
  readonly failed: number;
}

/**
 * Requests and how many of them failed, by the HTTP server's count or by the engine's, whichever has the larger share.
 * Aborts count too: clients give up on an engine that has become slow. Null without requests.
 */
export function failuresIn(snapshots: readonly Snapshot[], { engines }: EffectReach): FailureCount | null {
  const steps = engines.flatMap((id) => stepsOf(snapshots, id));
  const counts = [countOver(steps, httpFailures), countOver(steps, engineFailures)];
  const usable = counts.filter(({ requests }) => requests > 0);
  return usable.sort((a, b) => errorRatioOf(b) - errorRatioOf(a))[0] ?? null;
}

export function errorRatioOf({ requests, failed }: FailureCount): number {
  return failed / requests;
}

function countOver(steps: readonly EngineStep[], countIn: (step: EngineStep) => FailureCount | null): FailureCount {
  return steps.reduce(
    (total, step) => {
      const count = countIn(step);
      const requests = total.requests + (count?.requests ?? 0);
      return { requests, failed: Math.min(requests, total.failed + (count?.failed ?? 0)) };
    },
    { requests: 0, failed: 0 },
  );
}

function httpFailures(step: EngineStep): FailureCount | null {
  const [requests, failed] = [rise(step, 'httpRequests'), rise(step, 'httpServerErrors')];
  return requests === null || failed === null ? null : { requests, failed };
}

function engineFailures(step: EngineStep): FailureCount | null {
  const requests = rise(step, 'requestsSucceeded');
  const [errors, aborts] = [rise(step, 'requestsErrored'), rise(step, 'requestsAborted')];
  if (requests === null || (errors === null && aborts === null)) return null;
  return { requests, failed: (errors ?? 0) + (aborts ?? 0) };
}
