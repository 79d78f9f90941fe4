import { describe, expect, it } from '@jest/globals';
import type { KernelEvent, Snapshot } from '@app/core';
import {
  aFrame,
  aFrameEngine,
  aFrameGpu,
  aFrameXid,
  anAnalysisContext,
  frameTime,
  outcomeOf,
} from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

function outcome(...window: Snapshot[]) {
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'gpu-xid-app');
}
const withEvents = (...events: KernelEvent[]) => outcome(aFrame(4000, { events }));
const of = (pid: number, second: number) => aFrameXid(13, { pid, at: frameTime(second) });

describe('gpu-xid-app', () => {
  it.each([13, 31, 43, 68])('is low for XID %d: the application has to act, not the GPU', (code) => {
    const { finding } = withEvents(aFrameXid(code, { pid: 4711, processName: 'python3' }));
    expect(finding).toMatchObject({ severity: 'low', state: 'confirmed' });
    expect(finding?.candidateActions.map(({ type }) => type)).toEqual(['engine-health-check', 'collect-diagnostics']);
    expect(finding?.evidence).toContainEqual(expect.objectContaining({ signal: 'events.pid', value: 4711 }));
  });

  it('is high for a contained memory error, of which the engine dies', () => {
    expect(withEvents(aFrameXid(94)).finding?.severity).toBe('high');
  });

  it.each([45, 63, 92])('takes XID %d for context', (code) => {
    expect(withEvents(aFrameXid(code)).finding).toMatchObject({ severity: 'info', candidateActions: [] });
  });

  it('tells somebody of a retirement that did not work', () => {
    expect(withEvents(aFrameXid(157)).finding).toMatchObject({
      severity: 'medium',
      candidateActions: [{ type: 'notify-oncall' }],
    });
  });

  it('suspects the hardware from three different processes within an hour', () => {
    expect(withEvents(of(1, 0), of(2, 1000), of(3, 3600)).finding?.severity).toBe('medium');
    expect(withEvents(of(1, 0), of(2, 1000), of(3, 3601)).finding?.severity).toBe('low');
    expect(withEvents(of(1, 0), of(1, 1000), of(1, 2000)).finding?.severity).toBe('low');
    expect(withEvents(of(1, 0), of(2, 1000)).finding?.severity).toBe('low');
  });

  it('is high, and proposes a restart, when the engine on the GPU died of it', () => {
    const events = [aFrameXid(31, { at: frameTime(70) })];
    const down = aFrame(120, { events, engines: [aFrameEngine({ up: false, gpuUuids: null })] });
    const { finding } = outcome(aFrame(60), down);
    expect(finding?.severity).toBe('high');
    expect(finding?.candidateActions.map(({ type }) => type)).toContain('vllm-restart');
    expect(finding?.summary).toContain('http://127.0.0.1:8000');
  });

  it('does not blame an old error for an engine that went on after it', () => {
    const events = [aFrameXid(31, { at: frameTime(0) })];
    const frames = [aFrame(300, { events }), aFrame(360, { events, engines: [aFrameEngine({ up: false })] })];
    expect(outcome(...frames).finding?.severity).toBe('low');
  });

  it('leaves errors within a minute of a failure of the GPU to that failure', () => {
    const failure = aFrameXid(48, { at: frameTime(100) });
    expect(withEvents(failure, aFrameXid(94, { at: frameTime(160) })).finding).toBeUndefined();
    expect(withEvents(failure, aFrameXid(94, { at: frameTime(161) })).finding).toBeDefined();
    const elsewhere = aFrameXid(48, { at: frameTime(100), pciBusId: '0000:af:00' });
    expect(withEvents(elsewhere, aFrameXid(94, { at: frameTime(160) })).finding).toBeDefined();
  });

  it.each([62, 79, 154, 61, 999])('leaves XID %d to others', (code) => {
    expect(withEvents(aFrameXid(code))).toEqual({ finding: undefined, notEvaluated: undefined });
  });

  it('is not evaluated without a kernel log', () => {
    const sections = { kernelLog: { status: 'denied', detail: 'no access' } } as const;
    expect(outcome(aFrame(60, { sections })).notEvaluated).toBe('section kernelLog is denied: no access');
  });

  it('takes a change of the code that dcgm-exporter keeps, where there is no kernel log', () => {
    const frame = (second: number, lastCode: number) =>
      aFrame(second, { gpus: [aFrameGpu({ xid: { lastCode } })], sections: { kernelLog: { status: 'absent' } } });
    expect(outcome(frame(0, 31), frame(60, 31)).finding).toBeUndefined();
    expect(outcome(frame(0, 0), frame(60, 31)).finding).toMatchObject({ severity: 'low', confidence: 'medium' });
  });
});
