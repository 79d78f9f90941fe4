import { defineFault, ENGINE } from './fault.js';
import { multiplyTraffic } from './traffic-factors.js';

export const kvThrash = defineFault({
  id: 'kv-thrash',
  title: 'Long answers fill the KV cache until requests are preempted',
  healing: 'answers are as long as before',
  parameters: {
    engine: ENGINE,
    factor: { default: 8, min: 0.1, max: 100, description: 'times as many tokens of each answer' },
  },
  inject: ({ machine }, { engine, factor }) => multiplyTraffic(machine.engine(engine), { outputTokens: factor }),
});
