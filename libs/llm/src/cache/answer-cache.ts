import { Injectable, Logger } from '@nestjs/common';
import { Settings } from '@app/config';
import { Clock, type InsightRequest, messageOf } from '@app/core';
import type { InsightDraft } from '../insight.schema.js';
import { LlmActivity } from '../llm-activity.js';
import { isUsable } from '../is-usable.js';
import { rebaseDraft } from '../verify/rebase.js';
import { type VerifiedInsights, verifyDraftInSlices } from '../verify/verifier.js';
import { alignEvidence } from './align-evidence.js';
import { type CacheEntry, entryText, readEntry } from './cache-entry.js';
import { fingerprint, isSameSituation } from './fingerprint.js';
import { InsightCache } from './insight-cache.js';

const KEPT_MS = 24 * 60 * 60 * 1000;
/** Of the claims that held when the answer was written, this share has to hold now. */
const LEAST_HOLDING_RATIO = 0.75;

export interface CachedAnswer {
  readonly verified: VerifiedInsights;
  /** The run that asked the model, and when. */
  readonly from: { readonly runId: string; readonly at: string };
}

/** Earlier answers about the same situation, with the readings of now. A cache that fails is an empty one. */
@Injectable()
export class AnswerCache {
  private readonly logger: Logger = new Logger(AnswerCache.name);

  constructor(
    private readonly settings: Settings,
    private readonly clock: Clock,
    private readonly store: InsightCache,
    private readonly activity: LlmActivity,
  ) {}

  keyOf(request: InsightRequest, promptVersion: string): string {
    return fingerprint(request, promptVersion, this.settings.llm);
  }

  /** An answer that holds for the request, checked as if the model had just given it; or null. */
  async find(key: string, request: InsightRequest): Promise<CachedAnswer | null> {
    const answer = await this.read(key, request);
    this.activity.cacheLookup(answer !== null);
    return answer;
  }

  /** Keeps an answer of the model that was used, for 24 hours. */
  async keep(key: string, request: InsightRequest, draft: InsightDraft, verified: number): Promise<void> {
    const entry: CacheEntry = {
      draft,
      analysis: request.analysis,
      verified,
      runId: request.runId,
      at: this.clock.isoNow(),
    };
    try {
      await this.store.put(key, entryText(entry), this.clock.now() + KEPT_MS);
    } catch (error) {
      this.logger.warn({ message: 'answer not kept', runId: request.runId, error: messageOf(error) });
    }
  }

  private async read(key: string, request: InsightRequest): Promise<CachedAnswer | null> {
    try {
      const text = await this.store.get(key, this.clock.now());
      return text === null ? null : await rebased(readEntry(text), request);
    } catch (error) {
      this.logger.warn({ message: 'kept answer not readable', error: messageOf(error) });
      return null;
    }
  }
}

async function rebased(entry: CacheEntry, request: InsightRequest): Promise<CachedAnswer | null> {
  if (!isSameSituation(entry.analysis, request.analysis)) return null;
  const { draft, analysis } = alignEvidence(entry, request.analysis);
  const rebase = rebaseDraft(draft, { analysis }, { analysis: request.analysis });
  const verified = await verifyDraftInSlices(rebase, request);
  const holds = isUsable(verified) && verified.grounding.verified >= LEAST_HOLDING_RATIO * entry.verified;
  return holds ? { verified, from: { runId: entry.runId, at: entry.at } } : null;
}
