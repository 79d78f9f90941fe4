import { describe, expect, it } from '@jest/globals';
import { runChaos } from './chaos.js';

const KILLS = 20;
const LONGEST_MS = 180_000;

/** The short form of `npm run test:chaos`. */
describe('an agent that is killed again and again', () => {
  it(
    'does nothing twice, forgets nothing it did, ends every run and leaves no harm unsaid',
    async () => {
      const tally = await runChaos({ seed: Number(process.env['CHAOS_SEED'] ?? 1), kills: KILLS, lanes: 3 });
      expect(tally.violations).toEqual([]);
      expect(tally.kills).toBeGreaterThanOrEqual(KILLS);
      expect(tally.appliedShare).toBeGreaterThanOrEqual(0.5);
    },
    LONGEST_MS,
  );
});
