import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { anInsightRequest, groundedDraft } from '@app/testing/llm';
import { insightSchema } from './insight.schema.js';
import { insightsPrompt } from './prompts/insights.prompt.js';

interface Node {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: unknown;
  readonly items?: Node;
  readonly anyOf?: readonly Node[];
}

function objectsIn(node: Node): Node[] {
  const inner = [...Object.values(node.properties ?? {}), ...(node.items ? [node.items] : []), ...(node.anyOf ?? [])];
  return [...(node.type === 'object' ? [node] : []), ...inner.flatMap(objectsIn)];
}

describe('the insight schema', () => {
  it('is closed and requires every field, as strict mode wants it', () => {
    const objects = objectsIn(z.toJSONSchema(insightSchema) as Node);
    expect(objects).toHaveLength(5);
    for (const { additionalProperties, required, properties } of objects) {
      expect(additionalProperties).toBe(false);
      expect(required).toEqual(Object.keys(properties ?? {}));
    }
  });

  it('accepts a good answer and refuses more or less than it', () => {
    const draft = groundedDraft(insightsPrompt(anInsightRequest()).messages[1]?.content ?? '');
    expect(insightSchema.safeParse(draft).success).toBe(true);
    expect(insightSchema.safeParse({ ...draft, command: 'reboot' }).success).toBe(false);
    expect(insightSchema.safeParse({ summary: 'x' }).success).toBe(false);
  });
});
