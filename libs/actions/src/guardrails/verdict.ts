import type { GuardrailVerdict } from '@app/core';

/** What one guardrail says; its name is added by the gate. */
export type Judgement = Pick<GuardrailVerdict, 'verdict' | 'reason'>;

export function allow(reason: string): Judgement {
  return { verdict: 'allow', reason };
}

export function deny(reason: string): Judgement {
  return { verdict: 'deny', reason };
}

/** What is not known never allows. */
export function denyUnknown(what: string): Judgement {
  return deny(`Not known: ${what}. Nothing is done on what is not known.`);
}
