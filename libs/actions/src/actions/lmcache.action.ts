import {
  type Cache,
  type CandidateAction,
  type DeviceState,
  type EffectReach,
  type Finding,
  messageOf,
  type Prediction,
  type Snapshot,
  type WatchedSignal,
} from '@app/core';
import {
  type Action,
  type ActionParameters,
  type ActionTask,
  DeviceUnreadableError,
  type ExecutionOutput,
  type Precondition,
  type ProposalResult,
} from '../action.js';
import type { EndpointCall, HttpExecutor } from '../executors/http.executor.js';
import { cacheAddress, cachesForFinding, subjectOfCache } from './cache-subject.js';
import { addressOf } from './engine-subject.js';
import { inTurn } from './gpu.action.js';
import { allHold, condition, impossible, isImpossible, proposed } from './proposals.js';
import { reachOfCaches } from './reach.js';
import { curl } from './vllm-switch.action.js';

export interface CacheWork {
  readonly parameters: ActionParameters;
  readonly expected: Prediction | null;
}

/** What each member says, by its id. */
export type CacheStates = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export function cacheStatesIn(state: DeviceState): CacheStates {
  return (state['caches'] ?? {}) as CacheStates;
}

/**
 * A call of LMCache's HTTP API, at every address of the cache. Neither generation asks who calls, and both have paths that
 * run scripts: only what is written in these files is ever called.
 */
export abstract class LmcacheAction implements Action {
  abstract readonly type: string;
  abstract readonly watched: readonly WatchedSignal[];
  readonly coolDownSeconds: number = 600;
  readonly settleSeconds: number = 10;
  readonly minimumWindowSeconds: number = 0;
  readonly executeWithinMs: number = 30_000;
  readonly verifyWithinMs: number = 10_000;
  abstract readonly undo: ((task: ActionTask, before: DeviceState) => Promise<ExecutionOutput>) | null;
  protected readonly mode: Cache['mode'] = 'in-process';

  constructor(protected readonly http: HttpExecutor) {}

  async unavailable(): Promise<string | null> {
    return this.http.baseUrls.length === 0 ? 'No LMCache address is configured (LMCACHE_URLS).' : null;
  }

  propose(candidate: CandidateAction, finding: Finding, snapshot: Snapshot): ProposalResult {
    const caches = cachesForFinding(finding, snapshot, {
      mode: this.mode,
      http: this.http,
      prefers: (cache) => this.prefers?.(cache, candidate) ?? true,
    });
    if (isImpossible(caches)) return caches;
    const [first] = caches;
    const work = this.work(candidate, first);
    if (isImpossible(work)) return work;
    const preview = caches.map(({ id }) => curl(addressOf(id), this.call(work.parameters))).join(' && ');
    return proposed({ subject: subjectOfCache(first), members: caches.map(({ id }) => id), preview, ...work });
  }

  /** Which backends a cache has stands in no metric, so that it is asked. */
  async obstacle(task: ActionTask): Promise<string | null> {
    if (this.refusal === undefined) return null;
    try {
      return this.refusal(task, await this.read(task));
    } catch (error) {
      return messageOf(error);
    }
  }

  preconditions(task: ActionTask, snapshot: Snapshot): readonly Precondition[] {
    const caches = task.members.map((id) => snapshot.caches.find((cache) => cache.id === id) ?? null);
    const addressed = caches.map((cache) => cache !== null && cacheAddress(cache, this.http) !== null);
    return [
      condition('Every address of the cache is configured and was read.', allHold(addressed)),
      ...(this.conditions?.(
        task,
        caches.filter((cache) => cache !== null),
      ) ?? []),
    ];
  }

  reach(task: ActionTask, snapshot: Snapshot): EffectReach {
    return reachOfCaches(task.members, snapshot);
  }

  async read(task: ActionTask): Promise<DeviceState> {
    const states = await Promise.all(
      task.members.map(async (id) => [id, await this.readOne(addressOf(id), task)] as const),
    );
    return { caches: Object.fromEntries(states) };
  }

  isReached(state: DeviceState, task: ActionTask, before: DeviceState): boolean {
    const [now, then] = [cacheStatesIn(state), cacheStatesIn(before)];
    return task.members.every((id) => this.isReachedOne(now[id] ?? {}, task, then[id] ?? {}));
  }

  execute(task: ActionTask, before: DeviceState): Promise<ExecutionOutput> {
    const refusal = this.refusal?.(task, before) ?? null;
    if (refusal !== null) return Promise.resolve({ isAccepted: false, isDefinite: true, text: refusal });
    return this.tell(task.members, this.call(task.parameters));
  }

  isRestored(state: DeviceState, before: DeviceState, task: ActionTask): boolean {
    const [now, then] = [cacheStatesIn(state), cacheStatesIn(before)];
    return task.members.every((id) => this.isRestoredOne(now[id] ?? {}, then[id] ?? {}, task));
  }

  abstract inverse(task: ActionTask, before: DeviceState | null): CandidateAction | null;

  protected abstract call(parameters: ActionParameters): EndpointCall;
  protected abstract work(candidate: CandidateAction, cache: Cache): CacheWork | ReturnType<typeof impossible>;
  /** @throws DeviceUnreadableError */
  protected abstract readOne(url: string, task: ActionTask): Promise<Readonly<Record<string, unknown>>>;
  protected abstract isReachedOne(
    state: Readonly<Record<string, unknown>>,
    task: ActionTask,
    before: Readonly<Record<string, unknown>>,
  ): boolean;
  protected abstract isRestoredOne(
    state: Readonly<Record<string, unknown>>,
    before: Readonly<Record<string, unknown>>,
    task: ActionTask,
  ): boolean;

  /** Which of several caches of a host or an engine is meant; any of them where it does not matter. */
  protected prefers?(cache: Cache, candidate: CandidateAction): boolean;
  protected conditions?(task: ActionTask, caches: readonly Cache[]): readonly Precondition[];
  /** Why the state as it was read forbids it; null where nothing does. */
  protected refusal?(task: ActionTask, before: DeviceState): string | null;

  /** One address after the other, up to the first that does not take it. */
  protected tell(members: readonly string[], call: EndpointCall): Promise<ExecutionOutput> {
    return inTurn(members.map((id) => () => this.http.change(addressOf(id), call)));
  }
}

/** A field of an answer, of the expected kind. */
export function textsIn(answer: unknown, field: string, url: string): readonly string[] {
  const value = fieldIn(answer, field);
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value as string[];
  throw new DeviceUnreadableError(`${url} does not say ${field}.`);
}

export function fieldIn(answer: unknown, field: string): unknown {
  return typeof answer === 'object' && answer !== null
    ? (answer as Readonly<Record<string, unknown>>)[field]
    : undefined;
}
