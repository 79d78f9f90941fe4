import type { CandidateAction, DeviceState, EffectReach, Finding, Snapshot } from '@app/core';
import {
  type Action,
  type ActionTask,
  DeviceUnreadableError,
  type ExecutionOutput,
  type Precondition,
  type ProposalResult,
} from '../action.js';
import type { HttpExecutor } from '../executors/http.executor.js';
import { addressOf, engineOf, subjectOfEngine, vllmForFinding } from './engine-subject.js';
import { condition, impossible, isImpossible, proposed } from './proposals.js';
import { reachOfEngines } from './reach.js';
import { curl, isIdle, isRecord } from './vllm-switch.action.js';
import { SERVING_GUARDS } from './watched-signals.js';

/** Never with `reset_running_requests`: that would take the work of running requests away. */
const RESET = { method: 'POST', path: '/reset_prefix_cache', query: { reset_running_requests: 'false' } } as const;
const MAX_PAGE_BYTES = 4 * 1024 * 1024;
/** A hit ratio that has not fallen by so much says nothing. */
const FALLEN_RATIO = 0.5;
/** It is cause for a reset nowhere: what is cached is given up by itself when room is needed. */
const MEMORY_RULES = /^(kv-cache|preemption)/;

/** Empties the prefix cache of an idle engine. There is no way back but to serve until it is warm again. */
export class VllmResetPrefixCacheAction implements Action {
  readonly type = 'vllm-reset-prefix-cache';
  readonly coolDownSeconds = 1800;
  readonly settleSeconds = 10;
  readonly minimumWindowSeconds = 0;
  readonly executeWithinMs = 30_000;
  readonly verifyWithinMs = 30_000;
  readonly watched = SERVING_GUARDS;
  readonly undo = null;
  /** Runs of which the engine said itself that it was done. */
  private readonly confirmed = new Set<string>();

  constructor(private readonly http: HttpExecutor) {}

  async unavailable(): Promise<string | null> {
    if (this.http.baseUrls.length === 0) return 'No engine is configured (ENGINE_URLS).';
    // A GET of a path that takes POST is 405 where the path exists.
    const answers = await Promise.all(
      this.http.baseUrls.map((url) => this.http.send(url, { method: 'GET', path: RESET.path })),
    );
    const isThere = answers.some((answer) => answer.kind === 'answer' && answer.status === 405);
    return isThere ? null : `No configured engine has ${RESET.path}; it is there in vLLM's development mode only.`;
  }

  propose(_candidate: CandidateAction, finding: Finding, snapshot: Snapshot): ProposalResult {
    if (MEMORY_RULES.test(finding.ruleId))
      return impossible('an empty prefix cache frees no memory for running requests');
    const found = vllmForFinding(finding, snapshot, this.http);
    if (isImpossible(found)) return found;
    const { engine, url } = found;
    return proposed({
      subject: subjectOfEngine(engine),
      members: [engine.id],
      parameters: {},
      preview: curl(url, RESET),
      expected: null,
    });
  }

  preconditions(task: ActionTask, snapshot: Snapshot): readonly Precondition[] {
    const engine = engineOf(task.subject.id, snapshot);
    return [
      condition('The engine answers, and no request runs, waits or comes in.', engine?.up ? isIdle(engine) : false),
    ];
  }

  reach(task: ActionTask, snapshot: Snapshot): EffectReach {
    return reachOfEngines(task.members, snapshot);
  }

  async read(task: ActionTask): Promise<DeviceState> {
    const url = addressOf(task.subject.id);
    const page = await this.http.send(url, { method: 'GET', path: '/metrics', maxBytes: MAX_PAGE_BYTES });
    if (page.kind === 'failure') throw new DeviceUnreadableError(`${url} ${page.reason}.`);
    if (page.status !== 200) throw new DeviceUnreadableError(`GET ${url}/metrics: HTTP status ${page.status}.`);
    const [queries, hits] = [counterIn(page.text, 'queries'), counterIn(page.text, 'hits')];
    return { queries, hits, isConfirmed: this.confirmed.has(keyOf(task)) };
  }

  /** Newer engines say whether it was done; of older ones only the hits of later requests tell. */
  isReached(state: DeviceState, _task: ActionTask, before: DeviceState): boolean {
    if (state['isConfirmed'] === true) return true;
    const [ratioBefore, ratioSince] = [hitRatio({}, before), hitRatio(before, state)];
    return ratioBefore !== null && ratioSince !== null && ratioSince <= ratioBefore * (1 - FALLEN_RATIO);
  }

  async execute(task: ActionTask): Promise<ExecutionOutput> {
    const url = addressOf(task.subject.id);
    const result = await this.http.send(url, { ...RESET, timeoutMs: this.executeWithinMs });
    if (result.kind === 'failure') {
      return { isAccepted: false, isDefinite: result.isUnsent, text: `${url} ${result.reason}.` };
    }
    // 200 comes also where blocks in use kept it from being done.
    const success = successIn(result.text);
    if (result.status === 200 && success === true) this.confirmed.add(keyOf(task));
    const isAccepted = result.status === 200 && success !== false;
    const said = success === null ? 'and does not say whether it was done' : `and says success: ${success}`;
    const text = `POST ${RESET.path}: HTTP status ${result.status}, ${said}.`;
    return isAccepted ? { isAccepted, text } : { isAccepted, isDefinite: result.status < 500, text };
  }

  isRestored(state: DeviceState): boolean {
    return state['isConfirmed'] !== true;
  }

  inverse(): null {
    return null;
  }
}

function keyOf({ runId, actionId }: ActionTask): string {
  return `${runId} ${actionId}`;
}

function counterIn(page: string, name: 'queries' | 'hits'): number | null {
  const line = new RegExp(`^vllm:(?:gpu_)?prefix_cache_${name}(?:_total)?(?:\\{[^}\\n]*\\})?[ \\t]+(\\S+)`, 'gm');
  const values = [...page.matchAll(line)].map((match) => Number(match[1])).filter((value) => Number.isFinite(value));
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0);
}

function hitRatio(from: DeviceState, to: DeviceState): number | null {
  const rise = (name: string): number => Number(to[name] ?? Number.NaN) - Number(from[name] ?? 0);
  const [queries, hits] = [rise('queries'), rise('hits')];
  return queries > 0 && hits >= 0 ? hits / queries : null;
}

function successIn(text: string): boolean | null {
  try {
    const body = JSON.parse(text) as unknown;
    return isRecord(body) && typeof body['success'] === 'boolean' ? body['success'] : null;
  } catch {
    // Older versions answer with an empty body.
    return null;
  }
}
