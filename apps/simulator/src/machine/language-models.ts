/** A model as its public `config.json` describes it; weights and KV cache in 16 bits. */
export interface LanguageModel {
  readonly name: string;
  readonly parameters: number;
  readonly layers: number;
  readonly attentionHeads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly hiddenSize: number;
  readonly maxModelLen: number;
}

/** https://huggingface.co/meta-llama : Llama 3.2 1B and 3B, Llama 3.1 8B and 70B, all with grouped-query attention. */
export const LANGUAGE_MODELS = {
  '1b': {
    name: 'meta-llama/Llama-3.2-1B-Instruct',
    parameters: 1.24e9,
    layers: 16,
    attentionHeads: 32,
    kvHeads: 8,
    headDim: 64,
    hiddenSize: 2048,
    maxModelLen: 32_768,
  },
  '3b': {
    name: 'meta-llama/Llama-3.2-3B-Instruct',
    parameters: 3.21e9,
    layers: 28,
    attentionHeads: 24,
    kvHeads: 8,
    headDim: 128,
    hiddenSize: 3072,
    maxModelLen: 32_768,
  },
  '8b': {
    name: 'meta-llama/Llama-3.1-8B-Instruct',
    parameters: 8.03e9,
    layers: 32,
    attentionHeads: 32,
    kvHeads: 8,
    headDim: 128,
    hiddenSize: 4096,
    maxModelLen: 32_768,
  },
  '70b': {
    name: 'meta-llama/Llama-3.3-70B-Instruct',
    parameters: 70.6e9,
    layers: 80,
    attentionHeads: 64,
    kvHeads: 8,
    headDim: 128,
    hiddenSize: 8192,
    maxModelLen: 32_768,
  },
} as const satisfies Record<string, LanguageModel>;
export const LANGUAGE_MODEL_IDS = ['1b', '3b', '8b', '70b'] as const;
export type LanguageModelId = (typeof LANGUAGE_MODEL_IDS)[number];

const BYTES_PER_VALUE = 2;

export function weightBytes(model: LanguageModel): number {
  return model.parameters * BYTES_PER_VALUE;
}

/** Key and value of each layer and KV head: 131 072 bytes for Llama 3.1 8B. */
export function kvBytesPerToken({ layers, kvHeads, headDim }: LanguageModel): number {
  return 2 * layers * kvHeads * headDim * BYTES_PER_VALUE;
}

/** The largest that leaves at least as much memory for the KV cache as its weights need, as people size it. */
export function modelFor(memoryBytes: number): LanguageModelId {
  const fits = LANGUAGE_MODEL_IDS.filter((id) => weightBytes(LANGUAGE_MODELS[id]) * 2 <= memoryBytes * 0.9);
  return fits.at(-1) ?? '1b';
}
