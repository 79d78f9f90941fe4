import { describe, expect, it } from '@jest/globals';
import type { OutcomeVerdict, TrackRecord } from '@app/core';
import { MOST_TRACK_RECORDS, trackRecordLines } from './track-record-lines.js';

function aRecord(
  count: number,
  verdicts: Partial<Record<OutcomeVerdict, number>>,
  ruleId = 'gpu-clocks-locked-low',
): TrackRecord {
  return {
    type: 'gpu-reset-clocks',
    ruleId,
    count,
    verdicts: { improved: 0, neutral: 0, regressed: 0, inconclusive: 0, ...verdicts },
    predictedChangeRatio: null,
    observedChangeRatio: null,
    lastAt: '2026-01-01T00:00:00.000Z',
  };
}

describe('the track record of an action', () => {
  it('names only what happened', () => {
    expect(trackRecordLines([aRecord(3, { improved: 2, regressed: 1 })])).toEqual([
      ' record of gpu-reset-clocks for gpu-clocks-locked-low: done 3 times before, 2 improved, 1 regressed',
    ]);
  });

  it('is told of those that were done most often, in the same order each time', () => {
    const records = Array.from({ length: 9 }, (_, at) => aRecord(at + 1, { neutral: at + 1 }, `rule-${at}`));
    const lines = trackRecordLines(records);
    expect(lines).toHaveLength(MOST_TRACK_RECORDS);
    expect(lines[0]).toContain('rule-8');
    expect(trackRecordLines([...records].reverse())).toEqual(lines);
  });
});
