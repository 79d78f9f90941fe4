import type {
  CandidateAction,
  DeviceState,
  EffectReach,
  Engine,
  Finding,
  Prediction,
  Snapshot,
  WatchedSignal,
} from '@app/core';
import {
  type Action,
  type ActionParameters,
  type ActionTask,
  DeviceUnreadableError,
  type ExecutionOutput,
  type Precondition,
  type ProposalResult,
} from '../action.js';
import type { EndpointCall, HttpExecutor } from '../executors/http.executor.js';
import { addressOf, engineOf, subjectOfEngine, vllmForFinding } from './engine-subject.js';
import { condition, isImpossible, proposed } from './proposals.js';
import { reachOfAbsence } from './reach.js';

type Call = Pick<EndpointCall, 'method' | 'path' | 'query'>;

/** Where the engine tells the state, and what sets it. */
export interface EngineSwitch {
  readonly statePath: '/is_sleeping' | '/is_paused';
  readonly field: 'is_sleeping' | 'is_paused';
  readonly on: Call;
  readonly off: Call;
}

/** Weights go over PCIe, and `mode=wait` waits for requests. */
const SWITCH_TIMEOUT_MS = 120_000;

/**
 * Something of a vLLM engine that is either so or not. The endpoints are there in development mode only, which nobody is
 * asked to switch on: where they are missing, the action can't be done.
 */
export abstract class VllmSwitchAction implements Action {
  abstract readonly type: string;
  abstract readonly watched: readonly WatchedSignal[];
  abstract readonly coolDownSeconds: number;
  readonly settleSeconds: number = 10;
  readonly minimumWindowSeconds: number = 0;
  readonly executeWithinMs: number = SWITCH_TIMEOUT_MS;
  readonly verifyWithinMs: number = 60_000;
  protected abstract readonly engineSwitch: EngineSwitch;
  /** Which way this action turns it. */
  protected abstract readonly isOn: boolean;
  protected abstract readonly inverseType: string;

  constructor(protected readonly http: HttpExecutor) {}

  async unavailable(): Promise<string | null> {
    const { statePath } = this.engineSwitch;
    if (this.http.baseUrls.length === 0) return 'No engine is configured (ENGINE_URLS).';
    const answers = await Promise.all(
      this.http.baseUrls.map((url) => this.http.send(url, { method: 'GET', path: statePath })),
    );
    const isThere = answers.some((answer) => answer.kind === 'answer' && answer.status === 200);
    return isThere
      ? null
      : `No configured engine answers GET ${statePath}; it is there in vLLM's development mode only.`;
  }

  propose(_candidate: CandidateAction, finding: Finding, snapshot: Snapshot): ProposalResult {
    const found = vllmForFinding(finding, snapshot, this.http);
    if (isImpossible(found)) return found;
    const { engine, url } = found;
    return proposed({
      subject: subjectOfEngine(engine),
      members: [engine.id],
      parameters: this.parameters,
      preview: curl(url, this.call(this.isOn)),
      expected: this.prediction(engine),
    });
  }

  preconditions(task: ActionTask, snapshot: Snapshot): readonly Precondition[] {
    const engine = engineOf(task.subject.id, snapshot);
    if (engine === null || !engine.up) return [condition('The engine answers.', false)];
    return [condition('The engine answers.', true), ...this.conditions(engine, snapshot)];
  }

  reach(task: ActionTask, snapshot: Snapshot): EffectReach {
    return reachOfAbsence(task.members, snapshot);
  }

  async read({ subject }: ActionTask): Promise<DeviceState> {
    const { statePath, field } = this.engineSwitch;
    const url = addressOf(subject.id);
    const answer = await this.http.read(url, statePath);
    const value = isRecord(answer) ? answer[field] : null;
    if (typeof value !== 'boolean') throw new DeviceUnreadableError(`GET ${url}${statePath} does not say ${field}.`);
    return { [field]: value };
  }

  isReached(state: DeviceState): boolean {
    return state[this.engineSwitch.field] === this.isOn;
  }

  execute(task: ActionTask): Promise<ExecutionOutput> {
    return this.turn(task, this.isOn);
  }

  readonly undo = (task: ActionTask): Promise<ExecutionOutput> => this.turn(task, !this.isOn);

  isRestored(state: DeviceState, before: DeviceState): boolean {
    const { field } = this.engineSwitch;
    return typeof state[field] === 'boolean' && state[field] === before[field];
  }

  inverse(): CandidateAction {
    return { type: this.inverseType, parameters: {} };
  }

  protected readonly parameters: ActionParameters = {};
  protected abstract prediction(engine: Engine): Prediction | null;
  protected abstract conditions(engine: Engine, snapshot: Snapshot): readonly Precondition[];

  private call(isOn: boolean): Call {
    return isOn ? this.engineSwitch.on : this.engineSwitch.off;
  }

  private turn({ subject }: ActionTask, isOn: boolean): Promise<ExecutionOutput> {
    return this.http.change(addressOf(subject.id), { ...this.call(isOn), timeoutMs: SWITCH_TIMEOUT_MS });
  }
}

/** The call as a person would make it. */
export function curl(baseUrl: string, { method, path, query }: Call): string {
  const text = new URLSearchParams(query).toString();
  return `curl -X ${method} '${baseUrl}${path}${text === '' ? '' : `?${text}`}'`;
}

/** Nothing runs and nothing waits; null where the engine does not tell. */
export function isIdle({ requestsRunning, requestsWaiting, requestsPerSecond }: Engine): boolean | null {
  if (requestsRunning === null || requestsWaiting === null) return null;
  return requestsRunning === 0 && requestsWaiting === 0 && (requestsPerSecond ?? 0) === 0;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
