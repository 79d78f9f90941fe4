import { describe, expect, it } from '@jest/globals';
import { DecodeLedger } from './decode-ledger.js';
import { KvPool } from './kv-pool.js';
import { EngineRequest } from './request.js';

/** A request whose prompt has been computed and whose first token is there. */
function aDecode(pool: KvPool, promptTokens: number, outputTokens: number): EngineRequest {
  const drawn = { context: -1, contextTokens: 0, promptTokens, outputTokens, isAborted: false, isCutByLength: false };
  const request = new EngineRequest(drawn, 0, 0);
  request.computed = promptTokens;
  request.generated = 1;
  request.blocks = pool.blocksFor(promptTokens);
  pool.allocate(request.blocks);
  return request;
}

describe('the ledger of requests that decode', () => {
  it('ends each with its last token, holding the blocks that its tokens fill', () => {
    const pool = new KvPool(100);
    const ledger = new DecodeLedger(pool);
    const requests = [1, 15, 16, 17, 40].map((tokens, i) => aDecode(pool, tokens, 20 + 7 * i));
    for (const request of requests) ledger.start(request);
    const ended: EngineRequest[] = [];
    for (let step = 0; step < 60; step += 1) {
      expect(ledger.grow()).toBe(true);
      for (const request of ledger.pass()) {
        ended.push(request);
        expect(request.generated).toBe(request.outputTokens);
        expect(request.blocks).toBe(pool.blocksFor(request.promptTokens + request.outputTokens - 1));
        pool.release(request.blocks);
      }
    }
    expect(ended).toEqual(requests);
    expect([ledger.count, ledger.kvTokens, pool.usedBlocks]).toEqual([0, 0, 0]);
  });

  it.each([15, 16, 17, 31, 32])(
    'lets go of all blocks of a request of %i tokens that stops in a planned step',
    (tokens) => {
      const pool = new KvPool(100);
      const ledger = new DecodeLedger(pool);
      const request = aDecode(pool, tokens, 200);
      ledger.start(request);
      ledger.grow();
      ledger.stop(request);
      pool.release(request.blocks);
      expect([ledger.count, ledger.kvTokens, pool.usedBlocks]).toEqual([0, 0, 0]);
    },
  );

  it('takes nothing when the pool has too few blocks', () => {
    const pool = new KvPool(1);
    const ledger = new DecodeLedger(pool);
    ledger.start(aDecode(pool, 16, 5));
    expect(ledger.grow()).toBe(false);
    expect(pool.usedBlocks).toBe(1);
  });
});
