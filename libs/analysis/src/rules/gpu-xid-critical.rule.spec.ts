import { describe, expect, it } from '@jest/globals';
import type { SectionStatus, Snapshot } from '@app/core';
import {
  FRAME_GPU_UUID,
  aFrame,
  aFrameGpu,
  aFrameSystem,
  aFrameXid,
  anAnalysisContext,
  frameTime,
  outcomeOf,
} from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

function outcome(...window: Snapshot[]) {
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'gpu-xid-critical');
}
const DAY = 86_400;

describe('gpu-xid-critical', () => {
  it('finds the GPU of a failure by its bus id', () => {
    const { finding } = outcome(aFrame(60, { events: [aFrameXid(119)] }));
    expect(finding).toMatchObject({ severity: 'critical', state: 'confirmed', subject: { id: FRAME_GPU_UUID } });
    expect(finding?.summary).toBe('The driver logged XID 119 (GSP RPC time-out) for the GPU at 0000:3b:00.');
    expect(finding?.candidateActions.map(({ type }) => type)).toContain('gpu-reset');
  });

  it('reports a GPU that has left the bus, under its old name if it was seen before', () => {
    const gone = aFrame(60, { gpus: [], events: [aFrameXid(79)] });
    expect(outcome(gone).finding?.subject).toMatchObject({ kind: 'gpu', id: '0000:3b:00' });
    expect(outcome(aFrame(0), gone).finding?.subject.id).toBe(FRAME_GPU_UUID);
  });

  it.each([13, 31, 43, 45, 63, 92, 94])('leaves XID %d to others: not a failure of the hardware', (code) => {
    expect(outcome(aFrame(60, { events: [aFrameXid(code)] }))).toEqual({ finding: undefined, notEvaluated: undefined });
  });

  it.each([61, 999])('asks a person to look at XID %d, of which nobody says what helps', (code) => {
    const { finding } = outcome(aFrame(60, { events: [aFrameXid(code)] }));
    expect(finding).toMatchObject({ severity: 'medium', candidateActions: [{ type: 'notify-oncall' }] });
  });

  it('leaves a change of the recovery action to its own rule', () => {
    expect(outcome(aFrame(60, { events: [aFrameXid(154)] })).finding).toBeUndefined();
  });

  it('does not look up errors of an NVSwitch', () => {
    expect(outcome(aFrame(60, { events: [aFrameXid(79, { kind: 'sxid' })] })).finding).toBeUndefined();
  });

  it('takes a long incident to be as young as its last line', () => {
    const events = [aFrameXid(119, { lastAt: frameTime(3600), count: 400 })];
    expect(outcome(aFrame(DAY + 3600, { events })).finding).toBeDefined();
    expect(outcome(aFrame(DAY + 3601, { events })).finding).toBeUndefined();
  });

  it('adds up what the log says of one code, however often frames repeat it', () => {
    const later = aFrameXid(119, { at: frameTime(600), count: 3 });
    const { finding } = outcome(
      aFrame(60, { events: [aFrameXid(119, { count: 2 })] }),
      aFrame(700, { events: [aFrameXid(119, { lastAt: frameTime(50), count: 5 }), later] }),
    );
    expect(finding?.evidence.find(({ signal }) => signal === 'events.count')?.value).toBe(8);
  });

  it('tells that other GPUs had the same', () => {
    const events = [aFrameXid(74), aFrameXid(74, { pciBusId: '0000:af:00' })];
    expect(outcome(aFrame(60, { events })).finding?.evidence).toContainEqual(
      expect.objectContaining({ signal: 'derived.gpusWithSameXid', value: 2 }),
    );
  });

  it('takes a new code of dcgm-exporter where the kernel log can not be read, and never one that was there', () => {
    const frame = (second: number, xid: { lastCode: number; count?: number }) =>
      aFrame(second, { gpus: [aFrameGpu({ xid })], sections: { kernelLog: { status: 'absent' } } });
    expect(outcome(frame(0, { lastCode: 79 })).notEvaluated).toContain('needs another sample');
    expect(outcome(frame(0, { lastCode: 79 }), frame(60, { lastCode: 79 })).finding).toBeUndefined();
    expect(outcome(frame(0, { lastCode: 31 }), frame(60, { lastCode: 79 })).finding).toMatchObject({
      severity: 'critical',
      confidence: 'medium',
    });
    const counted = [frame(0, { lastCode: 79, count: 1 }), frame(60, { lastCode: 79, count: 3 })];
    expect(outcome(...counted).finding?.evidence).toContainEqual(
      expect.objectContaining({ signal: 'events.count', value: 2 }),
    );
  });

  it('lets the line of a Blackwell link error say whether it is fatal', () => {
    const events = (message: string) => [aFrameXid(145, { message })];
    expect(outcome(aFrame(60, { events: events('NVLink: RLW Fatal link 3') })).finding?.severity).toBe('critical');
    expect(outcome(aFrame(60, { events: events('NVLink: RLW Nonfatal link 3') })).finding?.severity).toBe('low');
  });

  it('counts an event up to exactly a day', () => {
    const events = [aFrameXid(79)];
    expect(outcome(aFrame(DAY, { events })).finding).toBeDefined();
    expect(outcome(aFrame(DAY + 1, { events })).finding).toBeUndefined();
  });

  it('forgets events from before the last boot', () => {
    const system = aFrameSystem({ uptimeSeconds: 30 });
    expect(outcome(aFrame(60, { system, events: [aFrameXid(79)] })).finding).toBeUndefined();
    const events = [aFrameXid(79, { at: frameTime(40) })];
    expect(outcome(aFrame(60, { system, events })).finding).toBeDefined();
  });

  it('forgets an event once a reset of the GPU was seen', () => {
    const events = [aFrameXid(95)];
    const used = aFrameGpu({ clockEventSeconds: { swPowerCap: 500 } });
    expect(outcome(aFrame(60, { gpus: [used], events }), aFrame(120, { events })).finding).toBeUndefined();
  });

  it('keeps an event that only one frame shows', () => {
    expect(outcome(aFrame(60, { events: [aFrameXid(62)] }), aFrame(120), aFrame(180)).finding?.state).toBe('confirmed');
  });

  it('cleans text that somebody may have forged', () => {
    const message = `Xid\n\u001b[31m${'x'.repeat(400)}`;
    const { finding } = outcome(aFrame(60, { events: [aFrameXid(79, { message })] }));
    const text = finding?.evidence.find(({ signal }) => signal === 'events.message')?.value;
    expect(text).toMatch(/^[\x20-\x7e]{1,200}$/);
  });

  it.each(['absent', 'denied', 'failed', 'timeout', 'stale'] satisfies SectionStatus[])(
    'is not evaluated with a kernel log that is %s',
    (status) => {
      const frame = aFrame(60, { sections: { kernelLog: { status, detail: 'no access' } } });
      expect(outcome(frame).notEvaluated).toBe(`section kernelLog is ${status}: no access`);
    },
  );

  it('is not evaluated for a GPU without a bus id', () => {
    expect(outcome(aFrame(60, { gpus: [aFrameGpu({ pciBusId: null })] })).notEvaluated).toBe(
      'missing input: gpus.pciBusId',
    );
  });
});
