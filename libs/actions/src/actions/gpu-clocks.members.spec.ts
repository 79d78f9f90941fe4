import { describe, expect, it } from '@jest/globals';
import type { Finding, Snapshot } from '@app/core';
import { aGpu, type GpuOverrides } from '@app/testing/gpu';
import { anEngine, aSnapshot } from '@app/testing/metrics';
import { GpuResetClocksAction } from './gpu-clocks.action.js';

const refuse = (): never => {
  throw new Error('nothing is run here');
};
const SMI = { query: refuse, set: refuse, unavailable: () => Promise.resolve(null) };
const SOURCES = {
  ...{ dcgmUrl: null, nodeExporterUrl: null, engineUrls: [], lmcacheUrls: [], kernelLog: 'none' },
  gpu: 'auto',
} as const;

const LOCKED: GpuOverrides = { clocks: { smMhz: 900 } };
const uuidOf = (index: number): string => aGpu({ index }).uuid ?? '';

/** An engine over all of these, of which the first is what a finding is about. */
function members(...gpus: GpuOverrides[]): readonly string[] | null {
  const snapshot: Snapshot = aSnapshot({
    gpus: gpus.map((overrides, index) => aGpu({ index, ...overrides })),
    engines: [anEngine({ gpuUuids: gpus.map((_, index) => uuidOf(index)) })],
  });
  const finding = { subject: { kind: 'gpu', id: uuidOf(0), label: 'GPU 0' }, evidence: [] } as unknown as Finding;
  const action = new GpuResetClocksAction(SMI, { sources: SOURCES });
  const result = action.propose({ type: 'gpu-reset-clocks', parameters: {} }, finding, snapshot);
  return result.kind === 'proposal' ? result.proposal.members : null;
}

describe('the GPUs whose clocks are reset together', () => {
  it('are all of a group whose clock is held low, the one of the finding first', () => {
    expect(members(LOCKED, LOCKED, LOCKED)).toEqual([uuidOf(0), uuidOf(1), uuidOf(2)]);
  });

  it.each<[string, GpuOverrides]>([
    ['runs at its maximum', {}],
    ['is slowed down by heat', { ...LOCKED, clockEventReasons: ['sw-thermal-slowdown'] }],
    ['is held by its power limit', { ...LOCKED, clockEventReasons: ['sw-power-cap'] }],
    ['does not tell why it is slow', { ...LOCKED, clockEventReasons: null }],
  ])('do not include one that %s', (_, other) => {
    expect(members(LOCKED, other)).toEqual([uuidOf(0)]);
  });
});
