import { CACHE, defineFault } from './fault.js';

/** The tier in host memory would hide the remote one, since it answers what is asked for most. */
const LOCAL = 'LocalCPUBackend';

export const slowRemoteCache = defineFault({
  id: 'slow-remote-cache',
  title: 'The remote tier of LMCache answers slowly, and all that is kept is there',
  healing: 'it answers as before, and host memory is used again',
  parameters: {
    cache: CACHE,
    factor: { default: 20, min: 1, max: 1e6, description: 'times as long as before' },
  },
  inject({ machine }, { cache, factor }) {
    const slow = machine.cache(cache);
    if (!slow.view().hasRemote) throw new RangeError(`cache ${cache} has no remote tier`);
    slow.slowRemote(factor);
    slow.bypass(LOCAL, true);
    return () => {
      slow.slowRemote(1);
      slow.bypass(LOCAL, false);
    };
  },
});
