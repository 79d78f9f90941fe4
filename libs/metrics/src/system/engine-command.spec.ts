import { describe, expect, it } from '@jest/globals';
import { isEngineCommand } from './engine-command.js';

describe('isEngineCommand', () => {
  it.each([
    'vllm serve meta-llama/Llama-3.1-8B-Instruct --port 8000',
    '/usr/bin/python3 /usr/local/bin/vllm serve m',
    '/opt/venv/bin/python3.12 -u /opt/venv/bin/vllm serve m',
    'python -m vllm.entrypoints.openai.api_server --model m',
    'python3 -X faulthandler -m vllm.entrypoints.cli.main serve m',
    'python3 /app/vllm/entrypoints/openai/api_server.py',
    'VLLM::EngineCore',
    'VLLM::Worker_TP0',
    'VLLM::EngineCore_DP0 ',
    'python3 -m sglang.launch_server --model-path m',
    'python3 -m sglang.srt.server',
    'sglang serve --model-path m',
    'sglang::scheduler_TP0',
    'sglang::detokenizer',
    'ray::RayWorkerWrapper.execute_method',
    'lmcache server --port 5555',
    'python3 /usr/local/bin/lmcache_server 0.0.0.0 65432',
    'python3 -m lmcache.v1.multiprocess.server',
    'python3 -m lmcache.server 0.0.0.0 65432',
  ])('knows %j', (line) => {
    expect(isEngineCommand(line.split(' '))).toBe(true);
  });

  it.each([
    '',
    'bash -c vllm serve m',
    'grep vllm serve',
    'vim vllm/entrypoints/openai/api_server.py',
    'docker run vllm/vllm-openai serve m',
    'kubectl exec pod -- vllm serve m',
    'vllm bench serve',
    'vllm --help',
    'python3 -m vllm.benchmarks.serve',
    'python3 -m sglang.bench_serving',
    'python3 -c import vllm.entrypoints',
    'python3 train.py vllm serve',
    'python3',
    'constructor serve',
  ])('does not take %j for one', (line) => {
    expect(isEngineCommand(line.split(' '))).toBe(false);
  });
});
