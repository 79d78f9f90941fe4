import { readdirSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { ACTIONS } from '@app/actions';
import { ruleCatalogue } from '@app/analysis';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { SCENARIO_KINDS, type Scenario, type ScenarioKind } from './scenario.js';
import { SCENARIOS } from './scenarios.js';
import { missedBounds } from './score/bounds.js';
import { missOf } from './score/report.js';
import type { ScenarioScore } from './score/score-scenario.js';
import { tallyFamilies } from './score/tally.js';

const FAMILIES = new URL('families/', import.meta.url);
/** Rules of the catalogue whose inputs nobody collects: that they are not found is no feat, and no mistake. */
const WITHOUT_INPUTS = ['nvlink-down', 'driver-version-skew'];
/** Nobody executes these, and nobody may propose them. */
const NEVER = ['host-reboot', 'gpu-ecc-disable', 'lmcache-controller-compress', 'lmcache-run-script'];
const SCORING_MS = 300_000;

function scoreInThread(): Promise<readonly ScenarioScore[]> {
  const loader = new URL('../../apps/agent/src/bundle/run-worker-from-source.mjs', import.meta.url).href;
  const execArgv = ['--no-warnings', '--import', loader];
  const worker = new Worker(new URL('score/score.worker.ts', import.meta.url), { execArgv });
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

function shareOf(kind: ScenarioKind): number {
  return SCENARIOS.filter((scenario) => scenario.kind === kind).length / SCENARIOS.length;
}

function repeated(values: readonly unknown[]): unknown[] {
  return values.filter((value, i) => values.indexOf(value) !== i);
}

function faultsOf({ kind, title, relation, truth }: Scenario): string[] {
  const { rootCauses, subjects = {}, mustFind = [], mustNotFind = [], acceptableActions = [] } = truth;
  const { forbiddenActions = [] } = truth;
  const expected = new Set([...rootCauses, ...mustFind]);
  const causes = rootCauses.length;
  const faults: readonly (readonly [boolean, string])[] = [
    [title === '', 'no title'],
    // The key of the source stands in brackets.
    [!/\[[^\]]+\]/.test(relation), 'a relation without a source'],
    [kind === 'healthy' && causes > 0, 'healthy, and has a root cause'],
    [kind === 'fault' && causes !== 1, 'a fault has one root cause'],
    [kind === 'multi' && expected.size < 2, 'several findings are two at least'],
    [causes === 0 && mustFind.length + acceptableActions.length > 0, 'something wanted where nothing is wrong'],
    [mustNotFind.some((ruleId) => expected.has(ruleId)), 'a rule that must be found and must not'],
    [Object.keys(subjects).some((ruleId) => !expected.has(ruleId)), 'a subject of a rule that is not expected'],
    [acceptableActions.some((type) => forbiddenActions.includes(type)), 'an action that is wanted and harmful'],
  ];
  return faults.filter(([isFaulty]) => isFaulty).map(([, fault]) => fault);
}

describe('the scenarios', () => {
  it.each(readdirSync(FAMILIES).filter((name) => name.endsWith('.scenarios.ts')))(
    'contain those of %s',
    async (name) => {
      const family = (await import(`./families/${name.replace(/\.ts$/, '.js')}`)) as Record<string, unknown>;
      const exported = Object.values(family).filter((value) => Array.isArray(value)) as Scenario[][];

      expect(exported.flat().length).toBeGreaterThan(0);
      expect(exported.flat().filter((scenario) => !SCENARIOS.includes(scenario))).toEqual([]);
    },
  );

  it('are enough of each kind to say something', () => {
    expect(SCENARIOS.length).toBeGreaterThanOrEqual(150);
    expect(shareOf('healthy')).toBeGreaterThanOrEqual(0.25);
    expect(shareOf('twin')).toBeGreaterThanOrEqual(0.2);
    expect(SCENARIO_KINDS.filter((kind) => shareOf(kind) === 0)).toEqual([]);
  });

  it('have ids of their own, which read well', () => {
    const ids = SCENARIOS.map(({ id }) => id);
    expect(repeated(ids)).toEqual([]);
    expect(ids.filter((id) => !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(id))).toEqual([]);
    const families = new Set(SCENARIOS.map(({ family }) => family));
    expect(ids.filter((id) => families.has(id))).toEqual([]);
  });

  it('say what they show, and truths that do not contradict themselves', () => {
    expect(SCENARIOS.flatMap((scenario) => faultsOf(scenario).map((fault) => `${scenario.id}: ${fault}`))).toEqual([]);
  });

  it('name rules and actions that exist', () => {
    const rules = new Set([...ruleCatalogue().map(({ id }) => id), ...WITHOUT_INPUTS]);
    const actions = new Set(ACTIONS.map(({ type }) => type));
    const unknown = SCENARIOS.flatMap(({ id, truth }) => {
      const { rootCauses, mustFind = [], mustNotFind = [], acceptableActions = [], forbiddenActions = [] } = truth;
      return [
        ...[...rootCauses, ...mustFind, ...mustNotFind].filter((ruleId) => !rules.has(ruleId)),
        ...acceptableActions.filter((type) => !actions.has(type)),
        ...forbiddenActions.filter((type) => !actions.has(type) && !NEVER.includes(type)),
      ].map((name) => `${id}: ${name}`);
    });
    expect(unknown).toEqual([]);
  });
});

describe('the analysis of the scenarios', () => {
  let scores: readonly ScenarioScore[] = [];

  beforeAll(async () => {
    scores = await scoreInThread();
  }, SCORING_MS);

  it('keeps the bounds of the score', () => {
    const missed = missedBounds(tallyFamilies(scores));
    // What a failure prints: the bounds, and which scenarios are to blame.
    expect(missed.length === 0 ? [] : [...missed, ...scores.flatMap(missOf)]).toEqual([]);
  });

  it('is better than to call everything healthy, and than fixed thresholds', () => {
    const total = tallyFamilies(scores).at(-1);
    for (const baseline of [total?.alwaysHealthy, total?.fixedThresholds]) {
      expect(total?.analysis.top1).toBeGreaterThan(baseline?.top1 ?? 1);
      expect(total?.analysis.allCauses).toBeGreaterThan(baseline?.allCauses ?? 1);
    }
  });
});
