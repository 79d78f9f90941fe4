import { setTimeout as delay } from 'node:timers/promises';
import type { JsonAnswer } from './json-http.js';
import type { SeenFinding, WatchingAgent } from './watching-agent.js';

/** What is read here of a planned action. */
export interface SeenAction {
  readonly id: string;
  readonly type: string;
  readonly subject: { readonly kind: string; readonly id: string; readonly label: string };
  readonly members: readonly string[];
  readonly risk: string;
  readonly gate: string;
  readonly status: string;
  readonly preview: string;
  readonly findingIds: readonly string[];
  readonly guardrails: readonly { readonly name: string; readonly verdict: string; readonly reason: string }[];
  readonly error: string | null;
}

/** And of a run. */
export interface SeenLoopRun {
  readonly id: string;
  readonly status: string;
  readonly analysis: { readonly healthStatus: string; readonly healthScore: number | null } | null;
  readonly steps: readonly { readonly stage: string; readonly status: string; readonly detail: string | null }[];
  readonly plan: { readonly hash: string; readonly actions: readonly SeenAction[] } | null;
  readonly approval: { readonly by: string } | null;
  readonly outcome: {
    readonly verdict: string;
    readonly rolledBack: boolean;
    readonly frozen: boolean;
    readonly explanation: string;
    readonly metrics: readonly {
      readonly signal: string;
      readonly before: number | null;
      readonly after: number | null;
      readonly verdict: string;
    }[];
  } | null;
  readonly warnings: readonly string[];
  readonly error: { readonly code: string; readonly message: string } | null;
}

export interface RunWish {
  readonly mode: 'observe' | 'recommend' | 'approve' | 'auto';
  readonly maxActions?: number;
  readonly objective?: string;
}

const LOOK_MS = 500;
/** Longer than any run of these takes; with the default windows it is two and a half minutes. */
const RUN_MS = 240_000;

const APPROVAL_ATTEMPTS = 3;
const APPROVAL_PAUSE_MS = 1_500;

export class UnexpectedError extends Error {}

/** Whoever operates the agent: asks for runs, approves, and looks what came of it. */
export class Operator {
  constructor(readonly agent: WatchingAgent) {}

  /** @throws UnexpectedError when none of the rules confirms in time; tells what was found instead */
  async untilConfirmed(rules: readonly string[], seconds: number): Promise<SeenFinding> {
    const begun = performance.now();
    for (;;) {
      const { items } = await this.agent.findings();
      const found = items.find(({ ruleId, state }) => rules.includes(ruleId) && state === 'confirmed');
      if (found !== undefined) return found;
      if (performance.now() - begun > seconds * 1000) {
        const seen = items.map(({ ruleId, state }) => `${ruleId} (${state})`).join(', ') || 'nothing';
        throw new UnexpectedError(`${rules.join(' or ')} was not confirmed within ${seconds} s; found: ${seen}`);
      }
      await delay(LOOK_MS);
    }
  }

  async untilGone(rule: string, seconds: number): Promise<void> {
    const begun = performance.now();
    for (;;) {
      const { items } = await this.agent.findings();
      if (items.every(({ ruleId }) => ruleId !== rule)) return;
      if (performance.now() - begun > seconds * 1000) throw new UnexpectedError(`${rule} is still found`);
      await delay(LOOK_MS);
    }
  }

  /** A run, as soon as it is over or waits for approval. */
  async run(wish: RunWish): Promise<SeenLoopRun> {
    const answer = await this.ask(wish);
    if (answer.status !== 202) throw new UnexpectedError(`POST /optimize/run answered ${inWords(answer)}`);
    return this.settled(String(answer.body['id']));
  }

  ask({ mode, maxActions = 5, objective = 'balanced' }: RunWish): Promise<JsonAnswer> {
    return this.agent.send('POST', '/optimize/run', { mode, maxActions, objective, llm: false });
  }

  decide(run: SeenLoopRun, actionIds?: readonly string[]): Promise<JsonAnswer> {
    const body = { decision: 'approve', planHash: run.plan?.hash, ...(actionIds === undefined ? {} : { actionIds }) };
    return this.agent.send('POST', `/optimize/runs/${run.id}/approval`, body);
  }

  /** Approves, and waits for the end; everything that waits for approval, or only the actions of the types. */
  async approve(run: SeenLoopRun, types?: readonly string[]): Promise<SeenLoopRun> {
    const ids = types === undefined ? undefined : run.plan?.actions.filter(isOf(types)).map(({ id }) => id);
    for (let attempt = 1; ; attempt += 1) {
      const answer = await this.decide(run, ids);
      if (answer.status < 300) return this.settled(run.id, ['awaiting_approval']);
      // On a busy machine a source may miss its deadline once, and rightly nothing is approved on that.
      if (answer.body['code'] !== 'state_drifted' || attempt === APPROVAL_ATTEMPTS) {
        throw new UnexpectedError(`the approval was answered ${inWords(answer)}`);
      }
      await delay(APPROVAL_PAUSE_MS);
    }
  }

  async settled(runId: string, besides: readonly string[] = []): Promise<SeenLoopRun> {
    const begun = performance.now();
    for (;;) {
      const { body } = await this.agent.send('GET', `/optimize/runs/${runId}`);
      const run = body as unknown as SeenLoopRun;
      if (!['queued', 'running', ...besides].includes(run.status)) return run;
      if (performance.now() - begun > RUN_MS) throw new UnexpectedError(`run ${runId} is ${run.status} for too long`);
      await delay(LOOK_MS);
    }
  }
}

function isOf(types: readonly string[]): (action: SeenAction) => boolean {
  return ({ type, gate, status }) => types.includes(type) && gate === 'approval' && status === 'proposed';
}

export function inWords({ status, body }: JsonAnswer): string {
  return `${status} ${String(body['code'] ?? '')} ${String(body['detail'] ?? '')}`.trim();
}
