import type { Engine, Snapshot, System } from '@app/core';
import { aFrame, aFrameEngine, aFrameSystem } from '../analysis/frame.builder.js';

/** A host with nothing wrong. */
export function aSystem(overrides: Parameters<typeof aFrameSystem>[0] = {}): System {
  return aFrameSystem(overrides);
}

/** A vLLM engine that serves without a queue. */
export function anEngine(overrides: Parameters<typeof aFrameEngine>[0] = {}): Engine {
  return aFrameEngine(overrides);
}

/** A healthy host with one engine; GPUs only where they are given. */
export function aSnapshot(overrides: Partial<Snapshot> = {}): Snapshot {
  return { ...aFrame(0, { gpus: [], engines: [anEngine({ gpuUuids: null })] }), ...overrides };
}
