import { describe, expect, it } from '@jest/globals';
import { configIn, healthIn, lmcacheVersionIn, mpStatusIn, NO_CONFIG } from './lmcache-answers.js';

const GIB = 1024 ** 3;
const json = (value: unknown): string => JSON.stringify(value);
const NO_ANSWERS = ['', 'null', '[]', '7', '"text"', '{}', '<html>no</html>', '{"healthy":"yes"}', '{"status":1}'];

describe('healthIn', () => {
  it.each<[unknown, boolean]>([
    [{ healthy: true, unhealthy_count: 0 }, true],
    [{ healthy: false, unhealthy_count: 1 }, false],
    [{ status: 'healthy' }, true],
    [{ status: 'unhealthy', reason: 'engine not initialized' }, false],
  ])('reads %j', (answer, healthy) => {
    expect(healthIn(json(answer))).toBe(healthy);
  });

  it.each(NO_ANSWERS)('is null for %j', (text) => {
    expect(healthIn(text)).toBeNull();
  });
});

describe('mpStatusIn', () => {
  it('reads state, chunk size and the size the first tier may grow to', () => {
    const l1 = { memory_total_bytes: 20 * GIB, memory_configured_bytes: 100 * GIB };
    const status = { is_healthy: false, chunk_size: 256, storage_manager: { is_healthy: false, l1_manager: l1 } };

    expect(mpStatusIn(json(status))).toEqual({
      healthy: false,
      config: { chunkSizeTokens: 256, capacityBytes: 100 * GIB },
    });
  });

  it('takes what is allocated so far for no capacity, and odd parts for none', () => {
    const allocated = { is_healthy: true, storage_manager: { l1_manager: { memory_total_bytes: 5 } } };

    expect(mpStatusIn(json(allocated))?.config).toEqual(NO_CONFIG);
    expect(mpStatusIn(json({ is_healthy: true, chunk_size: '256', storage_manager: 3 }))?.config).toEqual(NO_CONFIG);
  });

  it.each(NO_ANSWERS)('is null for %j', (text) => {
    expect(mpStatusIn(text)).toBeNull();
  });
});

describe('configIn', () => {
  it('reads chunk size and pool of LMCache in an engine, and nothing that may be secret', () => {
    const conf = { chunk_size: 512, max_local_cpu_size: 5.5, remote_url: 'redis://u:secret@h', extra_config: {} };

    expect(configIn(json(conf))).toEqual({ chunkSizeTokens: 512, capacityBytes: 5.5 * GIB });
  });

  it('reads chunk size and first tiers of an MP server', () => {
    const tier = (bytes: number) => ({ memory_config: { size_in_bytes: bytes, use_lazy: true } });
    const single = { mp: { chunk_size: 256 }, storage_manager: { l1_manager_config: tier(GIB) } };
    const several = { l1_manager_config: tier(GIB), l1_manager_configs: [tier(GIB), tier(2 * GIB)] };

    expect(configIn(json(single))).toEqual({ chunkSizeTokens: 256, capacityBytes: GIB });
    expect(configIn(json({ mp: {}, storage_manager: several })).capacityBytes).toBe(3 * GIB);
  });

  it.each([
    ...NO_ANSWERS,
    '{"chunk_size":-1,"max_local_cpu_size":0}',
    '{"mp":4,"storage_manager":[1]}',
    '{"max_local_cpu_size":5e-324}',
    '{"max_local_cpu_size":1e308}',
  ])('knows nothing by %j', (text) => {
    expect(configIn(text)).toEqual(NO_CONFIG);
  });
});

describe('lmcacheVersionIn', () => {
  it.each([
    ['"0.3.9"', '0.3.9'],
    ['"0.3.9.post1-abcdef0"', '0.3.9.post1-abcdef0'],
    ['"0.3.9-NA"', '0.3.9'],
    ['"NA-NA"', null],
    ['""', null],
    ['"<coroutine object get_lmc_version at 0x7f>"', null],
    ['{"version":"0.11.0"}', null],
    ['0.3.9', null],
  ])('reads %s as %j', (text, version) => {
    expect(lmcacheVersionIn(text)).toBe(version);
  });
});
