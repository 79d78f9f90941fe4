import { describe, expect, it } from '@jest/globals';
import { engineCommandOf } from './engine-command.js';

const words = (line: string): string[] => line.split(' ');

describe('engineCommandOf', () => {
  it.each([
    ['vllm serve m', 'vllm', 8000],
    ['/opt/venv/bin/python3.12 /opt/venv/bin/vllm serve m --port 8001', 'vllm', 8001],
    ['python3 -u -X dev -m vllm.entrypoints.openai.api_server --model m --port=8002', 'vllm', 8002],
    ['python -m vllm.entrypoints.cli.main serve m', 'vllm', 8000],
    ['python3 /src/vllm/entrypoints/openai/api_server.py --port 8003', 'vllm', 8003],
    ['python3 -m sglang.launch_server --model-path m', 'sglang', 30_000],
    ['python3 -m sglang.launch_server --model-path m --port 30001', 'sglang', 30_001],
    ['sglang serve --model-path m', 'sglang', 30_000],
  ])('knows the server in %j', (line, kind, port) => {
    expect(engineCommandOf(words(line))).toMatchObject({ kind, port });
  });

  it.each([
    'sh -c vllm serve m --port 8000',
    'vllm bench serve --port 8000',
    'python3 -m sglang.bench_serving --port 30000',
    'vim vllm serve',
    'VLLM::EngineCore_DP0',
    'sglang::scheduler_TP0',
    'python3 -c from multiprocessing.spawn import spawn_main',
    'python3 -m lmcache.v1.api_server --port 9000',
    '',
  ])('takes %j for none', (line) => {
    expect(engineCommandOf(words(line))).toBeNull();
  });

  it.each([
    [['vllm serve m --port 8001']],
    [[['vllm', 'serve', 'm', '--port', '8001', ''].join('\0')]],
    [['vllm', 'serve', 'm', '--port', '8001', '']],
  ])('reads words, NUL and blanks alike (%#)', (commandLine) => {
    expect(engineCommandOf(commandLine)).toMatchObject({ port: 8001, flags: { model: 'm' } });
  });

  it('keeps the flags it knows under their long names', () => {
    const line =
      'vllm serve org/model-7B --max-num-seqs 256 --gpu_memory_utilization=0.9 -tp 4 -pp 2 --swap-space 4 ' +
      '--enable-prefix-caching --no-enable-chunked-prefill --kv-cache-dtype fp8 --max-model-len 32k';

    expect(engineCommandOf(words(line))?.flags).toEqual({
      model: 'org/model-7B',
      'max-num-seqs': '256',
      'gpu-memory-utilization': '0.9',
      'tensor-parallel-size': '4',
      'pipeline-parallel-size': '2',
      'swap-space': '4',
      'enable-prefix-caching': 'true',
      'enable-chunked-prefill': 'false',
      'kv-cache-dtype': 'fp8',
      'max-model-len': '32k',
    });
  });

  it('keeps the flags of SGLang', () => {
    const line =
      'python3 -m sglang.launch_server --model-path m --max-running-requests 64 --tp 2 --dp-size 2 ' +
      '--mem-fraction-static 0.85 --schedule-conservativeness 0.3 --chunked-prefill-size -1 --disable-radix-cache';

    expect(engineCommandOf(words(line))?.flags).toEqual({
      model: 'm',
      'max-running-requests': '64',
      'tensor-parallel-size': '2',
      'data-parallel-size': '2',
      'mem-fraction-static': '0.85',
      'schedule-conservativeness': '0.3',
      'chunked-prefill-size': '-1',
      'disable-radix-cache': 'true',
    });
  });

  it.each([
    [['--api-key', 'sk-s3cret']],
    [['--api-key=sk-s3cret']],
    [['--api_key', 'sk-s3cret']],
    [['--hf-token', 'sk-s3cret']],
    [['--model', 'https://user:sk-s3cret@host/model']],
    [['--model', 'https://host/model?token=sk-s3cret']],
    [['--kv-transfer-config', '{"kv_connector":"X","kv_connector_extra_config":{"password":"sk-s3cret"}}']],
    [['--ssl-keyfile', 'sk-s3cret', '--served-model-name', 'sk-s3cret']],
  ])('keeps no secret (%#)', (given) => {
    expect(JSON.stringify(engineCommandOf(['vllm', 'serve', ...given]))).not.toContain('s3cret');
  });

  it.each([
    [['--kv-transfer-config', '{"kv_connector":"LMCacheConnectorV1","kv_role":"kv_both","kv_port":"1"}']],
    [['--kv-transfer-config={"kv_connector": "LMCacheConnectorV1", "kv_role": "kv_both"}']],
    [words('--kv-transfer-config { "kv_connector": "LMCacheConnectorV1", "kv_role": "kv_both" } --port 1')],
  ])('keeps the names of the KV connector and its role only (%#)', (given) => {
    expect(engineCommandOf(['vllm', 'serve', 'm', ...given])?.flags['kv-transfer-config']).toBe(
      '{"kv_connector":"LMCacheConnectorV1","kv_role":"kv_both"}',
    );
  });

  it.each(['0', '65536', 'x', '99999999999', '-1'])('falls back to the default for the port %s', (port) => {
    expect(engineCommandOf(['vllm', 'serve', 'm', '--port', port])?.port).toBe(8000);
  });
});
