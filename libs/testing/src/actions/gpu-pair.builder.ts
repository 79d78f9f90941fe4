import type { Snapshot } from '@app/core';
import { aFrame, aFrameEngine, aFrameGpu, FRAME_GPU_UUID } from '../analysis/frame.builder.js';

export const FIRST_GPU = FRAME_GPU_UUID;
export const SECOND_GPU = 'GPU-22222222-2222-3333-4444-555555555555';

export type GpuPatch = Parameters<typeof aFrameGpu>[0];

/** Two GPUs that one engine runs on. */
export function aGpuPair(first: GpuPatch = {}, second: GpuPatch = {}): Snapshot {
  const other = { index: 1, uuid: SECOND_GPU, pciBusId: '00000000:5E:00.0', ...second } as GpuPatch;
  return aFrame(0, {
    gpus: [aFrameGpu(first), aFrameGpu(other)],
    engines: [aFrameEngine({ gpuUuids: [FIRST_GPU, SECOND_GPU] })],
  });
}
