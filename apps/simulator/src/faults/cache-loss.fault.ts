import { CACHE, defineFault } from './fault.js';

export const cacheLoss = defineFault({
  id: 'cache-loss',
  title: 'LMCache loses what it holds and keeps nothing',
  healing: 'it is healthy, empty, and fills again',
  parameters: { cache: CACHE },
  inject({ machine }, { cache }) {
    const lost = machine.cache(cache);
    lost.setHealthy(false);
    lost.drop();
    return () => lost.setHealthy(true);
  },
});
