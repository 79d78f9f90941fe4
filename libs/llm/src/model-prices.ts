interface Price {
  readonly dollarsPerMillionInput: number;
  readonly dollarsPerMillionOutput: number;
}

/**
 * List prices on demand, from console.groq.com/docs/models as it stood in November 2026 (the last two, which are
 * preview models, from the table of the crate `aicost` 0.2.4). Prices change and an account may have its own: the sum
 * is for orientation, the bill is the provider's.
 */
const PRICES: ReadonlyMap<string, Price> = new Map([
  ['openai/gpt-oss-20b', { dollarsPerMillionInput: 0.075, dollarsPerMillionOutput: 0.3 }],
  ['openai/gpt-oss-120b', { dollarsPerMillionInput: 0.15, dollarsPerMillionOutput: 0.6 }],
  ['llama-3.1-8b-instant', { dollarsPerMillionInput: 0.05, dollarsPerMillionOutput: 0.08 }],
  ['llama-3.3-70b-versatile', { dollarsPerMillionInput: 0.59, dollarsPerMillionOutput: 0.79 }],
  ['meta-llama/llama-4-scout-17b-16e-instruct', { dollarsPerMillionInput: 0.11, dollarsPerMillionOutput: 0.34 }],
  ['qwen/qwen3-32b', { dollarsPerMillionInput: 0.29, dollarsPerMillionOutput: 0.59 }],
]);

/** US dollars for the tokens of one call; null when the model's price is not known. */
export function costUsd(model: string, promptTokens: number, completionTokens: number): number | null {
  const price = PRICES.get(model);
  if (!price) return null;
  const dollars = promptTokens * price.dollarsPerMillionInput + completionTokens * price.dollarsPerMillionOutput;
  return Number((dollars / 1_000_000).toFixed(8));
}
