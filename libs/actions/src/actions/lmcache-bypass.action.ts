import type { Cache, CandidateAction, DeviceState } from '@app/core';
import type { ActionParameters, ActionTask, ExecutionOutput, Precondition } from '../action.js';
import type { EndpointCall } from '../executors/http.executor.js';
import { hasRemoteTier, REMOTE_BACKEND } from './cache-subject.js';
import { cacheStatesIn, type CacheWork, LmcacheAction, textsIn } from './lmcache.action.js';
import { allHold, condition, impossible } from './proposals.js';
import { ITL_GUARD, TOKENS_GUARD, TTFT_TARGET } from './watched-signals.js';

/** Names as LMCache gives its backends, so that nothing else gets into a query. */
const BACKEND_NAME = /^[A-Za-z][\w.-]{0,99}$/;

type BypassState = { readonly bypassed?: readonly string[]; readonly backends?: readonly string[] };

abstract class BypassAction extends LmcacheAction {
  readonly watched = [TTFT_TARGET, ITL_GUARD, TOKENS_GUARD];
  protected abstract readonly isBypass: boolean;

  protected call({ backendName }: ActionParameters): EndpointCall {
    return bypassCall(this.isBypass, String(backendName));
  }

  protected async readOne(url: string): Promise<BypassState> {
    const answer = await this.http.read(url, '/bypass/list');
    return {
      bypassed: [...textsIn(answer, 'bypassed_backends', url)].sort(),
      backends: [...textsIn(answer, 'all_backends', url)].sort(),
    };
  }

  protected isReachedOne({ bypassed }: BypassState, { parameters }: ActionTask): boolean {
    return bypassed !== undefined && bypassed.includes(String(parameters['backendName'])) === this.isBypass;
  }

  protected isRestoredOne({ bypassed }: BypassState, before: BypassState, { parameters }: ActionTask): boolean {
    const name = String(parameters['backendName']);
    return bypassed !== undefined && bypassed.includes(name) === (before.bypassed?.includes(name) ?? null);
  }

  protected override refusal({ members, parameters }: ActionTask, before: DeviceState): string | null {
    const name = String(parameters['backendName']);
    const states = cacheStatesIn(before) as Readonly<Record<string, BypassState>>;
    const without = members.find((id) => states[id]?.backends?.includes(name) !== true);
    if (without === undefined) return null;
    const known = states[without]?.backends?.join(', ') ?? 'none that it tells of';
    return `${without} has no backend ${name}; it has ${known}. Nothing was changed.`;
  }

  /** Only those that were not so before: one that LMCache bypasses itself is not ours to put back. */
  readonly undo = ({ members, parameters }: ActionTask, before: DeviceState): Promise<ExecutionOutput> => {
    const name = String(parameters['backendName']);
    const states = cacheStatesIn(before) as Readonly<Record<string, BypassState>>;
    const wasOtherwise = ({ backends, bypassed }: BypassState): boolean =>
      backends?.includes(name) === true && bypassed?.includes(name) === !this.isBypass;
    const changed = members.filter((id) => wasOtherwise(states[id] ?? {}));
    return this.tell(changed, bypassCall(!this.isBypass, name));
  };
}

/** Takes a slow or failing tier out of use: what it holds is computed anew, which may well be faster. */
export class LmcacheBypassAddAction extends BypassAction {
  readonly type = 'lmcache-bypass-add';
  protected readonly isBypass = true;

  protected override prefers(cache: Cache, { parameters }: CandidateAction): boolean {
    return parameters['backendName'] !== REMOTE_BACKEND || hasRemoteTier(cache);
  }

  protected work({ parameters }: CandidateAction, cache: Cache): CacheWork | ReturnType<typeof impossible> {
    const backendName = parameters['backendName'] ?? (hasRemoteTier(cache) ? REMOTE_BACKEND : undefined);
    if (backendName === undefined) return impossible('no backend was named, and the cache shows no remote tier');
    if (typeof backendName !== 'string' || !BACKEND_NAME.test(backendName))
      return impossible('that is no name of a backend');
    const basis = 'Prompts no longer wait for the backend; what it held is computed anew.';
    const expected = { signal: TTFT_TARGET.signal, direction: 'down', changeRatio: null, basis } as const;
    return { parameters: { backendName }, expected };
  }

  inverse({ parameters }: ActionTask): CandidateAction {
    return { type: 'lmcache-bypass-remove', parameters: { backendName: String(parameters['backendName']) } };
  }
}

export class LmcacheBypassRemoveAction extends BypassAction {
  readonly type = 'lmcache-bypass-remove';
  protected readonly isBypass = false;

  protected work({ parameters }: CandidateAction): CacheWork | ReturnType<typeof impossible> {
    const { backendName } = parameters;
    if (typeof backendName !== 'string' || !BACKEND_NAME.test(backendName)) return impossible('no backend was named');
    const basis = 'What the backend holds need not be computed again.';
    const expected = { signal: TTFT_TARGET.signal, direction: 'down', changeRatio: null, basis } as const;
    return { parameters: { backendName }, expected };
  }

  protected override conditions({ parameters }: ActionTask, caches: readonly Cache[]): readonly Precondition[] {
    const isRemote = parameters['backendName'] === REMOTE_BACKEND;
    const pings = caches.map(({ remotePingErrorCode: code }) => (isRemote && code !== null ? code === 0 : true));
    const healthy = caches.map((cache) => cache.healthy);
    return [condition('The cache is healthy and reaches its remote tier.', allHold([...pings, ...healthy]))];
  }

  inverse({ parameters }: ActionTask): CandidateAction {
    return { type: 'lmcache-bypass-add', parameters: { backendName: String(parameters['backendName']) } };
  }
}

function bypassCall(isBypass: boolean, backendName: string): EndpointCall {
  return { method: 'PUT', path: isBypass ? '/bypass/add' : '/bypass/remove', query: { backend_name: backendName } };
}
