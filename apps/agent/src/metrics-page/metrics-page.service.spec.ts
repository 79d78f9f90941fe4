import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { LlmActivity } from '@app/llm';
import { parsePrometheusText, ProcessCostMeter, SourceCost } from '@app/metrics';
import { InMemoryRunStore, SetClock } from '@app/testing/workflow';
import { StepDurations } from './duration-histograms.js';
import type { ActionReader } from './action-reader.js';
import type { LlmReader } from './llm-reader.js';
import { MetricsPageService } from './metrics-page.service.js';
import { PAGE_PARTS } from './page-readings.js';
import type { StateReader } from './state-reader.js';

/** A state whose parts fail by name. */
function aState(
  broken: ReadonlySet<string>,
): Pick<StateReader, 'runs' | 'targets' | 'findings' | 'store'> &
  Pick<ActionReader, 'actions' | 'safety'> &
  Pick<LlmReader, 'llm'> {
  const runs = new InMemoryRunStore();
  const answer = async <Value>(part: string, value: Value): Promise<Value> => {
    if (broken.has(part)) throw new Error(`${part} is broken`);
    return value;
  };
  return {
    runs: async () => answer('runs', await runs.countByStatus()),
    targets: () => answer('targets', [{ id: 'local', isSimulated: false }]),
    findings: () => answer('findings', []),
    actions: () => answer('actions', { ended: [], underWay: [], effects: [] }),
    safety: () => answer('safety', { isKillSwitchEngaged: false, targets: [] }),
    store: () => answer('store', { bytes: 1, boundBytes: 2, rows: { runs: 0, historyFrames: 0 }, lastSweep: null }),
    llm: () =>
      answer('llm', {
        tokensUsedToday: 0,
        dailyTokenBudget: 10,
        circuit: 'closed' as const,
        totals: new LlmActivity().totals(),
      }),
  };
}

describe('MetricsPageService', () => {
  let broken: Set<string>;
  let warnings: unknown[];
  let meter: ProcessCostMeter;
  let service: MetricsPageService;
  beforeEach(() => {
    broken = new Set();
    warnings = [];
    meter = new ProcessCostMeter();
    service = new MetricsPageService(
      aState(broken) as unknown as StateReader,
      aState(broken) as unknown as ActionReader,
      aState(broken) as unknown as LlmReader,
      meter,
      new StepDurations(),
      new SourceCost(new SetClock()),
    );
    Logger.overrideLogger({ log: () => undefined, error: () => undefined, warn: (text) => warnings.push(text) });
  });
  afterEach(() => {
    meter.onApplicationShutdown();
    Logger.overrideLogger(false);
  });

  async function valuesOf(name: string): Promise<number[]> {
    const { samples } = parsePrometheusText(await service.page());
    return samples.filter((sample) => sample.name === `resource_agent_${name}`).map(({ value }) => value);
  }

  it('tells of the agent without sources, runs or findings', async () => {
    const { problems } = parsePrometheusText(await service.page());
    expect(problems).toEqual([]);
    expect(await valuesOf('targets')).toEqual([1]);
    expect(await valuesOf('part_readable')).toEqual(PAGE_PARTS.map(() => 1));
  });

  it('tells the rest when a part is broken, and says which one is', async () => {
    broken.add('runs');
    expect(await valuesOf('runs_active')).toEqual([]);
    expect(await valuesOf('targets')).toEqual([1]);
    const { samples } = parsePrometheusText(await service.page());
    const unreadable = samples.filter(({ name, value }) => name.endsWith('part_readable') && value === 0);
    expect(unreadable.map(({ labels }) => labels['part'])).toEqual(['runs']);
  });

  it('logs once that a part is broken, and again after it was well in between', async () => {
    broken.add('store');
    await service.page();
    await service.page();
    expect(warnings).toHaveLength(1);
    broken.clear();
    await service.page();
    broken.add('store');
    await service.page();
    expect(warnings).toHaveLength(2);
  });
});
