import type { Stage } from './scene.js';
import type { MachineState, RunningHost } from '../support/simulated-host.js';

/** Something that somebody else did to the host, what finds it, what takes it away, and how the machine shows that. */
export interface Trouble {
  readonly what: string;
  readonly rule: string;
  readonly remedy: string;
  /** Kind of command that the remedy becomes. */
  readonly command: string;
  readonly hostOptions?: readonly string[];
  make(host: RunningHost): Promise<unknown>;
  isGone(state: MachineState): boolean;
  /** After a rollback, where going back is not the very same setting; else the setting has to be equal. */
  isLikeBefore?(state: MachineState): boolean;
  /** The setting as the machine has it, for comparison. */
  setting(state: MachineState): string;
}

export const LOCKED_CLOCKS: Trouble = {
  what: 'clocks locked at 1200 MHz (nvidia-smi -lgc)',
  rule: 'gpu-clocks-locked-low',
  remedy: 'gpu-reset-clocks',
  command: 'gpu-reset-clocks',
  make: (host) => host.nvidiaSmi('-lgc', '1200'),
  isGone: ({ gpus }) => gpus.every(({ clocks }) => clocks.lockedMhz === null),
  // What a lock was can't be read: it goes back to the clock that was seen.
  isLikeBefore: ({ gpus }) => gpus.every(({ clocks }) => clocks.lockedMhz?.[1] === 1200),
  setting: ({ gpus }) => JSON.stringify(gpus.map(({ clocks }) => clocks.lockedMhz)),
};

export const LOW_POWER_LIMIT: Trouble = {
  what: 'power limit of GPU 0 set to 200 W (nvidia-smi -pl)',
  rule: 'gpu-power-limit-below-default',
  remedy: 'gpu-restore-power-limit',
  command: 'gpu-power-limit',
  make: (host) => host.nvidiaSmi('-i', '0', '-pl', '200'),
  isGone: ({ gpus }) => gpus.every(({ power }) => power.requestedLimitWatts === power.defaultLimitWatts),
  setting: ({ gpus }) => JSON.stringify(gpus.map(({ power }) => power.requestedLimitWatts)),
};

export const NO_PERSISTENCE: Trouble = {
  what: 'persistence mode off (nvidia-smi -pm 0)',
  rule: 'persistence-mode-off',
  remedy: 'gpu-persistence-on',
  command: 'gpu-persistence',
  make: (host) => host.nvidiaSmi('-pm', '0'),
  isGone: ({ gpus }) => gpus.every(({ isPersistent }) => isPersistent),
  setting: ({ gpus }) => JSON.stringify(gpus.map(({ isPersistent }) => isPersistent)),
};

export const PROHIBITED: Trouble = {
  what: 'compute mode prohibited (nvidia-smi -c 2)',
  rule: 'compute-mode-restrictive',
  remedy: 'gpu-compute-mode-default',
  command: 'gpu-compute-mode',
  make: (host) => host.nvidiaSmi('-c', '2'),
  isGone: ({ gpus }) => gpus.every(({ computeMode }) => computeMode === 'Default'),
  setting: ({ gpus }) => JSON.stringify(gpus.map(({ computeMode }) => computeMode)),
};

export const ASLEEP: Trouble = {
  what: 'engine asleep with traffic (POST /sleep)',
  rule: 'engine-asleep-with-traffic',
  remedy: 'vllm-wake',
  command: 'engine-wake',
  make: (host) => engineCall(host, '/sleep?level=1'),
  isGone: ({ engines }) => engines.every(({ isAsleep }) => !isAsleep),
  setting: ({ engines }) => JSON.stringify(engines.map(({ isAsleep }) => isAsleep)),
};

export const SLOW_REMOTE: Trouble = {
  what: 'fault slow-remote-cache',
  rule: 'lmcache-remote-slow',
  remedy: 'lmcache-bypass-add',
  command: 'cache-bypass',
  hostOptions: ['--remote-gib', '400'],
  make: (host) => host.inject('slow-remote-cache'),
  isGone: ({ caches }) => caches.every(({ bypassed }) => bypassed.includes('RemoteBackend')),
  setting: ({ caches }) => JSON.stringify(caches.map(({ bypassed }) => bypassed)),
};

export const TROUBLES = [LOCKED_CLOCKS, LOW_POWER_LIMIT, NO_PERSISTENCE, PROHIBITED, ASLEEP, SLOW_REMOTE] as const;

export async function engineCall({ environment }: Pick<RunningHost, 'environment'>, path: string): Promise<void> {
  const [url = ''] = (environment['ENGINE_URLS'] ?? '').split(',');
  await fetch(`${url}${path}`, { method: 'POST' });
}

/** Makes it, and waits until the agent has found it. */
export async function found({ host, operator }: Stage, trouble: Trouble, seconds: number): Promise<void> {
  await trouble.make(host);
  await operator.untilConfirmed([trouble.rule], seconds);
}
