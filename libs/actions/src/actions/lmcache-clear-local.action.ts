import type { CandidateAction } from '@app/core';
import type { ActionParameters, ActionTask } from '../action.js';
import { DeviceUnreadableError } from '../action.js';
import type { EndpointCall } from '../executors/http.executor.js';
import { type CacheWork, LmcacheAction } from './lmcache.action.js';
import { impossible } from './proposals.js';
import { SERVING_GUARDS } from './watched-signals.js';

const LOCATIONS = ['LocalCPUBackend', 'LocalDiskBackend'] as const;
type Location = (typeof LOCATIONS)[number];
/** Bytes that a tier holds, as the metrics page has it; older and newer spellings. */
const USAGE_SERIES: Readonly<Record<Location, RegExp>> = {
  LocalCPUBackend: /^lmcache:local_cache_usage(?:_bytes)?(?:\{[^}\n]*\})?[ \t]+(\S+)/gm,
  LocalDiskBackend: /^lmcache:local_storage_usage(?:_bytes)?(?:\{[^}\n]*\})?[ \t]+(\S+)/gm,
};
const MAX_PAGE_BYTES = 4 * 1024 * 1024;
/** An engine that serves fills the tier again at once, so it need not be empty when it is looked at. */
const LEFT_RATIO = 0.5;

type ClearState = { readonly usedBytes?: number };

/** Empties one local tier. There is no way back: what was in it is computed again. */
export class LmcacheClearLocalAction extends LmcacheAction {
  readonly type = 'lmcache-clear-local';
  readonly watched = SERVING_GUARDS;
  override readonly coolDownSeconds = 1800;
  override readonly undo = null;

  /** The location is always named: without one everything goes. */
  protected call({ location }: ActionParameters): EndpointCall {
    return { method: 'DELETE', path: '/cache/clear', query: { locations: String(location) } };
  }

  protected work({ parameters }: CandidateAction): CacheWork | ReturnType<typeof impossible> {
    const location = locationIn(parameters);
    if (location === null) return impossible(`the tier has to be named: ${LOCATIONS.join(' or ')}`);
    return { parameters: { location }, expected: null };
  }

  protected async readOne(url: string, { parameters }: ActionTask): Promise<ClearState> {
    const location = locationIn(parameters);
    const page = await this.http.send(url, { method: 'GET', path: '/metrics', maxBytes: MAX_PAGE_BYTES });
    if (page.kind === 'failure') throw new DeviceUnreadableError(`${url} ${page.reason}.`);
    const values =
      location === null ? [] : [...page.text.matchAll(USAGE_SERIES[location])].map((match) => Number(match[1]));
    if (page.status !== 200 || values.length === 0 || values.some((value) => !Number.isFinite(value))) {
      throw new DeviceUnreadableError(`${url}/metrics does not say how much ${String(location)} holds.`);
    }
    return { usedBytes: values.reduce((sum, value) => sum + value, 0) };
  }

  protected isReachedOne({ usedBytes }: ClearState, _task: ActionTask, before: ClearState): boolean {
    if (usedBytes === undefined || before.usedBytes === undefined) return false;
    return usedBytes === 0 || usedBytes <= before.usedBytes * LEFT_RATIO;
  }

  protected isRestoredOne({ usedBytes }: ClearState, before: ClearState): boolean {
    return usedBytes !== undefined && before.usedBytes !== undefined && usedBytes > before.usedBytes * LEFT_RATIO;
  }

  inverse(): null {
    return null;
  }
}

function locationIn({ location }: ActionParameters): Location | null {
  return LOCATIONS.find((known) => known === location) ?? null;
}
