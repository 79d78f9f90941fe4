import { describe, expect, it } from '@jest/globals';
import type { Engine } from '@app/core';
import { type Patch, aFrameEngine, aWindow, anAnalysisContext } from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

const HOURS = 3600;
const IDLE_URL = 'http://127.0.0.1:8001';

function replica(url: string, frame: number, perFrame: number, patch: Patch<Engine>): Engine {
  return aFrameEngine({ id: url, url, counters: { requestsSucceeded: frame * perFrame }, ...patch });
}

interface Fleet {
  readonly share?: number;
  readonly busyUsage?: (frame: number) => number;
  readonly idle?: Patch<Engine>;
  readonly count?: number;
}

/** Two replicas over more than six hours, sampled every ten minutes. */
function outcome({ share = 0.02, busyUsage = () => 0.4, idle = {}, count = 40 }: Fleet) {
  const window = aWindow(count, HOURS / 6, (frame) => ({
    engines: [
      replica('http://127.0.0.1:8000', frame, 1000 * (1 - share), { kvCacheUsageRatio: busyUsage(frame) }),
      replica(IDLE_URL, frame, 1000 * share, { kvCacheUsageRatio: 0.1, ...idle }),
    ],
  }));
  const analysis = new Analyzer().analyze(window, anAnalysisContext());
  const isMine = ({ ruleId }: { ruleId: string }) => ruleId === 'replica-idle-sleepable';
  return {
    finding: analysis.findings.find((each) => isMine(each) && each.subject.id === IDLE_URL),
    notEvaluated: analysis.notEvaluated.find((each) => isMine(each) && each.subject === IDLE_URL)?.reason,
  };
}

describe('replica-idle-sleepable', () => {
  it('confirms after six hours that the others would do without it', () => {
    const { finding } = outcome({ idle: { sleepState: 'awake' } });
    expect(finding).toMatchObject({ severity: 'low', category: 'cost', state: 'confirmed' });
    expect(finding?.summary).toContain('served 2 % of the requests of its model');
    expect(finding?.evidence).toContainEqual(expect.objectContaining({ signal: 'derived.gpuHours', value: 6.5 }));
    expect(finding?.candidateActions.map(({ type }) => type)).toEqual(['vllm-sleep', 'k8s-scale']);
  });

  it('holds up to exactly one request in twenty', () => {
    expect(outcome({ share: 0.05 }).finding).toBeDefined();
    expect(outcome({ share: 0.06 }).finding).toBeUndefined();
  });

  it('takes the peak, not the mean', () => {
    expect(outcome({ busyUsage: (frame) => (frame === 20 ? 0.55 : 0.1) }).finding?.state).not.toBe('confirmed');
    expect(outcome({ busyUsage: () => 0.49 }).finding?.state).toBe('confirmed');
  });

  it('says nothing while anybody queues', () => {
    expect(outcome({ idle: { requestsWaiting: 1 } }).finding).toBeUndefined();
  });

  it('is not evaluated with less history, without replicas or without their load', () => {
    expect(outcome({ count: 20 }).notEvaluated).toBe('needs 21600 s of history');
    expect(outcome({ idle: { model: 'another' } }).notEvaluated).toContain('no two engines');
    expect(outcome({ idle: { kvCacheUsageRatio: null } }).notEvaluated).toContain('engines.kvCacheUsageRatio');
  });
});
