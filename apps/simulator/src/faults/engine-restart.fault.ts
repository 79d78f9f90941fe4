import { defineFault, ENGINE } from './fault.js';

export const engineRestart = defineFault({
  id: 'engine-restart',
  title: 'The process of an engine ends and starts anew',
  healing: 'nothing: it serves again when it has loaded',
  parameters: {
    engine: ENGINE,
    loadSeconds: { default: 15, min: 0, max: 3600, description: 'time until it serves' },
  },
  inject({ machine }, { engine, loadSeconds }) {
    machine.engine(engine).restart(loadSeconds);
    return () => undefined;
  },
});
