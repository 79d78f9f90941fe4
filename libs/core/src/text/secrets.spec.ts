import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { withoutSecrets } from './secrets.js';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

describe('secrets', () => {
  it.each([
    ['a Groq key', 'key gsk_abcDEF0123456789 used', 'gsk_abcDEF0123456789'],
    ['a short Groq key', 'gsk_test', 'gsk_test'],
    ['an OpenAI key', 'sk-proj-abc123DEF456', 'sk-proj-abc123DEF456'],
    ['a Hugging Face token', 'hf_abcdefGHIJKL', 'hf_abcdefGHIJKL'],
    ['a GitHub token', 'ghp_16C7e42F292c6912E7710c838347Ae178B4a', 'ghp_16C7e42F292c6912E7710c838347Ae178B4a'],
    ['an AWS key', 'AKIAIOSFODNN7EXAMPLE', 'AKIAIOSFODNN7EXAMPLE'],
    ['a bearer token', 'Authorization: Bearer abc.def-123', 'abc.def-123'],
    ['basic credentials', 'Basic dXNlcjpwYXNzd29yZA==', 'dXNlcjpwYXNzd29yZA'],
    ['a JSON web token', 'eyJhbGciOi.eyJzdWIiOiIx.SflKxw', 'eyJzdWIiOiIx'],
    ['credentials of an address', 'redis://default:hunter2@cache:6379/0', 'hunter2'],
    ['a password', 'DB_PASSWORD=hunter2 next', 'hunter2'],
    ['a password in a sentence', 'password: hunter2', 'hunter2'],
    ['a password inside a longer name', 'dbpassword=hunter2', 'hunter2'],
    ['a quoted secret', '{"client_secret": "abc"}', 'abc'],
    ['a flag', 'vllm serve --api-key swordfish9 --port 8000', 'swordfish9'],
    ['a token that is assigned', 'HF_TOKEN=swordfish', 'swordfish'],
    ['a query', 'http://host/x?access_token=abcd&y=1', 'abcd'],
    ['a private key', '-----BEGIN RSA PRIVATE KEY----- MIIB -----END RSA PRIVATE KEY----- end', 'MIIB'],
    ['a long hexadecimal number', 'digest 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b', '9f86d081884c7d659a2f'],
    ['a long random string', 'wJalrXUtnFEMIK7MDENGbPxRfiCY0aB9', 'wJalrXUtnFEMIK7MDENG'],
  ])('%s is gone for good', (_, text, secret) => {
    const cleaned = withoutSecrets(text);
    expect(cleaned).not.toContain(secret);
    if (!text.includes('://default')) expect(cleaned).toContain('[secret]');
  });

  it('are found wherever random letters and digits stand', () => {
    const letter = fc.constantFrom(...LETTERS);
    fc.assert(
      fc.property(fc.array(letter, { minLength: 40, maxLength: 64 }), (letters) => {
        expect(withoutSecrets(`mounted ${letters.join('')} today`)).not.toContain(letters.slice(0, 20).join(''));
      }),
      { numRuns: 300, seed: 5 },
    );
  });

  it.each([
    'The time to first token: 2.3 s, objective 2 s.',
    'max-num-batched-tokens=512',
    'First tokens are late: requests wait in the queue',
    'meta-llama/Llama-3.1-8B-Instruct (http://10.0.0.1:8000)',
    'deepseek-ai/DeepSeek-R1-Distill-Qwen-32B',
    'Qwen/Qwen2.5-Coder-32B-Instruct-GPTQ-Int4',
    'NVIDIA A100-SXM4-80GB MIG 1g.10gb',
    'GPU-2f60d1be-8a17-4b0d-9c35-51e7a40c66d2',
    'NVRM: Xid (PCI:0000:1b:00): 13, pid=24113, name=python3, Graphics SM Warp Exception on (GPC 3, TPC 1)',
    '/opt/venv/lib/python3.12/site-packages/vllm/v1/engine/core.py',
    'oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0-1',
    'task-runner and disk-usage are names',
  ])('leave %s as it is', (text) => {
    expect(withoutSecrets(text)).toBe(text);
  });
});
