import { z } from 'zod';
import { PRIORITIES } from '@app/core';

const LEVELS = ['low', 'medium', 'high'] as const;

/**
 * What a model is asked for. Groq's strict mode wants every object closed and every field required, and refuses
 * records: hence null instead of absent, and parameters as a list.
 */
export const insightSchema = z.strictObject({
  summary: z.string(),
  rootCauses: z.array(z.strictObject({ findingId: z.string(), explanation: z.string() })),
  recommendations: z.array(
    z.strictObject({
      title: z.string(),
      rationale: z.string(),
      priority: z.enum(PRIORITIES),
      findingIds: z.array(z.string()),
      evidenceIds: z.array(z.string()),
      action: z
        .strictObject({
          type: z.string(),
          parameters: z.array(z.strictObject({ name: z.string(), value: z.string() })),
        })
        .nullable(),
      expectedEffect: z.string(),
      effort: z.enum(LEVELS),
      risk: z.enum(LEVELS),
    }),
  ),
});

/** An answer of the right shape; whether it is true is the verifier's business. */
export type InsightDraft = z.infer<typeof insightSchema>;
export type DraftRecommendation = InsightDraft['recommendations'][number];
export type DraftAction = NonNullable<DraftRecommendation['action']>;
