import type { ActionDefinition, Analysis, InsightRequest, Insights, Snapshot } from '@app/core';
import { aRunAnalysis, insightsBy } from './run-parts.builder.js';

/** Gives the analysis it was made with, or throws the failure it was given. */
export class ScriptedAnalyzer {
  readonly windows: (readonly Snapshot[])[] = [];
  failure: Error | null = null;

  constructor(public analysis: Analysis = aRunAnalysis()) {}

  analyze(window: readonly Snapshot[]): Analysis {
    this.windows.push(window);
    if (this.failure !== null) throw this.failure;
    return this.analysis;
  }
}

/** Writes as the model when it is wanted, as the rules otherwise; the model's part can be made to fail or hang. */
export class ScriptedInsightService {
  readonly requests: { readonly request: InsightRequest; readonly modelWanted: boolean }[] = [];
  degradedReason: string | null = null;
  modelFailure: Error | null = null;
  failure: Error | null = null;
  hangs = false;

  async write(
    request: InsightRequest,
    { modelWanted }: { modelWanted: boolean },
  ): Promise<{ insights: Insights; degraded: boolean }> {
    this.requests.push({ request, modelWanted });
    if (this.failure !== null) throw this.failure;
    if (!modelWanted) return { insights: insightsBy('rules'), degraded: false };
    if (this.modelFailure !== null) throw this.modelFailure;
    if (this.hangs) await new Promise<never>(() => undefined);
    if (this.degradedReason !== null) {
      return { insights: insightsBy('rules', this.degradedReason), degraded: true };
    }
    return { insights: insightsBy('llm'), degraded: false };
  }
}

/** A catalogue with the given types. */
export class ScriptedCatalogue {
  constructor(private readonly types: readonly string[] = []) {}

  catalogue(): readonly ActionDefinition[] {
    return this.types.map((type) => ({
      type,
      title: type,
      description: type,
      risk: 'read-only',
      gate: 'recommend',
      reversible: false,
      parameters: { type: 'object', additionalProperties: false, required: [], properties: {} },
      preconditions: [],
      inverse: null,
    }));
  }

  find(type: string): ActionDefinition | null {
    return this.catalogue().find((definition) => definition.type === type) ?? null;
  }
}
