/** What a person looks at where software does not reach, and what tells that it helped. */
export interface Look {
  readonly title: string;
  readonly reason: string;
}

/**
 * How to speak of a finding of one rule. In every text `{subject}` stands for what the finding is about and
 * `[singular|plural]` for a word that depends on how many those are. No text has a number of its own: numbers come
 * from the evidence.
 */
export interface RulePhrase {
  /** The finding as a main clause about its subject. */
  readonly problem: string;
  /** The finding as a main clause without its subject, for a chain of causes; empty where it only repeats its cause. */
  readonly effect: string;
  /** Completes `It worked when …`: the reading that shows the end of the condition. */
  readonly sign: string;
  readonly look?: Look;
}

export type RulePhrases = Readonly<Record<string, RulePhrase>>;

export function say(problem: string, effect: string, sign: string, look?: Look): RulePhrase {
  return { problem, effect, sign, ...(look === undefined ? {} : { look }) };
}

export function look(title: string, reason: string): Look {
  return { title, reason };
}
