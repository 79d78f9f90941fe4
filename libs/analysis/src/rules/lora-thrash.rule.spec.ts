import { describe, expect, it } from '@jest/globals';
import type { Engine } from '@app/core';
import { aFrameEngine, aWindow, anAnalysisContext, outcomeOf } from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

function outcome(lora: (frame: number) => Engine['lora'], count = 3) {
  const window = aWindow(count, 60, (frame) => ({ engines: [aFrameEngine({ lora: lora(frame) })] }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'lora-thrash');
}
const slots = (runningAdapters: number, waitingAdapters: number, maxAdapters: number | null = 4) => ({
  runningAdapters,
  waitingAdapters,
  maxAdapters,
});

describe('lora-thrash', () => {
  it('confirms adapters that wait while every slot is taken', () => {
    const { finding } = outcome(() => slots(4, 3));
    expect(finding).toMatchObject({ severity: 'medium', state: 'confirmed' });
    expect(finding?.summary).toBe('3 LoRA adapters wait while 4 of 4 slots are taken.');
    expect(finding?.candidateActions[0]).toEqual({
      type: 'vllm-config:max-loras',
      parameters: { value: 7, direction: 'raise' },
    });
  });

  it('says nothing while a slot is free, nobody waits or one scrape only shows it', () => {
    expect(outcome(() => slots(3, 3)).finding).toBeUndefined();
    expect(outcome(() => slots(4, 0)).finding).toBeUndefined();
    expect(outcome((frame) => slots(4, frame === 1 ? 2 : 0)).finding).toBeUndefined();
  });

  it('only suspects before its duration', () => {
    expect(outcome(() => slots(4, 1), 2).finding?.state).toBe('suspected');
  });

  it('is not evaluated without adapters or without their limit', () => {
    expect(outcome(() => null).notEvaluated).toBe('the engine serves no LoRA adapters');
    expect(outcome(() => slots(4, 1, null)).notEvaluated).toBe('missing input: engines.lora.maxAdapters');
  });
});
