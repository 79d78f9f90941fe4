import type { PromptMessage } from '../prompts/insights.prompt.js';
import type { GroqFailureKind } from './failure-kinds.js';

export interface FailedCall {
  readonly kind: GroqFailureKind | 'answer';
  readonly fault: string | null;
  readonly durationMs: number;
  readonly remainingMs: number;
}

const FAULTS: Partial<Readonly<Record<GroqFailureKind, string>>> = {
  unparsable: 'It could not be read.',
  truncated: 'It was too long and broke off. Answer in half the words: at most three recommendations.',
  empty: 'It was empty.',
};

/**
 * Whether an answer is asked for once more: when its form was at fault, and the time left is as long as the answer
 * took. A refusal is an answer, and what the verifier takes out is not a matter of form.
 */
export function isRepairable({ kind, fault, durationMs, remainingMs }: FailedCall): boolean {
  return kind !== 'answer' && (fault !== null || FAULTS[kind] !== undefined) && remainingMs > durationMs;
}

/**
 * The same question with what was wrong with the first answer. It goes into the last message, since some servers take
 * no two of the same role in a row; the faulty answer itself is not repeated, which would cost as much again.
 */
export function repairMessages(messages: readonly PromptMessage[], failed: FailedCall): PromptMessage[] {
  const fault = failed.fault ?? (failed.kind === 'answer' ? '' : (FAULTS[failed.kind] ?? ''));
  const wish = `Your first answer could not be used. ${fault} Answer again with the complete JSON object and nothing else.`;
  return messages.map((message, index) =>
    index === messages.length - 1 ? { ...message, content: `${message.content}\n\n${wish}` } : message,
  );
}
