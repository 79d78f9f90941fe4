import type { CandidateAction, Engine } from '@app/core';

/** Room for the adapters that wait now; without the present number it says only which way to go. */
export function changeLoraSlots({ lora }: Engine): CandidateAction {
  const value = lora?.maxAdapters == null ? null : lora.maxAdapters + lora.waitingAdapters;
  return {
    type: 'vllm-config:max-loras',
    parameters: value === null ? { direction: 'raise' } : { value, direction: 'raise' },
  } satisfies CandidateAction;
}
