import type { MachineView } from '../machine/index.js';

/** The same with all times so many milliseconds later. */
export function shiftedView(view: MachineView, byMs: number): MachineView {
  return {
    ...view,
    atMs: view.atMs + byMs,
    bootedAtMs: view.bootedAtMs + byMs,
    engines: view.engines.map((engine) => ({ ...engine, startedAtMs: engine.startedAtMs + byMs })),
    kernelEvents: view.kernelEvents.map((event) => ({ ...event, atMs: event.atMs + byMs })),
  };
}
