import type { RunStep } from '../domain/run.js';

/** Told of every step of a run once it is stored; it must neither throw nor wait, since the run does not wait for it. */
export abstract class StepObserver {
  abstract stepFinished(step: RunStep): void;
}
