import type { Machine } from '../machine/index.js';

/** A GPU that was reset has nothing left of the engines that used it: they start anew. */
export function restartEnginesOf(machine: Machine, gpu: number): void {
  for (const engine of machine.engines) if (engine.gpus.includes(gpu)) engine.restart();
}
