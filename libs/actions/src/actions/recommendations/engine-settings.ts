import type { Engine } from '@app/core';
import { type Advice, engineOf, now, type Recommendation, word } from './recommendation.js';

interface Flag {
  readonly flag: string;
  /** What the engine says of it, where its command line does not. */
  readonly present?: (engine: Engine) => unknown;
}

const RESTART = 'It takes effect with a restart: try it on one replica first, and go back by the former value.';

function launch(kind: Engine['kind'], engine: Engine | null): string {
  const model = engine?.process?.flags['model'] ?? engine?.model ?? null;
  const name = model === null ? '<model>' : word(model);
  return kind === 'vllm' ? `vllm serve ${name}` : `python -m sglang.launch_server --model-path ${name}`;
}

/** `vllm serve … --max-num-seqs 384 (now 256)` */
function flagged(kind: Engine['kind'], { flag, present }: Flag): Recommendation {
  return (advice) => {
    const engine = engineOf(advice);
    const current = engine === null ? null : (engine.process?.flags[flag] ?? present?.(engine) ?? null);
    return `${launch(kind, engine)} … --${flag} ${wanted(advice, current)}${now(current)}. ${RESTART}`;
  };
}

function wanted({ parameters: { value, direction } }: Advice, current: unknown): string {
  if (value !== undefined) return word(value);
  const from = current === null ? 'the present value' : String(current);
  if (direction === 'raise') return `<more than ${from}>`;
  return direction === 'lower' ? `<less than ${from}>` : '<value>';
}

const label =
  (name: string) =>
  ({ config }: Engine): unknown =>
    config[name];

function connector({ parameters }: Advice): string {
  const json = JSON.stringify({ kv_connector: parameters['value'] ?? 'LMCacheConnectorV1', kv_role: 'kv_both' });
  return `--kv-transfer-config '${json}'`;
}

const SPECULATIVE: Readonly<Record<string, string>> = {
  on: `--speculative-config '{"method":"ngram","num_speculative_tokens":3}'`,
  off: 'without --speculative-config',
  'fewer-tokens': '--speculative-config with a smaller num_speculative_tokens',
};

/** Text that stands in the place of one flag with one value. */
function written(kind: Engine['kind'], text: (advice: Advice, engine: Engine | null) => string): Recommendation {
  return (advice) => {
    const engine = engineOf(advice);
    return `${launch(kind, engine)} … ${text(advice, engine)}. ${RESTART}`;
  };
}

export const ENGINE_SETTINGS: Readonly<Record<string, Recommendation>> = {
  'vllm-config:gpu-memory-utilization': flagged('vllm', {
    flag: 'gpu-memory-utilization',
    present: label('gpu_memory_utilization'),
  }),
  'vllm-config:max-num-seqs': flagged('vllm', { flag: 'max-num-seqs', present: ({ maxNumSeqs }) => maxNumSeqs }),
  'vllm-config:max-num-batched-tokens': flagged('vllm', { flag: 'max-num-batched-tokens' }),
  'vllm-config:long-prefill': written('vllm', ({ parameters }, engine) => {
    const current = engine?.process?.flags['long-prefill-token-threshold'] ?? null;
    const value = parameters['value'] ?? '<about 4 % of the longest context>';
    return `--long-prefill-token-threshold ${String(value)}${now(current)} --max-long-partial-prefills 1`;
  }),
  'vllm-config:kv-cache-dtype': flagged('vllm', { flag: 'kv-cache-dtype', present: label('cache_dtype') }),
  'vllm-config:enable-prefix-caching': written('vllm', () => '--enable-prefix-caching'),
  'vllm-config:max-model-len': flagged('vllm', { flag: 'max-model-len' }),
  'vllm-config:tensor-parallel-size': flagged('vllm', {
    flag: 'tensor-parallel-size',
    present: ({ gpuUuids }) => gpuUuids?.length,
  }),
  'vllm-config:pipeline-parallel-size': flagged('vllm', { flag: 'pipeline-parallel-size' }),
  'vllm-config:api-server-count': flagged('vllm', { flag: 'api-server-count' }),
  'vllm-config:kv-transfer-config': written('vllm', connector),
  'vllm-config:max-loras': flagged('vllm', { flag: 'max-loras', present: ({ lora }) => lora?.maxAdapters }),
  'vllm-config:speculative': written(
    'vllm',
    ({ parameters }) => SPECULATIVE[String(parameters['value'] ?? 'on')] ?? '--speculative-config <value>',
  ),
  'vllm-config:quantization': written('vllm', ({ parameters }, engine) => {
    const kind = String(parameters['value'] ?? 'fp8');
    const current = engine?.process?.flags['quantization'] ?? 'none';
    return `--quantization ${word(kind)} with a checkpoint of that kind${now(current)}; compare the answers first`;
  }),
  'vllm-config:enable-sleep-mode': written('vllm', () => '--enable-sleep-mode, where its endpoints are protected'),
  'sglang-config:mem-fraction-static': flagged('sglang', { flag: 'mem-fraction-static' }),
  'sglang-config:schedule-conservativeness': flagged('sglang', { flag: 'schedule-conservativeness' }),
  'sglang-config:chunked-prefill-size': flagged('sglang', { flag: 'chunked-prefill-size' }),
  'sglang-config:max-running-requests': flagged('sglang', {
    flag: 'max-running-requests',
    present: ({ maxNumSeqs }) => maxNumSeqs,
  }),
};
