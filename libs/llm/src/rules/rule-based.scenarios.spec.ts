import { ACTIONS } from '@app/actions';
import { Analyzer } from '@app/analysis';
import { analysisSettingsOf, loadSettings } from '@app/config';
import { type InsightRequest, type Insights, type Objective, OBJECTIVES } from '@app/core';
import { readBundle, RecordedMachine } from '@app/metrics';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { SCENARIOS } from '../../../../test/scenarios/scenarios.js';
import { verifyDraft } from '../verify/verifier.js';
import { withOwnAdvice } from './own-advice.js';
import { asDraft, ruleBasedAnswer, type RuleBasedText } from './rule-based-text.js';

interface Written {
  readonly id: string;
  readonly request: InsightRequest;
  readonly text: RuleBasedText;
  readonly advice: readonly string[];
}

/** The first of every family, and all in which something can't be read. */
const ASKED = SCENARIOS.filter(
  ({ kind, family }, index) => kind === 'gap' || SCENARIOS.findIndex((first) => first.family === family) === index,
);
const ANALYSIS_MS = 300_000;

async function requestOf({ build }: (typeof SCENARIOS)[number]): Promise<InsightRequest> {
  const read = readBundle(build());
  if (read.kind === 'invalid') throw new Error('no bundle');
  const { bundle } = read;
  const { snapshots, snapshot, target } = await new RecordedMachine(bundle).read();
  const own = analysisSettingsOf(loadSettings({}), target);
  const { sloTtftP95Seconds, sloItlP95Seconds, expectedGpuUuids } = bundle.settings ?? {};
  const slo = {
    ttftP95Seconds: sloTtftP95Seconds ?? own.slo.ttftP95Seconds,
    itlP95Seconds: sloItlP95Seconds ?? own.slo.itlP95Seconds,
  };
  const nowMs = Math.max(...bundle.frames.map(({ at }) => Date.parse(at)));
  const expected = expectedGpuUuids === undefined ? {} : { expectedGpuUuids };
  const analysis = new Analyzer().analyze(snapshots, { ...own, target, nowMs, slo, ...expected });
  const confirmed = analysis.findings.filter(({ state }) => state === 'confirmed');
  const types = new Set(confirmed.flatMap(({ candidateActions }) => candidateActions.map(({ type }) => type)));
  return {
    runId: 'run-1',
    target,
    mode: 'recommend',
    objective: 'balanced',
    snapshot,
    analysis,
    slo,
    candidateActions: ACTIONS.filter(({ type }) => types.has(type)),
  };
}

/** Every text of an answer; titles have no full stop. */
function sentencesIn({ summary, rootCauses, recommendations }: RuleBasedText): string[] {
  return [
    summary,
    ...rootCauses.map(({ explanation }) => explanation),
    ...recommendations.flatMap(({ rationale, expectedEffect }) => [rationale, expectedEffect]),
  ];
}

/** Numbers of a text, without those in names such as `GPU 3` and in addresses. */
function numbersIn(text: string, request: InsightRequest): string[] {
  const names = request.analysis.findings.flatMap(({ subject }) => [subject.label, subject.id]);
  const bare = names.reduce((rest, name) => rest.replaceAll(name, ''), text);
  const unnamed = bare
    .replace(/GPUs? \d[\d, -]*(?:and \d+)?/g, '')
    .replace(/\S*[a-z_/:]\S*\d\S*|\S*\d\S*[a-z_:]\S*/gi, '');
  return unnamed.match(/(?<![\w.])\d+(?:\.\d+)?/g) ?? [];
}

