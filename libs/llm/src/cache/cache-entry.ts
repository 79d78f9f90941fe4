import { z } from 'zod';
import type { Analysis } from '@app/core';
import { type InsightDraft, insightSchema } from '../insight.schema.js';

/** An answer that was used, with what it was written about. */
export interface CacheEntry {
  readonly draft: InsightDraft;
  readonly analysis: Analysis;
  /** Claims that held when it was written. */
  readonly verified: number;
  readonly runId: string;
  /** ISO 8601 UTC. */
  readonly at: string;
}

/** The analysis is ours and was whole when it was stored; of the rest a damaged or strange entry fails here. */
const entrySchema = z.object({
  draft: insightSchema,
  analysis: z.looseObject({ findings: z.array(z.looseObject({ id: z.string() })) }),
  verified: z.number(),
  runId: z.string(),
  at: z.string(),
});

/** Without suspected findings, which no answer speaks of. */
export function entryText(entry: CacheEntry): string {
  const findings = entry.analysis.findings.filter(({ state }) => state === 'confirmed');
  return JSON.stringify({ ...entry, analysis: { ...entry.analysis, findings } });
}

/** @throws SyntaxError or ZodError for what is no entry */
export function readEntry(text: string): CacheEntry {
  return entrySchema.parse(JSON.parse(text)) as unknown as CacheEntry;
}
