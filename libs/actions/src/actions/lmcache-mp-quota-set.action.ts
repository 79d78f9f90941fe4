import type { CandidateAction, DeviceState } from '@app/core';
import type { ActionParameters, ActionTask, ExecutionOutput } from '../action.js';
import { DeviceUnreadableError } from '../action.js';
import type { EndpointCall } from '../executors/http.executor.js';
import { addressOf } from './engine-subject.js';
import { inTurn } from './gpu.action.js';
import { cacheStatesIn, type CacheWork, fieldIn, LmcacheAction } from './lmcache.action.js';
import { impossible } from './proposals.js';
import { CACHE_HITS_GUARD, SERVING_GUARDS } from './watched-signals.js';

/** The only policy that looks at quotas; with another one they are kept and ignored. */
const POLICY = 'IsolatedLRU';
/** Newer servers first, then those that have their paths below `/api`. */
const PREFIXES = ['/quota', '/api/quota'] as const;
const DEEPEST = 6;

type QuotaState = {
  readonly exists?: boolean;
  readonly limitGb?: number;
  readonly policy?: string;
  readonly prefix?: string;
};

/** Bounds what a tenant may hold. An unregistered salt has a quota of nothing, so taking the entry away is the way back. */
export class LmcacheMpQuotaSetAction extends LmcacheAction {
  readonly type = 'lmcache-mp-quota-set';
  readonly watched = [CACHE_HITS_GUARD, ...SERVING_GUARDS];
  protected override readonly mode = 'mp';

  protected work({ parameters }: CandidateAction): CacheWork | ReturnType<typeof impossible> {
    const { cacheSalt, limitGb } = parameters;
    // Dots alone would be steps in a path, not a name.
    if (typeof cacheSalt !== 'string' || /^\.*$/.test(cacheSalt)) return impossible('no cache salt was named');
    if (typeof limitGb !== 'number' || !(limitGb > 0)) return impossible('no quota in GB was given');
    return { parameters: { cacheSalt, limitGb }, expected: null };
  }

  protected call(parameters: ActionParameters): EndpointCall {
    return putQuota(PREFIXES[0], String(parameters['cacheSalt']), Number(parameters['limitGb']));
  }

  protected async readOne(url: string, { parameters }: ActionTask): Promise<QuotaState> {
    const salt = String(parameters['cacheSalt']);
    const policy = policyIn(await this.http.read(url, '/conf')) ?? 'unknown';
    for (const prefix of PREFIXES) {
      const result = await this.http.send(url, { method: 'GET', path: quotaPath(prefix, salt) });
      if (result.kind === 'failure') throw new DeviceUnreadableError(`${url} ${result.reason}.`);
      if (result.status === 404) continue;
      const quota = result.status === 200 ? jsonIn(result.text) : null;
      const [exists, limitGb] = [fieldIn(quota, 'exists'), fieldIn(quota, 'limit_gb')];
      if (typeof limitGb !== 'number') break;
      return { exists: exists !== false, limitGb, policy, prefix };
    }
    throw new DeviceUnreadableError(`${url} does not tell the quota of the salt.`);
  }

  protected override refusal({ members }: ActionTask, before: DeviceState): string | null {
    const states = cacheStatesIn(before) as Readonly<Record<string, QuotaState>>;
    const other = members.find((id) => states[id]?.policy !== POLICY);
    if (other === undefined) return null;
    return `The eviction policy of ${other} is ${states[other]?.policy ?? 'unknown'}; quotas count only with ${POLICY}.`;
  }

  override execute(task: ActionTask, before: DeviceState): Promise<ExecutionOutput> {
    const refusal = this.refusal(task, before);
    if (refusal !== null) return Promise.resolve({ isAccepted: false, isDefinite: true, text: refusal });
    const { cacheSalt, limitGb } = task.parameters;
    return this.forEach(task, before, (prefix) => putQuota(prefix, String(cacheSalt), Number(limitGb)));
  }

  readonly undo = (task: ActionTask, before: DeviceState): Promise<ExecutionOutput> => {
    const salt = String(task.parameters['cacheSalt']);
    return this.forEach(task, before, (prefix, { exists, limitGb }) =>
      exists === true && limitGb !== undefined
        ? putQuota(prefix, salt, limitGb)
        : { method: 'DELETE', path: quotaPath(prefix, salt) },
    );
  };

  protected isReachedOne({ exists, limitGb }: QuotaState, { parameters }: ActionTask): boolean {
    return exists === true && limitGb !== undefined && isSameSize(limitGb, Number(parameters['limitGb']));
  }

  protected isRestoredOne({ exists, limitGb }: QuotaState, before: QuotaState): boolean {
    if (exists === undefined || exists !== before.exists) return false;
    return !exists || isSameSize(limitGb ?? Number.NaN, before.limitGb ?? Number.NaN);
  }

  inverse({ parameters, members }: ActionTask, before: DeviceState | null): CandidateAction | null {
    const former = (before === null ? undefined : cacheStatesIn(before)[members[0] ?? '']) as QuotaState | undefined;
    const cacheSalt = String(parameters['cacheSalt']);
    if (former?.exists !== true || former.limitGb === undefined) return { type: this.type, parameters: { cacheSalt } };
    return { type: this.type, parameters: { cacheSalt, limitGb: former.limitGb } };
  }

  private forEach(
    { members }: ActionTask,
    before: DeviceState,
    callOf: (prefix: string, state: QuotaState) => EndpointCall,
  ): Promise<ExecutionOutput> {
    const states = cacheStatesIn(before) as Readonly<Record<string, QuotaState>>;
    const calls = members.map((id) => {
      const state = states[id] ?? {};
      return () => this.http.change(addressOf(id), callOf(state.prefix ?? PREFIXES[0], state));
    });
    return inTurn(calls);
  }
}

function quotaPath(prefix: string, salt: string): `/${string}` {
  return `/${prefix.slice(1)}/${encodeURIComponent(salt)}`;
}

function putQuota(prefix: string, salt: string, limitGb: number): EndpointCall {
  return { method: 'PUT', path: quotaPath(prefix, salt), json: { limit_gb: limitGb } };
}

/** The server keeps bytes, so a decimal may come back a little different. */
function isSameSize(gb: number, wanted: number): boolean {
  return Math.abs(gb - wanted) <= 1e-6 * Math.max(1, wanted);
}

/** Wherever the configuration of this version has it. */
function policyIn(configuration: unknown, depth = 0): string | null {
  if (typeof configuration !== 'object' || configuration === null || depth > DEEPEST) return null;
  for (const [key, value] of Object.entries(configuration)) {
    if (/^eviction_?policy(_name)?$/i.test(key) && typeof value === 'string') return value;
    const found = policyIn(value, depth + 1);
    if (found !== null) return found;
  }
  return null;
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Of a server that answers with a page of its own nothing is known.
    return null;
  }
}
