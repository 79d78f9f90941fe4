import { Injectable, Logger } from '@nestjs/common';
import { messageOf } from '@app/core';
import { ProcessCostMeter, SourceCost } from '@app/metrics';
import { ActionReader } from './action-reader.js';
import { AGENT_VERSION } from './agent-version.js';
import { SourceDurations, StepDurations } from './duration-histograms.js';
import { LlmReader } from './llm-reader.js';
import type { PagePart, PageReadings } from './page-readings.js';
import { pageSamples } from './page-samples.js';
import { renderPage } from './render-page.js';
import { StateReader } from './state-reader.js';

/** The page about the agent itself. A part that can't be read is left out and said to be unreadable. */
@Injectable()
export class MetricsPageService {
  private readonly logger = new Logger('MetricsPage');
  private readonly unreadable = new Set<PagePart>();
  private readonly sourceDurations: SourceDurations;

  constructor(
    private readonly state: StateReader,
    private readonly acting: ActionReader,
    private readonly model: LlmReader,
    private readonly meter: ProcessCostMeter,
    private readonly stepDurations: StepDurations,
    private readonly sourceCost: SourceCost,
  ) {
    this.sourceDurations = new SourceDurations(sourceCost);
  }

  async page(): Promise<string> {
    const samples = pageSamples(await this.readings());
    return renderPage(samples, [this.sourceDurations.histogram, this.stepDurations.histogram]);
  }

  private async readings(): Promise<PageReadings> {
    const { state } = this;
    const [process, runs, targets, findings, actions, safety, store, llm] = await Promise.all([
      this.read('process', () => this.meter.processCost()),
      this.read('runs', () => state.runs()),
      this.read('targets', () => state.targets()),
      this.read('findings', () => state.findings()),
      this.read('actions', () => this.acting.actions()),
      this.read('safety', () => this.acting.safety()),
      this.read('store', () => state.store()),
      this.read('llm', () => this.model.llm()),
    ]);
    const sources = this.sourceCost.totals();
    return { version: AGENT_VERSION, process, sources, runs, targets, findings, actions, safety, store, llm };
  }

  /** One line in the log when a part becomes unreadable, not one per scrape. */
  private async read<Value>(part: PagePart, reading: () => Promise<Value>): Promise<Value | null> {
    try {
      const value = await reading();
      this.unreadable.delete(part);
      return value;
    } catch (error) {
      if (!this.unreadable.has(part)) this.logger.warn(`${part} can't be read: ${messageOf(error)}`);
      this.unreadable.add(part);
      return null;
    }
  }
}
