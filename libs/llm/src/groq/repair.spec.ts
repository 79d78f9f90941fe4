import { describe, expect, it } from '@jest/globals';
import type { PromptMessage } from '../prompts/insights.prompt.js';
import { GROQ_FAILURE_KINDS } from './failure-kinds.js';
import { isRepairable, repairMessages } from './repair.js';

const FAILED = { kind: 'unparsable', fault: 'It was not JSON.', durationMs: 900, remainingMs: 5000 } as const;
const MESSAGES: readonly PromptMessage[] = [
  { role: 'system', content: 'rules' },
  { role: 'user', content: 'data' },
];

describe('the repair of an answer', () => {
  it('is for faults of form only', () => {
    const kinds = GROQ_FAILURE_KINDS.filter((kind) => isRepairable({ ...FAILED, kind, fault: null }));
    expect(kinds).toEqual(['truncated', 'empty', 'unparsable']);
    expect(isRepairable({ ...FAILED, kind: 'too-large', fault: 'It was too long.' })).toBe(true);
    expect(isRepairable({ ...FAILED, kind: 'answer' })).toBe(false);
  });

  it('needs as much time as the first answer took', () => {
    expect(isRepairable({ ...FAILED, remainingMs: 900 })).toBe(false);
    expect(isRepairable({ ...FAILED, remainingMs: 901 })).toBe(true);
  });

  it('is the same question with what was wrong, in no more messages', () => {
    const messages = repairMessages(MESSAGES, FAILED);
    expect(messages[0]).toEqual(MESSAGES[0]);
    expect(messages).toHaveLength(2);
    expect(messages[1]?.content).toMatch(/^data\n\n.*It was not JSON\..*complete JSON/);
  });

  it('asks for less when the answer broke off', () => {
    expect(repairMessages(MESSAGES, { ...FAILED, kind: 'truncated', fault: null })[1]?.content).toContain(
      'half the words',
    );
  });
});
