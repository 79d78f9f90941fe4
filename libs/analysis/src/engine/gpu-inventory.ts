import type { Snapshot } from '@app/core';
import { gpuIdOf } from '@app/core';
import { isReadable } from '../rules/section-readings.js';

/** The GPUs that a host should have. */
export interface GpuInventory {
  readonly ids: readonly string[];
  readonly isConfigured: boolean;
}

/** As configured, else those of the frame that shows most of them. */
export function gpuInventoryOf(window: readonly Snapshot[], configured: readonly string[] | undefined): GpuInventory {
  if (configured && configured.length > 0) return { ids: [...new Set(configured)], isConfigured: true };
  let ids: readonly string[] = [];
  for (const { sections, gpus } of window) {
    if (!isReadable(sections.gpu) || gpus.length < ids.length) continue;
    ids = [...new Set(gpus.map((gpu) => gpuIdOf(gpu)))];
  }
  return { ids, isConfigured: false };
}
