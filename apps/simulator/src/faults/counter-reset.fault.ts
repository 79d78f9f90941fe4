import { defineFault, ENGINE } from './fault.js';

export const counterReset = defineFault({
  id: 'counter-reset',
  title: 'Counters of an engine and its cache begin at zero while it goes on',
  healing: 'nothing: they count on from there',
  parameters: { engine: ENGINE },
  inject({ machine }, { engine }) {
    machine.engine(engine).resetCounters();
    for (const cache of machine.caches) if (cache.engine === engine) cache.resetCounters();
    return () => undefined;
  },
});
