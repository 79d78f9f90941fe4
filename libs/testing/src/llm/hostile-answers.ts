import type { InsightRequest } from '@app/core';
import type { InsightDraft } from '@app/llm';
import { Dice } from './hostile-makers.js';
import { ATTACKS, type Attack, hostileSentences } from './hostile-sentences.js';
import { truthfulSentences } from './truthful-sentences.js';

/** An answer of a model that lies, with what of it is false and what is true. */
export interface HostileAnswer {
  readonly attack: Attack;
  readonly draft: InsightDraft;
  /** Nothing of these may be left. */
  readonly lies: readonly string[];
  /** These stand in the summary and may stay. */
  readonly truths: readonly string[];
}

const MOST_LIES = 4;
const MOST_TRUTHS = 3;

function shuffled<T>(items: readonly T[], dice: Dice): T[] {
  const rest = [...items];
  const result: T[] = [];
  while (rest.length > 0) result.push(...rest.splice(dice.below(rest.length), 1));
  return result;
}

/** Sentences of two lists in turn, so that lies stand between truths. */
function mixed(one: readonly string[], other: readonly string[]): string {
  const longest = Math.max(one.length, other.length);
  return Array.from({ length: longest }, (_, at) => [one[at], other[at]])
    .flat()
    .filter((text) => text !== undefined)
    .join(' ');
}

function recommendation(request: InsightRequest, lie: string, truth: string): InsightDraft['recommendations'][number] {
  const [finding] = request.analysis.findings.filter(({ state }) => state === 'confirmed');
  return {
    title: lie,
    rationale: `${truth} ${lie}`,
    priority: 'high',
    findingIds: finding ? [finding.id, 'gpu-made-up:gpu-99'] : [],
    evidenceIds: ['gpu-made-up:gpu-99.e1'],
    action: null,
    expectedEffect: lie,
    effort: 'low',
    risk: 'low',
  };
}

/** Ids, actions and parameters that do not exist, around a lie. */
function forgeries(request: InsightRequest, lie: string): InsightDraft['recommendations'] {
  const [finding] = request.analysis.findings.filter(({ state }) => state === 'confirmed');
  const base = recommendation(request, lie, lie);
  const rationale = finding?.summary ?? lie;
  return [
    { ...base, findingIds: ['no-such-finding'] },
    { ...base, title: 'Check the readings', rationale, action: { type: 'host-reboot', parameters: [] } },
    {
      ...base,
      title: 'Check the readings',
      rationale,
      action: { type: 'gpu-explode', parameters: [{ name: 'watts', value: '9999' }] },
    },
  ];
}

/** A lie each for some attacks, mixed with true sentences, in every text that an answer has. */
export function hostileAnswers(request: InsightRequest, seed: number): HostileAnswer[] {
  const dice = new Dice(seed);
  const [finding] = request.analysis.findings.filter(({ state }) => state === 'confirmed');
  if (!finding) return [];
  return ATTACKS.flatMap((attack) => {
    const lies = shuffled(hostileSentences(request, attack, dice), dice)
      .slice(0, MOST_LIES)
      .map(({ text }) => text);
    const [lie] = lies;
    if (lie === undefined) return [];
    const truths = shuffled(truthfulSentences(request, seed), dice)
      .map(({ text }) => text)
      // One sentence each, so that it can be looked for.
      .filter((text) => !/[.;] /.test(text))
      .slice(0, MOST_TRUTHS);
    const draft: InsightDraft = {
      summary: mixed(truths, lies),
      rootCauses: [
        { findingId: finding.id, explanation: lies.join(' ') },
        { findingId: 'no-such-finding', explanation: lie },
      ],
      recommendations: [recommendation(request, lie, truths[0] ?? lie), ...forgeries(request, lie)],
    };
    return [{ attack, draft, lies, truths }];
  });
}
