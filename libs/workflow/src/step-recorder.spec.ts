import { beforeEach, describe, expect, it } from '@jest/globals';
import { type RunStep, StepObserver } from '@app/core';
import { aStoredRun, InMemoryRunStore, SetClock } from '@app/testing/workflow';
import { initialState } from './state.js';
import { makeReportNode } from './nodes/report.node.js';
import { RunAbandonedError, StepRecorder } from './step-recorder.js';

class ListeningObserver extends StepObserver {
  readonly heard: string[] = [];

  override stepFinished({ stage, status, durationMs }: RunStep): void {
    this.heard.push(`${stage} ${status} ${durationMs}`);
  }
}

describe('an observer of steps', () => {
  const clock = new SetClock();
  const run = aStoredRun({ status: 'running' });
  let store: InMemoryRunStore;
  let observer: ListeningObserver;
  let recorder: StepRecorder;
  beforeEach(async () => {
    store = new InMemoryRunStore();
    observer = new ListeningObserver();
    recorder = new StepRecorder(store, clock, observer);
    await store.create(run);
  });

  it('hears of a step once, with its duration', async () => {
    await recorder.record(run.id, 'analyze', undefined, async () => {
      clock.advance(40);
      return { status: 'ok', detail: null, update: {} };
    });
    expect(observer.heard).toEqual(['analyze ok 40']);
  });

  it('hears of a step that failed', async () => {
    await recorder.begin(run.id, 'collect', undefined);
    clock.advance(7);
    await recorder.recordFailure(run.id, 'collect', undefined, new Error('broken'));
    expect(observer.heard).toEqual(['collect failed 7']);
  });

  it('hears of the steps that the report adds', async () => {
    await makeReportNode({ store, recorder, clock })(initialState(run, false));
    expect(observer.heard).toEqual(['report ok 0']);
  });

  it('hears nothing of a step that is not kept', async () => {
    const recording = recorder.record(run.id, 'analyze', undefined, async () => {
      await store.transition(run.id, ['running'], 'cancelled');
      return { status: 'ok', detail: null, update: {} };
    });
    await expect(recording).rejects.toThrow(RunAbandonedError);
    expect(observer.heard).toEqual([]);
  });
});
