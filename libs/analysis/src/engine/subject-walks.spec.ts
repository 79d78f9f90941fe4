import { aFrame, aFrameEngine, frameTime } from '@app/testing/analysis';
import { describe, expect, it } from '@jest/globals';
import { orderFrames } from './frames.js';
import { type SubjectWalk, SubjectWalks } from './subject-walks.js';

const RULE = { scope: 'engine', sections: ['engines'] } as const;
const ALSO_GPU = { scope: 'engine', sections: ['engines', 'gpu'] } as const;

function walksOf(window: Parameters<typeof orderFrames>[0]): SubjectWalks {
  return new SubjectWalks(orderFrames(window, 10));
}

function secondsOf({ steps }: SubjectWalk<unknown>): (string | null)[] {
  return steps.map(({ sample }) => sample?.at ?? null);
}

describe('the walks over the subjects of a window', () => {
  const frames = [0, 10, 20].map((second) => aFrame(second));

  it('are the same for all rules of a scope that can use the same frames', () => {
    const walks = walksOf(frames);
    expect(walks.of({ ...RULE })).toBe(walks.of(RULE));
    expect(walks.of(ALSO_GPU)).toBe(walks.of(RULE));
    expect(walks.of({ scope: 'gpu', sections: [] }).map(({ subject }) => subject.kind)).toEqual(['gpu']);
  });

  it('leave out frames whose sections can not be read, and say why', () => {
    const sections = { gpu: { status: 'timeout', detail: 'no answer' } } as const;
    const window = [aFrame(0), aFrame(10, { sections }), aFrame(20)];
    const walks = walksOf(window);
    const [walk] = walks.of(ALSO_GPU);
    expect(walks.of(ALSO_GPU)).not.toBe(walks.of(RULE));

    expect(walk && secondsOf(walk)).toEqual([frameTime(0), null, frameTime(20)]);
    expect(walk?.steps[1]).toEqual({ sample: null, silence: 'section gpu is timeout: no answer' });
    expect(walk?.steps[2]?.sample?.previous?.at).toBe(frameTime(0));
    expect(walks.of(RULE)[0]?.steps[2]?.sample?.previous?.at).toBe(frameTime(10));
  });

  it('mark a restart, after which nothing before is compared with', () => {
    const engineAt = (startedAt: string) => ({ engines: [aFrameEngine({ startedAt })] });
    const window = [
      aFrame(0, engineAt(frameTime(-60))),
      aFrame(10, engineAt(frameTime(5))),
      aFrame(20, engineAt(frameTime(5))),
    ];
    const [walk] = walksOf(window).of(RULE);
    const steps = walk?.steps ?? [];

    expect(steps.map((step) => step.sample !== null && step.isRestarted)).toEqual([false, true, false]);
    expect(steps.map(({ sample }) => sample?.previous?.at ?? null)).toEqual([null, null, frameTime(10)]);
    expect(steps.at(-1)?.sample?.restarts).toHaveLength(1);
  });
});
