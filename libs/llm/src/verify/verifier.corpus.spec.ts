import { monitorEventLoopDelay } from 'node:perf_hooks';
import { ACTIONS } from '@app/actions';
import { Analyzer } from '@app/analysis';
import { analysisSettingsOf, loadSettings } from '@app/config';
import type { InsightRequest } from '@app/core';
import { readBundle, RecordedMachine } from '@app/metrics';
import { anInsightRequest, hostileAnswers, hotHost, truthfulSentences } from '@app/testing/llm';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { SCENARIOS } from '../../../../test/scenarios/scenarios.js';
import type { InsightDraft } from '../insight.schema.js';
import { sentencesOf } from './sentences.js';
import { verifyDraft, verifyDraftInSlices } from './verifier.js';

const ANALYSIS_MS = 300_000;
/** Recordings with findings, of every family that has some. */
const MOST_SCENARIOS = 12;

async function requestOf({ build }: (typeof SCENARIOS)[number]): Promise<InsightRequest> {
  const read = readBundle(build());
  if (read.kind === 'invalid') throw new Error('no bundle');
  const { snapshots, snapshot, target } = await new RecordedMachine(read.bundle).read();
  const settings = analysisSettingsOf(loadSettings({}), target);
  const nowMs = Math.max(...read.bundle.frames.map(({ at }) => Date.parse(at)));
  const analysis = new Analyzer().analyze(snapshots, { ...settings, target, nowMs });
  const types = new Set(analysis.findings.flatMap(({ candidateActions }) => candidateActions.map(({ type }) => type)));
  return anInsightRequest({
    target,
    snapshot,
    analysis,
    candidateActions: ACTIONS.filter(({ type }) => types.has(type)),
  });
}

function draftOf(summary: string): InsightDraft {
  return { summary, rootCauses: [], recommendations: [] };
}

/** Rather long reports are cut; a failing one shows what matters. */
function shown(offenders: readonly string[]): readonly string[] {
  return offenders.slice(0, 40);
}

describe('the verifier over generated answers', () => {
  const requests: InsightRequest[] = [hotHost(), anInsightRequest()];

  beforeAll(async () => {
    const chosen = SCENARIOS.filter(
      ({ kind, family }, index) =>
        ['fault', 'multi'].includes(kind) &&
        SCENARIOS.findIndex((first) => first.family === family && first.kind === kind) === index,
    );
    for (const scenario of chosen.slice(0, MOST_SCENARIOS)) {
      const request = await requestOf(scenario);
      if (request.analysis.findings.some(({ state }) => state === 'confirmed')) requests.push(request);
    }
  }, ANALYSIS_MS);

  it('lets nothing of a hostile model through, and keeps the true sentences beside it', () => {
    const leaks: string[] = [];
    let answers = 0;
    let [truths, kept] = [0, 0];
    for (const [index, request] of requests.entries()) {
      for (const answer of hostileAnswers(request, index + 1)) {
        const verified = verifyDraft(answer.draft, request);
        const left = sentencesOf(verified.summary);
        answers += 1;
        truths += answer.truths.length;
        kept += answer.truths.filter((truth) => left.includes(truth)).length;
        const told = [
          ...verified.rootCauses.map(({ explanation }) => explanation),
          ...verified.recommendations.map(({ title }) => title),
        ];
        const lies = [...left.filter((sentence) => !answer.truths.includes(sentence)), ...told];
        leaks.push(...lies.map((lie) => `${answer.attack}: ${lie}`));
      }
    }
    expect(shown(leaks)).toEqual([]);
    expect(answers).toBeGreaterThanOrEqual(250);
    expect(kept / truths).toBeGreaterThanOrEqual(0.95);
  });

  it('keeps true sentences', () => {
    const removed: string[] = [];
    let sentences = 0;
    for (const [index, request] of requests.entries()) {
      for (const { text } of truthfulSentences(request, index)) {
        const { grounding } = verifyDraft(draftOf(text), request);
        sentences += 1;
        removed.push(...grounding.removed.map(({ reason }) => `${text} (${reason})`).slice(0, 1));
      }
    }
    expect(sentences).toBeGreaterThanOrEqual(250);
    expect(removed.length <= sentences * 0.02 ? [] : shown(removed)).toEqual([]);
  });

  it('keeps true sentences where the text is about their finding alone', () => {
    const removed: string[] = [];
    let sentences = 0;
    for (const [index, request] of requests.entries()) {
      const roots = new Set(request.analysis.findings.filter(({ rootCause }) => rootCause).map(({ id }) => id));
      for (const { text, findingId, isOverall } of truthfulSentences(request, index)) {
        if (isOverall || !roots.has(findingId)) continue;
        const draft: InsightDraft = { ...draftOf(''), rootCauses: [{ findingId, explanation: text }] };
        const { grounding } = verifyDraft(draft, request);
        sentences += 1;
        removed.push(...grounding.removed.map(({ reason }) => `${text} (${reason})`).slice(0, 1));
      }
    }
    expect(sentences).toBeGreaterThanOrEqual(250);
    expect(removed.length <= sentences * 0.02 ? [] : shown(removed)).toEqual([]);
  });
});

