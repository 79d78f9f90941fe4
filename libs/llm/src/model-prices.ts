interface Price {
  readonly dollarsPerMillionInput: number;
  readonly dollarsPerMillionOutput: number;
}

/** Assumed list prices, not checked against the provider: they change, see groq.com/pricing before relying on a sum. */
const PRICES: Readonly<Record<string, Price>> = {
  'openai/gpt-oss-20b': { dollarsPerMillionInput: 0.075, dollarsPerMillionOutput: 0.3 },
};

/** US dollars for the tokens of one call; null when the model's price is not known. */
export function costUsd(model: string, promptTokens: number, completionTokens: number): number | null {
  const price = PRICES[model];
  if (!price) return null;
  const dollars = promptTokens * price.dollarsPerMillionInput + completionTokens * price.dollarsPerMillionOutput;
  return Number((dollars / 1_000_000).toFixed(8));
}
