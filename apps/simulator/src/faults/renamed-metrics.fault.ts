import { defineFault, ENGINE, type FaultTarget } from './fault.js';

/** Names that no version of vLLM has had. */
const RENAMES = {
  'vllm:num_requests_running': 'vllm:scheduler_requests_active',
  'vllm:num_requests_waiting': 'vllm:scheduler_requests_queued',
  'vllm:kv_cache_usage_perc': 'vllm:kv_block_usage_ratio',
};

export const renamedMetrics = defineFault({
  id: 'renamed-metrics',
  title: 'An engine of another version has new names for what tells its load',
  healing: 'the names are as before',
  parameters: { engine: ENGINE },
  inject(target, { engine }) {
    pageOf(target, engine).renames = RENAMES;
    return () => {
      pageOf(target, engine).renames = {};
    };
  },
});

function pageOf({ engines }: FaultTarget, position: number): FaultTarget['engines'][number] {
  const page = engines[position];
  if (page === undefined) throw new RangeError(`there is no engine ${position}`);
  return page;
}
