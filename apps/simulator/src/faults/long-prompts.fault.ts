import { defineFault, ENGINE } from './fault.js';
import { multiplyTraffic } from './traffic-factors.js';

export const longPrompts = defineFault({
  id: 'long-prompts',
  title: 'Prompts become much longer',
  healing: 'clients send prompts as before',
  parameters: {
    engine: ENGINE,
    factor: { default: 20, min: 0.05, max: 200, description: 'times as many tokens that only this request has' },
  },
  inject: ({ machine }, { engine, factor }) => multiplyTraffic(machine.engine(engine), { promptTokens: factor }),
});
