import { describe, expect, it } from '@jest/globals';
import type { Snapshot } from '@app/core';
import {
  aFrame,
  aFrameEngine,
  aFrameGpu,
  aFrameSystem,
  aFrameXid,
  aWindow,
  anAnalysisContext,
  frameTime,
  numbersIn,
  outcomeOf,
} from '@app/testing/analysis';
import { Analyzer } from './analyzer.js';
import { RULES } from './rules/rules.js';
import { formatEvidenceValue } from './format-evidence.js';

const analyze = (window: readonly Snapshot[], context = anAnalysisContext()) => new Analyzer().analyze(window, context);
const waitingAt = (second: number, requests: number) =>
  aFrame(second, { engines: [aFrameEngine({ requestsWaitingCapacity: requests })] });
const queue = (...requests: number[]) => requests.map((value, frame) => waitingAt(frame * 60, value));

/** Everything that can be wrong at once. */
function troubled(): Snapshot[] {
  return aWindow(7, 60, (frame) => ({
    gpus: [
      aFrameGpu({
        clockEventReasons: ['hw-thermal-slowdown'],
        temperature: { gpuCelsius: 92 },
        clocks: { smMhz: 1200 },
        ecc: { volatileUncorrected: frame },
        remappedRows: { pending: true, uncorrectable: 2 },
      }),
    ],
    engines: [
      aFrameEngine({
        requestsWaitingCapacity: 20,
        kvCacheUsageRatio: 0.98,
        counters: { preemptions: frame * 3 },
      }),
    ],
    system: aFrameSystem({
      pressure: { memoryFullAvg60: 12.345 },
      cgroup: { cpuPeriods: frame * 600, cpuThrottledPeriods: frame * 200 },
    }),
    events: [aFrameXid(48)],
  }));
}

