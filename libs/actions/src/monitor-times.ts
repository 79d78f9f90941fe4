import type { Settings } from '@app/config';
import type { Action } from './action.js';

export interface MonitorTimes {
  readonly settleSeconds: number;
  /** Of the window before and of that after. */
  readonly windowSeconds: number;
}

/** How long the effect of an action is watched: what `CONFIG_FILE` says of its type, else what the type needs at least. */
export function monitorTimes(
  action: Pick<Action, 'type' | 'settleSeconds' | 'minimumWindowSeconds'>,
  settings: Pick<Settings, 'monitor' | 'policy'>,
): MonitorTimes {
  const own = Object.hasOwn(settings.monitor, action.type) ? settings.monitor[action.type] : undefined;
  return {
    settleSeconds: own?.settleSeconds ?? action.settleSeconds,
    windowSeconds: own?.windowSeconds ?? Math.max(settings.policy.monitorWindowSeconds, action.minimumWindowSeconds),
  };
}
