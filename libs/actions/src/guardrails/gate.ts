import { type GuardrailVerdict, messageOf } from '@app/core';
import type { ActionTask } from '../action.js';
import { canonicalJson } from '../planner/canonical-json.js';
import type { Guardrail, GuardInput } from './guardrail.js';
import { GUARDRAILS } from './guardrails.js';
import { isNumber } from './known-values.js';

/** What was allowed has to be begun within this time: the readings behind it grow old. */
const VALID_MS = 10_000;

/** What is about to be done: the task as its executor gets it, and the plan that it belongs to. */
export type ClearedAct = ActionTask & { readonly planHash: string };

/** Only this file can make one: the private field makes the class nominal, and only its type leaves the file. */
class GateClearance {
  readonly #grantedBy: GuardGate;

  constructor(gate: GuardGate) {
    this.#grantedBy = gate;
    Object.freeze(this);
  }

  static isOf(gate: GuardGate, value: unknown): value is GateClearance {
    return typeof value === 'object' && value !== null && #grantedBy in value && value.#grantedBy === gate;
  }
}

/** The word of every guardrail for one act, once. There is no other way to one than the gate. */
export type Clearance = GateClearance;

interface Grant {
  readonly content: string;
  readonly atMs: number;
}

export interface GateAnswer {
  readonly verdicts: readonly GuardrailVerdict[];
  /** Null unless every guardrail allows the action to be done now. */
  readonly clearance: Clearance | null;
}

/** Asks every guardrail. What it lets through gets a value that the runner has to hand in: no value, no act. */
export class GuardGate {
  private readonly grants = new WeakMap<Clearance, Grant>();

  /** More guardrails may be asked, but none of ours can be left out. */
  constructor(private readonly guardrails: readonly Guardrail[] = GUARDRAILS) {
    const left = GUARDRAILS.filter((guardrail) => !guardrails.includes(guardrail)).map(({ name }) => name);
    if (left.length > 0) throw new Error(`A gate has to ask every guardrail; left out: ${left.join(', ')}.`);
  }

  judge(input: GuardInput): GateAnswer {
    const moment = momentOf(input);
    // What is asked at no moment is judged as if it were to be done, and gets nothing.
    const asked = this.guardrails.filter(({ moments }) => moments.includes(moment ?? 'execute'));
    const verdicts = asked.map((guardrail) => verdictOf(guardrail, input));
    const isAllowed = moment === 'execute' && verdicts.every(({ verdict }) => verdict === 'allow');
    return { verdicts, clearance: isAllowed ? this.grant(input) : null };
  }

  /**
   * True exactly once, for the act that was judged, within ten seconds. Whatever is asked with a clearance uses it up, so
   * that nothing can be tried out with it.
   */
  consume(clearance: Clearance, act: ClearedAct, nowMs: number): boolean {
    if (!GateClearance.isOf(this, clearance)) return false;
    const grant = this.grants.get(clearance);
    this.grants.delete(clearance);
    if (grant === undefined || !isNumber(nowMs)) return false;
    const ageMs = nowMs - grant.atMs;
    return ageMs >= 0 && ageMs <= VALID_MS && contentOf(act) === grant.content;
  }

  private grant({ action, run, plan, nowMs }: GuardInput): Clearance | null {
    const { id: actionId, type, parameters, subject, members } = action;
    const task = { runId: run.id, actionId, target: run.target, type, parameters, subject, members };
    const content = plan === null ? null : contentOf({ ...task, planHash: plan.hash });
    if (content === null) return null;
    const clearance = new GateClearance(this);
    this.grants.set(clearance, { content, atMs: nowMs });
    return clearance;
  }
}

/** Null for what is no question. */
function momentOf(input: GuardInput): GuardInput['moment'] | null {
  const moment: unknown = (input as GuardInput | null | undefined)?.moment;
  return moment === 'plan' || moment === 'execute' ? moment : null;
}

/** A guardrail that throws, or says anything but a plain yes, denies. */
function verdictOf(guardrail: Guardrail, input: GuardInput): GuardrailVerdict {
  const { name } = guardrail;
  try {
    const { verdict, reason } = guardrail.check(input);
    const hasReason = typeof reason === 'string' && reason !== '';
    if (verdict === 'allow' && hasReason) return { name, verdict, reason };
    return { name, verdict: 'deny', reason: hasReason ? reason : 'The guardrail gave no reason.' };
  } catch (error) {
    return { name, verdict: 'deny', reason: `What it needs to know is missing or unreadable: ${messageOf(error)}.` };
  }
}

/** Null for what can't be bound to. */
function contentOf(act: ClearedAct): string | null {
  const { runId, actionId, target, type, parameters, subject, members, planHash } = act;
  try {
    return canonicalJson({ runId, actionId, target, type, parameters, subject, members, planHash });
  } catch {
    return null;
  }
}
