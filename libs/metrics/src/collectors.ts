import type { Settings } from '@app/config';
import type { Clock } from '@app/core';
import { EngineCollector } from './engine/index.js';
import { DcgmClient, GpuCollector, NvidiaSmiClient } from './gpu/index.js';
import { KernelLogCollector } from './kernel-log/index.js';
import { LmcacheCollector } from './lmcache/index.js';
import type { Collectors } from './snapshot/index.js';
import { SystemCollector } from './system/index.js';

/** Injection token of the collectors of this machine, one per section of a snapshot. */
export const COLLECTORS = Symbol('collectors');

/** One line per source. */
export function collectorsOf(settings: Settings, clock: Clock): Collectors {
  const { sources } = settings;
  return {
    gpu: gpuCollector(settings, clock),
    system: new SystemCollector(clock, { nodeExporterUrl: sources.nodeExporterUrl }),
    engines: new EngineCollector(settings, clock),
    lmcache: new LmcacheCollector(settings, clock),
    kernelLog: new KernelLogCollector(sources.kernelLog, clock),
  };
}

function gpuCollector({ sources }: Settings, clock: Clock): Collectors['gpu'] {
  const nvidiaSmi = new NvidiaSmiClient({ clock });
  const dcgm = sources.dcgmUrl === null ? null : new DcgmClient(sources.dcgmUrl);
  const gpu = new GpuCollector({ source: sources.gpu, nvidiaSmi, dcgm, clock });
  // The client holds the helper process that has to end with the service.
  return { collect: (timeoutMs) => gpu.collect(timeoutMs), close: () => nvidiaSmi.close() };
}
