import type { EffectReach, Engine, Prediction, Snapshot } from '@app/core';
import type { ActionTask, Precondition } from '../action.js';
import { condition } from './proposals.js';
import { reachOfEngines } from './reach.js';
import { type EngineSwitch, isIdle, VllmSwitchAction } from './vllm-switch.action.js';
import { ITL_GUARD, TTFT_GUARD, WAITING_TARGET } from './watched-signals.js';

/** Without a mode, running requests are aborted. */
const PAUSE_SWITCH: EngineSwitch = {
  statePath: '/is_paused',
  field: 'is_paused',
  on: { method: 'POST', path: '/pause', query: { mode: 'wait' } },
  off: { method: 'POST', path: '/resume' },
};

/** Stops scheduling. Only of an idle engine, for a version that does not know `mode` would abort what runs. */
export class VllmPauseAction extends VllmSwitchAction {
  readonly type = 'vllm-pause';
  readonly watched = [TTFT_GUARD, ITL_GUARD];
  readonly coolDownSeconds = 600;
  protected readonly engineSwitch = PAUSE_SWITCH;
  protected readonly isOn = true;
  protected readonly inverseType = 'vllm-resume';

  protected prediction(): null {
    return null;
  }

  protected conditions(engine: Engine): readonly Precondition[] {
    return [condition('No request runs, waits or comes in.', isIdle(engine))];
  }
}

export class VllmResumeAction extends VllmSwitchAction {
  readonly type = 'vllm-resume';
  readonly watched = [WAITING_TARGET];
  readonly coolDownSeconds = 600;
  protected readonly engineSwitch = PAUSE_SWITCH;
  protected readonly isOn = false;
  protected readonly inverseType = 'vllm-pause';

  protected prediction(): Prediction {
    const basis = 'An engine that schedules again takes what waits for it.';
    return { signal: WAITING_TARGET.signal, direction: 'down', changeRatio: null, basis };
  }

  /** Whether it is paused is read from the engine itself; metrics do not tell. */
  protected conditions(): readonly Precondition[] {
    return [];
  }

  override reach(task: ActionTask, snapshot: Snapshot): EffectReach {
    return reachOfEngines(task.members, snapshot);
  }
}
