import type { Engine, Gpu } from '@app/core';
import { enginesOn } from './engine-gpus.js';
import { engineIn } from './history-readings.js';
import { lastOf, type RuleContext, type Run, startOf } from './rule.js';
import { type TtftParts, ttftParts } from './ttft-parts.js';

/** Engines of the newest sample that use the GPU. */
export function enginesOfGpu(run: Run<Gpu>): readonly Engine[] {
  const sample = lastOf(run);
  return enginesOn(sample.subject.id, sample.snapshot);
}

/** Whether an engine on the GPU misses one objective while the rule holds. */
export function missesObjective(
  run: Run<Gpu>,
  context: Pick<RuleContext, 'breaches'>,
  objective: 'ttft' | 'interTokenLatency',
): boolean {
  return enginesOfGpu(run).some(({ id }) => context.breaches[objective](id, startOf(run))?.breached === true);
}

/** Where an engine's time to first token went over the run; null where that is not known. */
export function ttftPartsDuring(run: Run<Gpu>, engine: Engine): TtftParts | null {
  const first = run[0].sample;
  const before = engineIn((first.previous ?? first).snapshot, engine.id);
  return before ? ttftParts(before, engine) : null;
}

/** Requests that run on the GPU; null when no engine on it is known. */
export function requestsOn(engines: readonly Engine[]): number | null {
  const running = engines.map(({ requestsRunning }) => requestsRunning).filter((requests) => requests !== null);
  return running.length === 0 ? null : running.reduce((sum, requests) => sum + requests, 0);
}
