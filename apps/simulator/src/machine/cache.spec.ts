import { beforeEach, describe, expect, it } from '@jest/globals';
import { SimulatedCache } from './cache.js';
import { EngineRequest } from './request.js';

const BYTES_PER_TOKEN = 131_072;

const aPrompt = (context: number, promptTokens = 1100): EngineRequest =>
  new EngineRequest(
    { context, contextTokens: 1024, promptTokens, outputTokens: 10, isAborted: false, isCutByLength: false },
    0,
    0,
  );

describe('a simulated LMCache', () => {
  let cache: SimulatedCache;

  beforeEach(() => {
    cache = new SimulatedCache(0, { capacityGib: 2, remoteGib: 10 }, BYTES_PER_TOKEN, 24e9);
  });

  it('finds what it stored, in whole chunks, beyond what the engine has', () => {
    expect(cache.find(aPrompt(1), 0).tokens).toBe(0);
    cache.store(aPrompt(1));
    expect(cache.find(aPrompt(1), 0)).toMatchObject({ knownTokens: 1024, tokens: 1024, isRemote: false });
    expect(cache.find(aPrompt(1), 512)).toMatchObject({ knownTokens: 1024, tokens: 512 });
    expect(cache.view().counters.storedTokens).toBe(1024);
  });

  it('forgets what was used longest ago once it is full, and the remote server still has it', () => {
    for (let context = 0; context < 40; context += 1) cache.store(aPrompt(context));
    expect(cache.view().usedBytes).toBe(2 * 2 ** 30);
    expect(cache.view().counters.evictedChunks).toBeGreaterThan(50);
    expect(cache.find(aPrompt(0), 0)).toMatchObject({ tokens: 1024, isRemote: true });
    expect(cache.find(aPrompt(39), 0)).toMatchObject({ tokens: 1024, isRemote: false });
  });

  it('counts what is loaded', () => {
    cache.store(aPrompt(1));
    const request = aPrompt(1);
    expect(cache.load(request, cache.find(request, 0))).toBe(1024);
    const { counters, retrieveSpeed } = cache.view();
    expect(counters).toMatchObject({ lookups: 1, lookupTokens: 1100, lookupHitTokens: 1024, hitTokens: 1024 });
    expect(retrieveSpeed).toMatchObject({ count: 1 });
  });

  it('finds and stores nothing, without an error, while it is unhealthy', () => {
    cache.store(aPrompt(1));
    cache.setHealthy(false);
    expect(cache.find(aPrompt(1), 0).tokens).toBe(0);
    expect(cache.store(aPrompt(2))).toBe(0);
    cache.setHealthy(true);
    expect(cache.find(aPrompt(1), 0).tokens).toBe(1024);
  });

  it('leaves out a backend that is bypassed', () => {
    cache.store(aPrompt(1));
    cache.bypass('LocalCPUBackend', true);
    expect(cache.find(aPrompt(1), 0).isRemote).toBe(true);
    cache.bypass('RemoteBackend', true);
    expect(cache.find(aPrompt(1), 0).tokens).toBe(0);
    expect(cache.view().bypassed).toEqual(['LocalCPUBackend', 'RemoteBackend']);
  });

  it('keeps what is hot and takes nothing new while frozen', () => {
    cache.store(aPrompt(1));
    cache.freeze(true);
    expect(cache.store(aPrompt(2))).toBe(0);
    expect(cache.find(aPrompt(1), 0).tokens).toBe(1024);
  });

  it('takes longer, then gives up, when the remote server is slow', () => {
    cache.store(aPrompt(1));
    cache.drop(['LocalCPUBackend']);
    const usual = cache.find(aPrompt(1), 0).seconds;
    cache.slowRemote(10);
    expect(cache.find(aPrompt(1), 0).seconds).toBeGreaterThan(8 * usual);
    cache.slowRemote(1000);
    const request = aPrompt(1);
    expect(cache.load(request, cache.find(request, 0))).toBe(0);
    expect(cache.view().counters.slowRetrievals).toBe(1);
  });

  it('is unhealthy from the first ping that the remote server does not answer, until it can again', () => {
    cache.slowRemote(Infinity);
    cache.step(31);
    expect(cache.view()).toMatchObject({ isHealthy: false, counters: { remotePings: 1, remotePingErrors: 1 } });
    cache.slowRemote(1);
    expect(cache.view().isHealthy).toBe(true);
  });

  it('says how many chunks it dropped', () => {
    cache.store(aPrompt(1));
    expect(cache.drop(['LocalCPUBackend'])).toBe(4);
    expect(cache.view().usedBytes).toBe(0);
    expect(cache.view().counters.storedTokens).toBe(1024);
  });
});