const KIB = 1024;

/** Drafts of 256 KiB that are made to be slow. */
function heavyDrafts(request: InsightRequest): (readonly [string, InsightDraft])[] {
  const findingId = request.analysis.findings[0]?.id ?? '';
  const texts: readonly (readonly [string, string])[] = [
    ['one letter', 'a'.repeat(256 * KIB)],
    ['one digit', '9'.repeat(256 * KIB)],
    ['one number of many parts', '1,234'.repeat(50 * KIB)],
    ['number words', 'ninety-nine hundred '.repeat(12 * KIB)],
    ['short sentences', 'It is 1. '.repeat(28 * KIB)],
    ['commas', 'gpu 0, 1, '.repeat(25 * KIB)],
    ['brackets and slashes', '((//--``'.repeat(32 * KIB)],
    ['blanks', ' \t'.repeat(128 * KIB)],
    ['marks', '\u0301\u200b'.repeat(128 * KIB)],
    ['true words', 'The GPU is at 88 °C and the queue of 347 requests does not drain. '.repeat(4 * KIB)],
  ];
  const many = Array.from({ length: 3000 }, () => ({ findingId, explanation: 'The GPU is at 99 °C and it is fine.' }));
  return [
    ...texts.map(([name, text]) => [name, draftOf(text)] as const),
    ['many causes', { ...draftOf('x'), rootCauses: many }],
  ];
}

describe('the verifier under load', () => {
  const request = hotHost();

  it.each(heavyDrafts(request))('bounds its work and what it keeps of %s', (_, draft) => {
    const { grounding, summary } = verifyDraft(draft, request);
    expect(grounding.removed.length).toBeLessThanOrEqual(61);
    expect(JSON.stringify(grounding).length).toBeLessThan(64 * KIB);
    expect(summary.length).toBeLessThanOrEqual(2000);
  });

  it('lets the event loop turn while it checks a long answer', async () => {
    const text = truthfulSentences(request, 1)
      .map((sentence) => sentence.text)
      .join(' ');
    const draft: InsightDraft = {
      summary: text,
      rootCauses: request.analysis.findings.map(({ id }) => ({ findingId: id, explanation: text })),
      recommendations: [],
    };
    const longest: number[] = [];
    // Compiling on first use and the noise of a busy machine count once; a blocking check would count every time.
    for (let tries = 0; tries < 4; tries += 1) {
      const delay = monitorEventLoopDelay({ resolution: 1 });
      delay.enable();
      const verified = await verifyDraftInSlices(draft, request);
      delay.disable();
      expect(verified).toEqual(verifyDraft(draft, request));
      longest.push(delay.max / 1e6);
    }
    expect(Math.min(...longest)).toBeLessThan(50);
  });
});