describe('Analyzer', () => {
  it('calls a busy host healthy: full utilization, full memory, power cap at the default limit', () => {
    const busy = aFrameGpu({
      utilization: { gpuRatio: 1, memoryRatio: 1 },
      memory: { totalBytes: 100, usedBytes: 92, freeBytes: 8 },
      power: { drawWatts: 699 },
      clockEventReasons: ['sw-power-cap'],
      clockEventSeconds: { swPowerCap: 204 },
    });
    const analysis = analyze(aWindow(6, 60, () => ({ gpus: [busy] })));
    expect(analysis.findings.map(({ severity }) => severity)).toEqual(['info']);
    expect(analysis).toMatchObject({ healthStatus: 'healthy', healthScore: 100, primaryBottleneck: null });
    expect(analysis.coverage.rulesTotal).toBe(RULES.length);
    expect(analysis.coverage.rulesEvaluated).toBeGreaterThanOrEqual(35);
  });

  it('calls an idle host healthy', () => {
    const gpu = aFrameGpu({ utilization: { gpuRatio: 0 }, clocks: { smMhz: 210 }, clockEventReasons: ['gpu-idle'] });
    const engine = aFrameEngine({ requestsRunning: 0, kvCacheUsageRatio: 0 });
    const analysis = analyze(aWindow(4, 60, () => ({ gpus: [gpu], engines: [engine] })));
    expect(analysis).toMatchObject({ findings: [], healthStatus: 'healthy', healthScore: 100 });
  });

  it('knows nothing of an empty window', () => {
    const analysis = analyze([]);
    expect(analysis).toMatchObject({ healthStatus: 'unknown', healthScore: null, windowSeconds: 0, findings: [] });
    expect(analysis.notEvaluated).toHaveLength(RULES.length);
  });

  it('gives the same answer for frames out of order and given twice', () => {
    const window = queue(9, 9, 9, 0, 0, 9);
    const shuffled = [5, 0, 3, 3, 1, 4, 2].map((frame) => window[frame] as Snapshot);
    expect(analyze(shuffled)).toEqual(analyze(window));
  });

  it('goes from suspected to confirmed, with the times of the frames', () => {
    expect(analyze(queue(0, 9, 9)).findings[0]).toMatchObject({ state: 'suspected', firstSeenAt: frameTime(60) });
    const confirmed = analyze(queue(0, 9, 9, 9));
    expect(confirmed.findings[0]).toMatchObject({ state: 'confirmed', lastSeenAt: frameTime(180) });
    expect(confirmed).toMatchObject({ healthStatus: 'degraded', healthScore: 90, primaryBottleneck: 'queue-backlog' });
  });

  it('neither scores nor names a suspected finding', () => {
    expect(analyze(queue(9))).toMatchObject({ healthStatus: 'healthy', healthScore: 100, primaryBottleneck: null });
  });

  it('ends a confirmed finding after three good samples, not before', () => {
    expect(analyze(queue(9, 9, 9, 0, 0)).findings[0]?.state).toBe('confirmed');
    expect(analyze(queue(9, 9, 9, 0, 0, 0)).findings).toEqual([]);
  });

  it('does not count samples just behind the bound as good', () => {
    const usage = (...ratios: number[]) =>
      ratios.map((kvCacheUsageRatio, frame) =>
        aFrame(frame * 60, { engines: [aFrameEngine({ kvCacheUsageRatio, requestsWaitingCapacity: 2 })] }),
      );
    const [finding] = analyze(usage(0.95, 0.95, 0.95, 0.85, 0.85, 0.85)).findings;
    expect(finding?.state).toBe('confirmed');
    expect(finding?.evidence[0]?.value).toBe(0.95);
    expect(analyze(usage(0.95, 0.95, 0.95, 0.8, 0.8, 0.8)).findings).toEqual([]);
    expect(analyze(usage(0.85, 0.85, 0.85)).findings).toEqual([]);
  });

  it('does not add up samples across a long silence', () => {
    const window = [
      waitingAt(0, 9),
      waitingAt(15, 9),
      ...[30, 45, 60, 75, 90, 105].map((s) => aFrame(s, { engines: [] })),
    ];
    const [finding] = analyze([...window, waitingAt(120, 9)]).findings;
    expect(finding?.state).toBe('suspected');
  });

  it('drops the interval in which a counter fell', () => {
    const preemptions = [900, 2, 2, 2];
    const window = preemptions.map((count, frame) =>
      aFrame(frame * 60, { engines: [aFrameEngine({ kvCacheUsageRatio: 0.97, counters: { preemptions: count } })] }),
    );
    expect(analyze(window).findings.map(({ ruleId }) => ruleId)).toEqual(['engine-restarted']);
  });

  it('says unknown, never healthy, when a source can not be read', () => {
    const denied = (status: 'denied' | 'failed' | 'timeout') =>
      analyze([aFrame(0, { gpus: [], sections: { gpu: { status, detail: null } } })]);
    expect(denied('denied')).toMatchObject({ healthStatus: 'unknown' });
    expect(denied('timeout').notEvaluated).toContainEqual({
      ruleId: 'gpu-ecc-uncorrected',
      subject: null,
      reason: 'section gpu is timeout',
    });
  });

  it('does not call a subject fine that the newest frame can not show', () => {
    const window = [aFrame(0), aFrame(15, { gpus: [aFrameGpu({ ecc: { volatileUncorrected: null } })] })];
    expect(outcomeOf(analyze(window), 'gpu-ecc-uncorrected').notEvaluated).toContain('gpus.ecc.volatileUncorrected');
  });

  it('tells in its own words why an input is missing', () => {
    const gpu = aFrameGpu({ remappedRows: { pending: null } });
    const gaps = [{ signal: 'gpus.remappedRows.pending', status: 'ok', reason: 'not supported by this GPU' }] as const;
    expect(outcomeOf(analyze([aFrame(0, { gpus: [gpu], gaps })]), 'gpu-row-remap-pending').notEvaluated).toBe(
      'missing input: gpus.remappedRows.pending (not supported by this GPU)',
    );
  });

  it('keeps two GPUs apart by their UUIDs when their positions change', () => {
    const hot = { uuid: 'GPU-HOT', pciBusId: null, clockEventReasons: ['hw-thermal-slowdown'] } as const;
    const cool = { uuid: 'GPU-COOL', pciBusId: null } as const;
    const window = aWindow(3, 60, (frame) => ({
      gpus: [aFrameGpu({ ...hot, index: frame % 2 }), aFrameGpu({ ...cool, index: (frame + 1) % 2 })],
    }));
    const { findings } = analyze(window);
    expect(findings.map(({ id, state }) => [id, state])).toEqual([['gpu-thermal-hw-slowdown:gpu-hot', 'confirmed']]);
  });

  it('takes configured thresholds, inside their range, and says so', () => {
    const context = anAnalysisContext({ thresholds: { 'queue-backlog': { waitingRequests: 8 } } });
    expect(analyze(queue(7, 7, 7), context).findings).toEqual([]);
    expect(analyze(queue(8, 8, 8), context).findings[0]?.evidence[0]).toMatchObject({
      threshold: 8,
      thresholdSource: 'configuration',
    });
  });

  it('writes no number into a summary that is not one of its evidence values', () => {
    const { findings } = analyze(troubled());
    expect(findings.length).toBeGreaterThanOrEqual(7);
    for (const { summary, evidence } of findings) {
      const shown = evidence.flatMap((entry) => numbersIn(formatEvidenceValue(entry)));
      for (const number of numbersIn(summary)) expect(shown).toContain(number);
    }
  });

  it('gives every finding and evidence a stable id of its own that an URL can hold', () => {
    const { findings } = analyze(troubled());
    const ids = findings.flatMap(({ id, evidence }) => [id, ...evidence.map((entry) => entry.id)]);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[a-z0-9.:-]+$/);
    expect(ids).toContain('queue-backlog:http-127.0.0.1-8000.e1');
    expect(analyze(troubled())).toEqual(analyze(troubled()));
  });

  it('attaches symptoms to their roots and lists roots first', () => {
    const { findings, primaryBottleneck } = analyze(troubled());
    const backlog = findings.find(({ ruleId }) => ruleId === 'queue-backlog');
    expect(backlog).toMatchObject({ rootCause: false, candidateActions: [] });
    for (const { id, causedBy } of findings) {
      const position = findings.findIndex((finding) => finding.id === id);
      for (const cause of causedBy)
        expect(findings.findIndex((finding) => finding.id === cause)).toBeLessThan(position);
    }
    expect(primaryBottleneck).toBe('gpu-ecc-uncorrected');
  });
});
