import { defineFault, ENGINE } from './fault.js';
import { multiplyTraffic } from './traffic-factors.js';

export const trafficBurst = defineFault({
  id: 'traffic-burst',
  title: 'Many more requests than an engine can serve',
  healing: 'clients send as before; what waits is served or given up',
  parameters: {
    engine: ENGINE,
    factor: { default: 6, min: 0.01, max: 100, description: 'times as many requests' },
  },
  inject: ({ machine }, { engine, factor }) => multiplyTraffic(machine.engine(engine), { requests: factor }),
});
