import type { Recommendation } from '@app/core';

/**
 * How to speak of an action. `{subject}` stands for what it acts on, `{backend}` for the engines there, `{to}` for
 * ` to VALUE` where the analysis proposes a value, other names in braces for parameters of the action, and
 * `[singular|plural]` as in the phrases of rules. No text has a number of its own.
 */
export interface ActionPhrase {
  readonly title: string;
  /** Why this helps and what to mind. */
  readonly reason: string;
  readonly effect: string;
  readonly effort: Recommendation['effort'];
  /** Whether the finding itself is expected to end; otherwise the effect has to say what shows success. */
  readonly endsFinding: boolean;
}

export type ActionPhrases = Readonly<Record<string, ActionPhrase>>;

/** An action that is to end the finding. */
export function cure(
  title: string,
  reason: string,
  effect: string,
  effort: Recommendation['effort'] = 'low',
): ActionPhrase {
  return { title, reason, effect, effort, endsFinding: true };
}

/** An action that looks, protects or prepares. */
export function step(
  title: string,
  reason: string,
  effect: string,
  effort: Recommendation['effort'] = 'low',
): ActionPhrase {
  return { title, reason, effect, effort, endsFinding: false };
}
