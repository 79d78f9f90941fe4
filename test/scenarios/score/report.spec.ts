import { describe, expect, it } from '@jest/globals';
import { format } from 'prettier';
import type { Truth } from '../scenario.js';
import { ALWAYS_HEALTHY } from './baselines.js';
import { missedBounds } from './bounds.js';
import { missOf, tableOf } from './report.js';
import type { ScenarioScore } from './score-scenario.js';
import { scoreVerdict } from './score-verdict.js';
import { tallyFamilies } from './tally.js';
import type { Verdict } from './verdict.js';

function found(ruleId: string): Verdict {
  const finding = { ruleId, subjectId: 'GPU-a', severity: 'high', isRoot: true, actions: [] } as const;
  return { primaryBottleneck: ruleId, findings: [finding] };
}

function scored(family: string, truth: Truth, verdict: Verdict): ScenarioScore {
  const kind = truth.rootCauses.length === 0 ? 'healthy' : 'fault';
  return {
    scenario: { id: `${family}-one`, family, kind, title: 't', relation: 'r [X]', seed: 1, truth },
    frames: 20,
    verdict,
    notEvaluated: [{ ruleId: 'disk-full', subject: null, reason: 'section system is absent' }],
    analysis: scoreVerdict(truth, verdict),
    alwaysHealthy: scoreVerdict(truth, ALWAYS_HEALTHY),
    fixedThresholds: scoreVerdict(truth, ALWAYS_HEALTHY),
  };
}

const HOT = scored('gpu', { rootCauses: ['gpu-hot'] }, found('gpu-hot'));
const QUIET = scored('quiet', { rootCauses: [] }, ALWAYS_HEALTHY);
const FALSE_ALARM = scored('quiet', { rootCauses: [] }, found('gpu-hot'));
const MISSED = scored('disk', { rootCauses: ['disk-full'] }, ALWAYS_HEALTHY);

describe('the report of a score', () => {
  it('has a row for each family in alphabetical order, and one for all', () => {
    const rows = tableOf(tallyFamilies([QUIET, HOT, FALSE_ALARM]))
      .split('\n')
      .slice(2);
    expect(
      rows.map((row) =>
        row
          .split('|')
          .slice(1, 6)
          .map((cell) => cell.trim()),
      ),
    ).toEqual([
      ['gpu', '1', '100.0 %', '100.0 %', '–'],
      ['quiet', '2', '50.0 %', '50.0 %', '25.0'],
      ['total', '3', '66.7 %', '66.7 %', '25.0'],
    ]);
  });

  it('is formatted as the documents are', async () => {
    const table = `${tableOf(tallyFamilies([QUIET, HOT]))}\n`;
    expect(await format(table, { parser: 'markdown' })).toBe(table);
  });

  it('names what is expected, what was found instead and why it was not looked at', () => {
    expect(missOf(MISSED)).toEqual([
      'disk-one (disk, fault): the first cause is wrong; all causes 0.0 %; not found: disk-full',
      '  expected: disk-full; first is nothing',
      '  got: nothing',
      '  not evaluated: disk-full (no subject): section system is absent',
    ]);
    expect(missOf(HOT)).toEqual([]);
  });

  it('names the actions where none is wanted', () => {
    const score = scored('gpu', { rootCauses: ['gpu-hot'], acceptableActions: ['notify'] }, found('gpu-hot'));
    expect(missOf(score).slice(1)).toEqual([
      '  expected: gpu-hot; first is gpu-hot',
      '  got: gpu-hot (GPU-a) high',
      '  actions: none; wanted one of: notify',
    ]);
  });

  it('names the bounds that are not kept, and none when all are', () => {
    expect(missedBounds(tallyFamilies([HOT, QUIET]))).toEqual([]);
    expect(missedBounds(tallyFamilies([HOT, MISSED]))).toEqual([
      'disk: top-1 0.0 % is below 85.0 %',
      'total: top-1 50.0 % is below 95.0 %',
      'total: all causes 50.0 % is below 90.0 %',
    ]);
    expect(missedBounds(tallyFamilies([FALSE_ALARM]))).toContain('1 findings on healthy machines');
  });
});
