import { randomUUID } from 'node:crypto';
import type { WebhookSettings } from '@app/config';
import type {
  ActionDefinition,
  CandidateAction,
  DeviceState,
  EffectReach,
  Finding,
  Snapshot,
  Subject,
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
import {
  isSuccess,
  LONGEST_PAUSE_MS,
  outputOf,
  type WebhookCall,
  type WebhookExecutor,
} from '../executors/webhook.executor.js';
import { condition, impossible, isImpossible, proposed } from './proposals.js';
import { reachOfAbsence, reachOfCaches, reachOfEngines, reachOfGpus, reachOfHost } from './reach.js';
import { subjectFor } from './subject-kinds.js';
import { isRecord } from './vllm-switch.action.js';
import { ITL_GUARD, SERVING_GUARDS, TTFT_GUARD } from './watched-signals.js';

/** Seconds; those of types that the catalogue of actions gives no cool-down for are ten minutes. */
const COOL_DOWNS: Readonly<Record<string, number>> = {
  'gpu-reset': 86_400,
  'vllm-restart': 1800,
  'k8s-rollout-restart': 1800,
  'router-remove-backend': 300,
  'router-restore-backend': 300,
  'vllm-lora-load': 300,
  'vllm-lora-unload': 300,
  'k8s-scale': 1800,
};
/** Draining waits for requests, and loading a model takes minutes. */
const VERIFY_MS = 15 * 60_000;
const TAKES_OUT =
  /^(router-remove-backend|vllm-restart|gpu-drain|gpu-reset|k8s-drain|k8s-rollout-restart|sglang-release-memory|lmcache-restart)$/;

/** An action that somebody else does for the agent, who tells before and after how things are. */
export class WebhookAction implements Action {
  readonly type: string;
  readonly coolDownSeconds: number;
  readonly settleSeconds = 30;
  readonly minimumWindowSeconds = 0;
  readonly executeWithinMs: number;
  readonly verifyWithinMs: number = VERIFY_MS;
  readonly watched: readonly WatchedSignal[];
  readonly undo: ((task: ActionTask, before: DeviceState) => Promise<ExecutionOutput>) | null;

  constructor(
    private readonly definition: ActionDefinition,
    private readonly webhook: WebhookSettings,
    private readonly executor: Pick<WebhookExecutor, 'post'>,
  ) {
    const { type, reversible, risk } = definition;
    this.type = type;
    this.coolDownSeconds = COOL_DOWNS[type] ?? 600;
    this.executeWithinMs = (webhook.timeoutMs + LONGEST_PAUSE_MS) * (webhook.retries + 1);
    // Taken out on purpose, an engine makes fewer tokens; the others must not become slow for it.
    this.watched = risk === 'read-only' ? [] : TAKES_OUT.test(type) ? [TTFT_GUARD, ITL_GUARD] : SERVING_GUARDS;
    this.undo = reversible && risk !== 'read-only' ? (task, before) => this.ask('undo', task, before) : null;
  }

  async unavailable(): Promise<string | null> {
    return null;
  }

  propose(candidate: CandidateAction, finding: Finding, snapshot: Snapshot): ProposalResult {
    const subject = subjectFor(this.type, finding, snapshot);
    if (isImpossible(subject)) return subject;
    const parameters = this.completed(candidate.parameters, subject, snapshot);
    const missing = this.definition.parameters.required.find((name) => parameters[name] === undefined);
    if (missing !== undefined) return impossible(`the parameter ${missing} is not known`);
    const asked = Object.entries(parameters).map(([name, value]) => `${name}=${String(value)}`);
    const preview = ['webhook', this.type, subject.id, ...asked].join(' ');
    return proposed({ subject, members: [subject.id], parameters, preview, expected: null });
  }

  /** Whoever does it knows its own conditions; what can be seen from here is whether the subject is there. */
  preconditions({ subject }: ActionTask, snapshot: Snapshot): readonly Precondition[] {
    return isThere(subject, snapshot) ? [] : [condition(`${subject.label} is there.`, false)];
  }

  reach({ subject, members }: ActionTask, snapshot: Snapshot): EffectReach {
    if (subject.kind === 'gpu') return reachOfGpus(members, snapshot);
    if (subject.kind === 'cache') return reachOfCaches(members, snapshot);
    if (subject.kind !== 'engine') return reachOfHost(snapshot);
    return TAKES_OUT.test(this.type) ? reachOfAbsence(members, snapshot) : reachOfEngines(members, snapshot);
  }

  async read(task: ActionTask): Promise<DeviceState> {
    // Each read is a question of its own: an answer from before must not come back for its key.
    const result = await this.executor.post(this.webhook, this.call('read', task, randomUUID()));
    if (!isSuccess(result)) throw new DeviceUnreadableError(outputOf(result, 'read').text);
    const answer = answerIn(result.text);
    if (answer === null) throw new DeviceUnreadableError('The webhook answered read without {done, state}.');
    return answer;
  }

  isReached(state: DeviceState): boolean {
    return state['done'] === true;
  }

  execute(task: ActionTask, before: DeviceState): Promise<ExecutionOutput> {
    return this.ask('execute', task, before);
  }

  isRestored(state: DeviceState, before: DeviceState): boolean {
    return state['done'] === before['done'] && canonical(state['state']) === canonical(before['state']);
  }

  inverse({ parameters }: ActionTask): CandidateAction | null {
    const { inverse } = this.definition;
    return inverse === null ? null : { type: inverse, parameters: parameters as CandidateAction['parameters'] };
  }

  private async ask(operation: 'execute' | 'undo', task: ActionTask, before: DeviceState): Promise<ExecutionOutput> {
    const call = this.call(operation, task, `${task.runId}:${task.actionId}:${operation}`);
    const result = await this.executor.post(
      this.webhook,
      operation === 'undo' ? { ...call, before: stateIn(before) } : call,
    );
    return outputOf(result, operation);
  }

  private call(operation: WebhookCall['operation'], task: ActionTask, idempotencyKey: string): WebhookCall {
    const { runId, actionId, type, target, subject, members, parameters } = task;
    return { operation, runId, actionId, type, target, subject, members, parameters, idempotencyKey };
  }

  private completed(given: CandidateAction['parameters'], subject: Subject, { hostname }: Snapshot): ActionParameters {
    const { properties } = this.definition.parameters;
    const known: Record<string, unknown> = {
      ...('node' in properties && hostname !== null ? { node: hostname } : {}),
      ...('backend' in properties ? { backend: subject.id } : {}),
    };
    return { ...known, ...given };
  }
}

function isThere({ kind, id }: Subject, { gpus, engines, caches }: Snapshot): boolean {
  if (kind === 'gpu') return gpus.some(({ uuid }) => uuid === id);
  if (kind === 'engine') return engines.some((engine) => engine.id === id);
  return kind !== 'cache' || caches.some((cache) => cache.id === id);
}

function answerIn(text: string): DeviceState | null {
  try {
    const answer = JSON.parse(text) as unknown;
    if (!isRecord(answer)) return null;
    const { done, state } = answer;
    return typeof done === 'boolean' && isRecord(state) ? { done, state } : null;
  } catch {
    // Not JSON: nothing is known.
    return null;
  }
}

function stateIn(before: DeviceState): Readonly<Record<string, unknown>> {
  const { state } = before;
  return isRecord(state) ? state : {};
}

/** The same text for the same JSON, in whatever order its keys come. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    isRecord(item) ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1))) : item,
  );
}
