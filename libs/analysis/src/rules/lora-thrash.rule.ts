import { plainAction } from './engine-actions.js';
import { isSettling } from './engine-readings.js';
import { changeLoraSlots } from './lora-slots.js';
import { BASELINE, CLEAR, defineRule, lastOf, missing, reading } from './rule.js';

type Threshold = 'waitingAdapters';

/** More adapters are wanted at a time than fit: requests wait until others have been swapped out. */
export const loraThrashRule = defineRule<'engine', Threshold>({
  id: 'lora-thrash',
  title: 'LoRA adapters wait for a slot',
  category: 'bottleneck',
  scope: 'engine',
  durationClass: 'D1',
  sections: ['engines'],
  keeps: 'state',
  inputs: [
    { signal: 'engines.lora.waitingAdapters', required: true },
    { signal: 'engines.lora.runningAdapters', required: true },
    { signal: 'engines.lora.maxAdapters', required: true },
  ],
  thresholds: {
    waitingAdapters: {
      value: 1,
      unit: 'count',
      source: 'engineering choice',
      range: { min: 1, max: 1000 },
      description: 'adapters that wait while every slot is taken',
    },
  },
  candidateActions: ['vllm-config:max-loras', 'router-rebalance'],
  reference: 'vLLM metrics: lora_requests_info names running and waiting adapters and max_lora',

  judge(sample, { thresholds }) {
    const { lora } = sample.state;
    if (!sample.state.up) return missing('engines.lora.waitingAdapters');
    if (lora === null) return { status: 'inapplicable', reason: 'the engine serves no LoRA adapters' };
    if (lora.maxAdapters === null) return missing('engines.lora.maxAdapters');
    if (isSettling(sample)) return BASELINE;
    const isFull = lora.runningAdapters >= lora.maxAdapters;
    return isFull && lora.waitingAdapters >= thresholds.waitingAdapters ? { status: 'holds' } : CLEAR;
  },

  conclude(run, context) {
    const sample = lastOf(run);
    const { state: engine } = sample;
    return {
      severity: 'medium',
      confidence: 'high',
      summary: '{waiting} LoRA adapters wait while {running} of {max} slots are taken.',
      evidence: {
        waiting: reading(sample, 'engines.lora.waitingAdapters', engine.lora?.waitingAdapters, 'count', {
          bound: context.bound('>=', 'waitingAdapters'),
        }),
        running: reading(sample, 'engines.lora.runningAdapters', engine.lora?.runningAdapters, 'count'),
        max: reading(sample, 'engines.lora.maxAdapters', engine.lora?.maxAdapters, 'count'),
        deferred: reading(sample, 'engines.requestsWaitingDeferred', engine.requestsWaitingDeferred, 'count'),
      },
      candidateActions: [changeLoraSlots(engine), plainAction('router-rebalance')],
    };
  },
});
