import type { Gpu } from '@app/core';

/** Why the settings of a GPU are not one engine's to tune; null when they are. */
export function sharingOf({ mig, virtualizationMode }: Gpu, otherEngines: number): string | null {
  if (mig.mode === true) return 'MIG instances share the settings of the GPU';
  if (virtualizationMode !== null && virtualizationMode !== 'None') return 'settings of a virtual GPU are the host’s';
  return otherEngines > 0 ? 'several engines share the GPU' : null;
}
