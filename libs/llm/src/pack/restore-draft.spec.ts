import { beforeEach, describe, expect, it } from '@jest/globals';
import type { InsightDraft } from '../insight.schema.js';
import { Pseudonyms } from './pseudonyms.js';
import { type PromptNames, restoreDraft } from './restore-draft.js';
import { ShortIds } from './short-ids.js';

let names: PromptNames;
let address: string;
beforeEach(() => {
  names = {
    pseudonyms: new Pseudonyms({ target: 'local', hosts: [], users: [], gpus: new Map() }),
    findings: new ShortIds('f'),
    evidence: new ShortIds('e'),
  };
  names.findings.short('rule:a');
  names.evidence.short('rule:a.e1');
  address = names.pseudonyms.hide('10.1.2.3');
});

function draft(): InsightDraft {
  const text = `The engine at ${address} is late (f1, e1).`;
  return {
    summary: text,
    rootCauses: [{ findingId: 'f1', explanation: text }],
    recommendations: [
      {
        title: `Look at ${address}`,
        rationale: text,
        priority: 'high',
        findingIds: ['f1', 'f9'],
        evidenceIds: ['E1', 'e7'],
        action: { type: 'router-remove-backend', parameters: [{ name: 'backend', value: `http://${address}:8000` }] },
        expectedEffect: text,
        effort: 'low',
        risk: 'low',
      },
    ],
  };
}

describe('an answer', () => {
  it('speaks of real names and ids again, and keeps ids out of its sentences', () => {
    const sentence = 'The engine at 10.1.2.3 is late.';
    expect(restoreDraft(draft(), names)).toEqual({
      summary: sentence,
      rootCauses: [{ findingId: 'rule:a', explanation: sentence }],
      recommendations: [
        expect.objectContaining({
          title: 'Look at 10.1.2.3',
          rationale: sentence,
          expectedEffect: sentence,
          findingIds: ['rule:a', 'f9'],
          evidenceIds: ['rule:a.e1', 'e7'],
          action: { type: 'router-remove-backend', parameters: [{ name: 'backend', value: 'http://10.1.2.3:8000' }] },
        }),
      ],
    });
  });

  it('keeps what only looks like a citation', () => {
    const summary = 'It is late (f9) and warm (e4m3).';
    expect(restoreDraft({ ...draft(), summary }, names).summary).toBe(summary);
  });

  it('may come without an action', () => {
    const [recommendation] = draft().recommendations;
    if (!recommendation) throw new Error('the draft has a recommendation');
    const restored = restoreDraft({ ...draft(), recommendations: [{ ...recommendation, action: null }] }, names);
    expect(restored.recommendations[0]?.action).toBeNull();
  });
});
