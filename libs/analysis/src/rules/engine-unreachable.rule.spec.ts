import { describe, expect, it } from '@jest/globals';
import type { Engine, Snapshot } from '@app/core';
import {
  FRAME_ENGINE_ID,
  type FrameOptions,
  type Patch,
  aFrameEngine,
  aFrameXid,
  aWindow,
  anAnalysisContext,
  frameTime,
  outcomeOf,
} from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

const REFUSED = { signal: 'engines', status: 'failed' as const, reason: `${FRAME_ENGINE_ID} refused the connection` };
/** No engine answered: the section failed, and the snapshot lists none. */
const ALL_FAIL: FrameOptions = {
  engines: [],
  sections: { engines: { status: 'failed', detail: REFUSED.reason } },
  gaps: [REFUSED],
};
const OTHER_ID = 'http://127.0.0.1:8001';
const PROCESS: Engine['process'] = {
  pid: 10,
  pids: [10],
  flags: {},
  cpuCores: null,
  treeCpuCores: null,
  residentBytes: null,
  cpusAllowed: null,
  cgroupPath: null,
};

/** The engine is down while another one of the target answers. */
function oneFails(patch: Patch<Engine> = {}): FrameOptions {
  const other = aFrameEngine({ id: OTHER_ID, url: OTHER_ID });
  const down = aFrameEngine({ up: false, healthy: null, model: null, requestsRunning: null, ...patch });
  return { engines: [down, other], sections: { engines: { status: 'partial' } }, gaps: [REFUSED] };
}

function analyze(frame: (number: number) => FrameOptions, count: number, step = 15) {
  return new Analyzer().analyze(aWindow(count, step, frame) as Snapshot[], anAnalysisContext());
}
const outcome = (frame: (number: number) => FrameOptions, count: number) =>
  outcomeOf(analyze(frame, count), 'engine-unreachable');

describe('engine-unreachable', () => {
  it('confirms after thirty seconds that the only engine stopped answering, although no frame lists it any more', () => {
    const { finding } = outcome((frame) => (frame === 0 ? {} : ALL_FAIL), 4);
    expect(finding).toMatchObject({ severity: 'critical', state: 'confirmed', subject: { id: FRAME_ENGINE_ID } });
    expect(finding?.summary).toBe(
      `The engine did not answer 3 times in a row: ${FRAME_ENGINE_ID} refused the connection.`,
    );
    expect(finding?.subject.label).toContain('Llama');
  });

  it('knows an engine that never answered by the address that was asked', () => {
    const { finding } = outcome(() => ALL_FAIL, 3);
    expect(finding).toMatchObject({ state: 'confirmed', subject: { id: FRAME_ENGINE_ID } });
    const silent = { ...ALL_FAIL, sections: { engines: { status: 'timeout' as const } }, gaps: [] };
    expect(outcome(() => silent, 3).finding?.summary).toContain('section engines is timeout');
  });

  it('only suspects before three probes over thirty seconds', () => {
    expect(outcome((frame) => (frame === 0 ? {} : ALL_FAIL), 3).finding?.state).toBe('suspected');
  });

  it('says nothing while the engine answers, and clears after three answers', () => {
    expect(outcome(() => ({}), 3)).toEqual({ finding: undefined, notEvaluated: undefined });
    const back = (frame: number) => (frame < 4 ? ALL_FAIL : {});
    expect(outcome(back, 6).finding?.state).toBe('confirmed');
    expect(outcome(back, 7).finding).toBeUndefined();
  });

  it('is high while another replica answers', () => {
    expect(outcome(() => oneFails(), 3).finding).toMatchObject({ severity: 'high', state: 'confirmed' });
  });

  it('is medium while a new process may be loading its model, for ten minutes', () => {
    const loading = () => oneFails({ process: PROCESS });
    expect(outcome(loading, 40).finding?.severity).toBe('medium');
    expect(outcome(loading, 41).finding?.severity).toBe('high');
    const hung = (frame: number) => (frame === 0 ? { engines: [aFrameEngine({ process: PROCESS })] } : loading());
    expect(outcome(hung, 5).finding?.severity).toBe('high');
  });

  it('takes a dead engine behind living metrics as unreachable', () => {
    const { finding } = outcome(() => ({ engines: [aFrameEngine({ healthy: false })] }), 3);
    expect(finding).toMatchObject({ state: 'confirmed', severity: 'critical' });
    expect(finding?.summary).toContain('its health check answers that the engine is dead');
  });

  it('names the kernel incident near its beginning', () => {
    const xid = { events: [aFrameXid(79, { at: frameTime(10), lastAt: frameTime(10) })] };
    const { finding } = outcome((frame) => (frame === 0 ? {} : { ...ALL_FAIL, ...xid }), 4);
    expect(finding?.evidence).toContainEqual(expect.objectContaining({ signal: 'events.code', value: 79 }));
  });

  it('is not evaluated of an engine that sleeps or that may not be read, nor without the section', () => {
    const asleep = (frame: number) =>
      frame === 0 ? { engines: [aFrameEngine({ sleepState: 'discard-all' })] } : ALL_FAIL;
    expect(outcome(asleep, 4).notEvaluated).toBe('the engine is asleep');
    const denied: FrameOptions = { engines: [], sections: { engines: { status: 'denied' } } };
    expect(outcome(() => denied, 3).notEvaluated).toContain('does not allow');
    const absent: FrameOptions = { engines: [], sections: { engines: { status: 'absent', source: null } } };
    expect(outcome(() => absent, 3)).toEqual({ finding: undefined, notEvaluated: 'no engine in any snapshot' });
  });

  it('leaves the other rules of an engine that does not answer not evaluated, not clear', () => {
    const { notEvaluated } = analyze((frame) => (frame === 0 ? {} : ALL_FAIL), 8);
    const reasons = notEvaluated.filter(({ ruleId }) => ruleId === 'queue-backlog').map(({ reason }) => reason);
    expect(reasons).toEqual([expect.stringContaining('section engines is failed')]);
  });
});
