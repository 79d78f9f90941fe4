/** Every way in which asking the model can come to nothing. The words are labels of metrics and part of the API. */
export const GROQ_FAILURE_KINDS = [
  'auth',
  'rate-limited',
  'rejected',
  'server',
  'network',
  'timeout',
  'too-large',
  'truncated',
  'empty',
  'refused',
  'unparsable',
  'cancelled',
  'circuit-open',
  'over-budget',
] as const;
export type GroqFailureKind = (typeof GROQ_FAILURE_KINDS)[number];
