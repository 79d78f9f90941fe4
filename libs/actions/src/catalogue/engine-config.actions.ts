import type { ActionDefinition, ParameterSchema } from '@app/core';
import { parameters, setting } from './define-actions.js';

const DIRECTION = { type: 'string', enum: ['raise', 'lower'], description: 'Which way to go.' };

function number(type: 'integer' | 'number', minimum: number, maximum: number): ParameterSchema {
  const value = { type, minimum, maximum, description: 'Proposed value.' };
  return parameters({ value, direction: DIRECTION }, ['value', 'direction']);
}

function choice(...values: string[]): ParameterSchema {
  return parameters({ value: { type: 'string', enum: values, description: 'Proposed value.' } }, ['value']);
}

/** Start flags of vLLM and SGLang: text for whoever owns the deployment. */
export const ENGINE_CONFIG_ACTIONS: readonly ActionDefinition[] = [
  setting({
    type: 'vllm-config:gpu-memory-utilization',
    title: 'Change --gpu-memory-utilization',
    description: 'A higher share gives more KV blocks and raises the risk of running out of GPU memory.',
    parameters: number('number', 0.05, 0.95),
  }),
  setting({
    type: 'vllm-config:max-num-seqs',
    title: 'Change --max-num-seqs',
    description: 'A higher cap shortens the queue; it costs inter-token latency, KV room and may preempt.',
    parameters: number('integer', 1, 65_536),
  }),
  setting({
    type: 'vllm-config:max-num-batched-tokens',
    title: 'Change --max-num-batched-tokens',
    description: 'More tokens per step favour the time to first token; fewer favour inter-token latency.',
    parameters: number('integer', 1, 1_048_576),
  }),
  setting({
    type: 'vllm-config:long-prefill',
    title: 'Limit long prefills',
    description: 'Bounds long prompts per step: steadier inter-token latency, slower long prompts.',
    parameters: number('integer', 1, 1_048_576),
  }),
  setting({
    type: 'vllm-config:kv-cache-dtype',
    title: 'Change --kv-cache-dtype',
    description: 'A smaller type holds more tokens in the same memory; check the accuracy of the answers.',
    parameters: choice('auto', 'fp8', 'fp8_e4m3', 'fp8_e5m2'),
  }),
  setting({
    type: 'vllm-config:enable-prefix-caching',
    title: 'Switch prefix caching on',
    description: 'Reuses shared prompt beginnings; between tenants it opens a timing side channel without salts.',
  }),
  setting({
    type: 'vllm-config:max-model-len',
    title: 'Change --max-model-len',
    description: 'A length close to real use makes start-up checks easier; it does not enlarge the KV pool.',
    parameters: number('integer', 1, 100_000_000),
  }),
  setting({
    type: 'vllm-config:tensor-parallel-size',
    title: 'Change --tensor-parallel-size',
    description: 'More GPUs per replica give memory and latency; fewer save communication. Stay in one NVLink domain.',
    parameters: number('integer', 1, 1_024),
  }),
  setting({
    type: 'vllm-config:pipeline-parallel-size',
    title: 'Change --pipeline-parallel-size',
    description: 'Splits layers over GPUs with a slow link between them.',
    parameters: number('integer', 1, 1_024),
  }),
  setting({
    type: 'vllm-config:api-server-count',
    title: 'Change --api-server-count',
    description: 'More front-end processes shorten tokenisation queues and need CPU cores.',
    parameters: number('integer', 1, 64),
  }),
  setting({
    type: 'vllm-config:kv-transfer-config',
    title: 'Connect LMCache to the engine',
    description: 'Lets KV blocks outlive the GPU pool; it costs host memory and one more part to run.',
    parameters: choice('LMCacheConnectorV1', 'LMCacheMPConnector'),
  }),
  setting({
    type: 'vllm-config:max-loras',
    title: 'Change --max-loras',
    description: 'More adapters at a time defer fewer requests and use more GPU memory.',
    parameters: number('integer', 1, 1_024),
  }),
  setting({
    type: 'vllm-config:speculative',
    title: 'Change speculative decoding',
    description: 'Drafted tokens help small batches; in large batches rejected drafts cost throughput.',
    parameters: choice('on', 'off', 'fewer-tokens'),
  }),
  setting({
    type: 'vllm-config:quantization',
    title: 'Serve a quantised checkpoint',
    description: 'Smaller weights save bandwidth and leave KV room; check the quality of the answers.',
    parameters: choice('fp8', 'awq', 'gptq'),
  }),
  setting({
    type: 'vllm-config:enable-sleep-mode',
    title: 'Switch sleep mode on',
    description: 'Lets an idle engine give its GPU memory back; only where its endpoints are protected.',
  }),
  setting({
    type: 'sglang-config:mem-fraction-static',
    title: 'Change --mem-fraction-static',
    description: 'A higher fraction gives more KV room and raises the risk of running out of GPU memory.',
    parameters: number('number', 0.05, 0.95),
  }),
  setting({
    type: 'sglang-config:schedule-conservativeness',
    title: 'Change --schedule-conservativeness',
    description: 'Raise it when requests are retracted; lower it when requests queue while the cache has room.',
    parameters: number('number', 0.05, 5),
  }),
  setting({
    type: 'sglang-config:chunked-prefill-size',
    title: 'Change --chunked-prefill-size',
    description: 'Larger chunks favour the time to first token; smaller ones favour inter-token latency.',
    parameters: number('integer', 1, 1_048_576),
  }),
  setting({
    type: 'sglang-config:max-running-requests',
    title: 'Change --max-running-requests',
    description: 'A higher cap shortens the queue and costs inter-token latency and KV room.',
    parameters: number('integer', 1, 65_536),
  }),
];
