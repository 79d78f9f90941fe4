import type { CandidateAction, DeviceState } from '@app/core';
import type { ActionTask, ExecutionOutput } from '../action.js';
import { DeviceUnreadableError } from '../action.js';
import type { EndpointCall } from '../executors/http.executor.js';
import { cacheStatesIn, type CacheWork, fieldIn, LmcacheAction } from './lmcache.action.js';
import { CACHE_HITS_GUARD, EVICTIONS_TARGET, TOKENS_GUARD, TTFT_GUARD } from './watched-signals.js';

type FreezeState = { readonly isFrozen?: boolean };

abstract class FreezeAction extends LmcacheAction {
  protected abstract readonly isFreeze: boolean;

  protected call(): EndpointCall {
    return freezeCall(this.isFreeze);
  }

  protected async readOne(url: string): Promise<FreezeState> {
    const isFrozen = fieldIn(await this.http.read(url, '/hot_cache_freeze_mode/status'), 'hot_cache_freeze_mode');
    if (typeof isFrozen !== 'boolean') throw new DeviceUnreadableError(`${url} does not say whether it is frozen.`);
    return { isFrozen };
  }

  protected isReachedOne({ isFrozen }: FreezeState): boolean {
    return isFrozen === this.isFreeze;
  }

  protected isRestoredOne({ isFrozen }: FreezeState, before: FreezeState): boolean {
    return isFrozen !== undefined && isFrozen === before.isFrozen;
  }

  readonly undo = ({ members }: ActionTask, before: DeviceState): Promise<ExecutionOutput> => {
    const states = cacheStatesIn(before) as Readonly<Record<string, FreezeState>>;
    const changed = members.filter((id) => states[id]?.isFrozen === !this.isFreeze);
    return this.tell(changed, freezeCall(!this.isFreeze));
  };
}

/** Keeps what is hot and stores nothing new. */
export class LmcacheFreezeOnAction extends FreezeAction {
  readonly type = 'lmcache-freeze-on';
  readonly watched = [EVICTIONS_TARGET, CACHE_HITS_GUARD, TTFT_GUARD, TOKENS_GUARD];
  protected readonly isFreeze = true;

  protected work(): CacheWork {
    const basis = 'A frozen cache stores nothing, so that nothing has to go for it.';
    return {
      parameters: {},
      expected: { signal: EVICTIONS_TARGET.signal, direction: 'down', changeRatio: null, basis },
    };
  }

  inverse(): CandidateAction {
    return { type: 'lmcache-freeze-off', parameters: {} };
  }
}

export class LmcacheFreezeOffAction extends FreezeAction {
  readonly type = 'lmcache-freeze-off';
  readonly watched = [TTFT_GUARD, TOKENS_GUARD];
  protected readonly isFreeze = false;

  protected work(): CacheWork {
    return { parameters: {}, expected: null };
  }

  inverse(): CandidateAction {
    return { type: 'lmcache-freeze-on', parameters: {} };
  }
}

function freezeCall(isFreeze: boolean): EndpointCall {
  return { method: 'PUT', path: isFreeze ? '/hot_cache_freeze_mode/enable' : '/hot_cache_freeze_mode/disable' };
}
