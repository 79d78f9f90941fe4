import { cacheLoss } from './cache-loss.fault.js';
import { counterReset } from './counter-reset.fault.js';
import { eccUncorrected } from './ecc-uncorrected.fault.js';
import { engineHang } from './engine-hang.fault.js';
import { engineRestart } from './engine-restart.fault.js';
import { fanFailure } from './fan-failure.fault.js';
import type { Fault } from './fault.js';
import { gpuOffBus } from './gpu-off-bus.fault.js';
import { hungNvidiaSmi } from './hung-nvidia-smi.fault.js';
import { kvThrash } from './kv-thrash.fault.js';
import { longPrompts } from './long-prompts.fault.js';
import { noisyNeighbourCpu } from './noisy-neighbour-cpu.fault.js';
import { noisyNeighbourDisk } from './noisy-neighbour-disk.fault.js';
import { noisyNeighbourMemory } from './noisy-neighbour-memory.fault.js';
import { powerBrake } from './power-brake.fault.js';
import { powerCap } from './power-cap.fault.js';
import { remapPending } from './remap-pending.fault.js';
import { renamedMetrics } from './renamed-metrics.fault.js';
import { slowRemoteCache } from './slow-remote-cache.fault.js';
import { trafficBurst } from './traffic-burst.fault.js';

/** Every fault, in the order in which they are listed. */
export const FAULTS: readonly Fault[] = [
  fanFailure,
  powerCap,
  powerBrake,
  noisyNeighbourCpu,
  noisyNeighbourMemory,
  noisyNeighbourDisk,
  trafficBurst,
  longPrompts,
  kvThrash,
  cacheLoss,
  slowRemoteCache,
  gpuOffBus,
  eccUncorrected,
  remapPending,
  hungNvidiaSmi,
  engineHang,
  engineRestart,
  renamedMetrics,
  counterReset,
];