describe('the rule-based writer over recordings with a known truth', () => {
  const written: Written[] = [];

  beforeAll(async () => {
    for (const scenario of ASKED) {
      const request = await requestOf(scenario);
      written.push({ id: scenario.id, request, ...ruleBasedAnswer(request) });
    }
  }, ANALYSIS_MS);

  function offenders(isOffending: (one: Written) => readonly string[]): string[] {
    return written.flatMap((one) => isOffending(one).map((what) => `${one.id}: ${what}`));
  }

  it('has something to judge in every family', () => {
    expect(new Set(ASKED.map(({ family }) => family)).size).toBe(new Set(SCENARIOS.map(({ family }) => family)).size);
    expect(written.filter(({ text }) => text.recommendations.length > 0).length).toBeGreaterThan(25);
    expect(written.filter(({ text }) => text.recommendations.length === 0).length).toBeGreaterThan(10);
  });

  it('writes nothing that its own check takes out', () => {
    expect(
      offenders(({ request, text, advice }) =>
        verifyDraft(asDraft(text), withOwnAdvice(request, advice)).grounding.removed.map(
          ({ text: what, reason }) => `${what} (${reason})`,
        ),
      ),
    ).toEqual([]);
  });

  it('keeps what it claims of the machine out of its advice', () => {
    expect(
      offenders(({ request, advice }) =>
        advice.filter((one) => request.analysis.findings.some(({ summary }) => one.includes(summary))),
      ),
    ).toEqual([]);
  });

  it('writes whole sentences without leftovers', () => {
    expect(
      offenders(({ text }) =>
        sentencesIn(text).filter(
          (one) =>
            one.trim() === '' || /[{}[\]|]|undefined|null|NaN|\s{2,}| [.,;:]|\.{3,}/.test(one) || !/\.$/.test(one),
        ),
      ),
    ).toEqual([]);
    expect(
      offenders(({ text }) =>
        text.recommendations.map(({ title }) => title).filter((one) => !/^[A-Z].*[^.\s]$/.test(one)),
      ),
    ).toEqual([]);
  });

  it('keeps the summary to a few sentences', () => {
    const counted = (summary: string): number => summary.split(/[.!?] (?=[A-Z0-9h])/).length;
    expect(
      offenders(({ text: { summary } }) => (counted(summary) > 6 || summary.length > 1100 ? [summary] : [])),
    ).toEqual([]);
  });

  it('recommends at most ten steps, each once, citing evidence that exists', () => {
    expect(
      offenders(({ request, text: { recommendations } }) => {
        const findings = new Map(request.analysis.findings.map((finding) => [finding.id, finding]));
        const evidence = new Set([...findings.values()].flatMap((finding) => finding.evidence.map(({ id }) => id)));
        const titles = recommendations.map(({ title }) => title);
        return [
          ...(recommendations.length > 10 ? ['too many'] : []),
          ...titles.filter((title, index) => titles.indexOf(title) !== index),
          ...recommendations.flatMap(({ title, findingIds, evidenceIds }) => [
            ...(evidenceIds.length === 0 || findingIds.length === 0 ? [title] : []),
            ...evidenceIds.filter((id) => !evidence.has(id)),
            ...findingIds.filter((id) => findings.get(id)?.state !== 'confirmed'),
          ]),
        ];
      }),
    ).toEqual([]);
  });

  it('shows only numbers of the evidence that a recommendation cites, or of its own action', () => {
    expect(
      offenders(({ request, text: { recommendations } }) =>
        recommendations.flatMap(({ title, rationale, expectedEffect, findingIds, action }) => {
          const cited = request.analysis.findings.filter(({ id }) => findingIds.includes(id));
          const known = new Set([
            ...cited.flatMap(({ summary }) => numbersIn(summary, request)),
            ...Object.values(action?.parameters ?? {}).map(String),
          ]);
          return numbersIn(`${title} ${rationale} ${expectedEffect}`, request).filter((number) => !known.has(number));
        }),
      ),
    ).toEqual([]);
  });

  it('tells every root cause, and speaks of no suspicion as of a fact', () => {
    expect(
      offenders(({ request, text }) => {
        const roots = request.analysis.findings.filter(
          ({ state, rootCause, severity }) => state === 'confirmed' && rootCause && severity !== 'info',
        );
        const told = new Set(text.rootCauses.map(({ findingId }) => findingId));
        return roots.filter(({ id }) => !told.has(id)).map(({ id }) => id);
      }),
    ).toEqual([]);
  });

  it('recommends nothing where nothing is wrong, and calls nothing healthy that is not known', () => {
    expect(
      offenders(({ request: { analysis }, text }) => {
        const isFound = analysis.findings.some(({ state, severity }) => state === 'confirmed' && severity !== 'info');
        if (isFound) return [];
        const isOpen =
          analysis.healthStatus === 'unknown' && !/not known|Nothing could be evaluated/.test(text.summary);
        return [...text.recommendations.map(({ title }) => title), ...(isOpen ? [text.summary] : [])];
      }),
    ).toEqual([]);
  });

  it('tells nobody to tell the person who reads it', () => {
    expect(offenders(({ text }) => sentencesIn(text).filter((one) => /on-call|notify/i.test(one)))).toEqual([]);
  });

  it('puts looking before stopping, and stopping before resetting', () => {
    const ORDER = ['engine-health-check', 'vllm-restart', 'gpu-drain', 'gpu-reset', 'open-rma-ticket'];
    expect(
      offenders(({ text }) => {
        const places = text.recommendations.map(({ action }) => ORDER.indexOf(action?.type ?? ''));
        const perFinding = new Map<string, number[]>();
        text.recommendations.forEach(({ findingIds: [id = ''] }, index) => {
          const place = places[index] ?? -1;
          if (place >= 0) perFinding.set(id, [...(perFinding.get(id) ?? []), place]);
        });
        return [...perFinding]
          .filter(([, order]) => order.some((one, i) => one < (order[i - 1] ?? 0)))
          .map(([id]) => id);
      }),
    ).toEqual([]);
  });

  it.each(OBJECTIVES)('says the same of the machine when the objective is %s', (objective: Objective) => {
    const changed = written.map(({ id, request, text }) => ({
      id,
      text,
      other: ruleBasedAnswer({ ...request, objective }).text,
    }));
    const causesOf = ({ rootCauses }: Pick<Insights, 'rootCauses'>): string[] =>
      rootCauses.map(({ findingId }) => findingId).sort();
    for (const { text, other } of changed) expect(causesOf(other)).toEqual(causesOf(text));
  });

  it('writes the same for the same analysis', () => {
    for (const { request, text } of written) expect(ruleBasedAnswer(structuredClone(request)).text).toEqual(text);
  });
});
