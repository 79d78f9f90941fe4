import type { GpuView, MachineView } from '../machine/machine-view.js';

/** What can be changed on the host from outside, as `nvidia-smi` and the admin endpoints ask for it. Indexes are those of the view. */
export type HostCommand =
  | { readonly kind: 'gpu-power-limit'; readonly gpu: number; readonly watts: number }
  | { readonly kind: 'gpu-lock-clocks'; readonly gpu: number; readonly minMhz: number; readonly maxMhz: number }
  | { readonly kind: 'gpu-reset-clocks'; readonly gpu: number }
  | { readonly kind: 'gpu-persistence'; readonly gpu: number; readonly isOn: boolean }
  | { readonly kind: 'gpu-compute-mode'; readonly gpu: number; readonly mode: GpuView['computeMode'] }
  | { readonly kind: 'engine-sleep'; readonly engine: number; readonly level: number }
  | { readonly kind: 'engine-wake'; readonly engine: number }
  | { readonly kind: 'engine-pause'; readonly engine: number }
  | { readonly kind: 'engine-resume'; readonly engine: number }
  | { readonly kind: 'engine-reset-prefix-cache'; readonly engine: number }
  | { readonly kind: 'cache-bypass'; readonly cache: number; readonly backend: string; readonly isBypassed: boolean }
  | { readonly kind: 'cache-freeze'; readonly cache: number; readonly isFrozen: boolean }
  /** Null: every location. */
  | { readonly kind: 'cache-clear'; readonly cache: number; readonly locations: readonly string[] | null };
export type HostCommandKind = HostCommand['kind'];

/**
 * What the asker is told of a command, which need not be what happened. `count`: objects that a clear removed. `denied`:
 * the asker is not root.
 */
export type CommandOutcome =
  | { readonly kind: 'done'; readonly count?: number }
  | { readonly kind: 'denied' }
  | { readonly kind: 'failed'; readonly reason: string };

/** The machine as the surface needs it: something to read, and something to ask. A slow answer makes the asker wait. */
export interface SimulatedHost {
  view(): MachineView;
  perform(command: HostCommand): CommandOutcome | Promise<CommandOutcome>;
}
