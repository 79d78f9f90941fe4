import { Injectable } from '@nestjs/common';
import { SafetyService, type SafetyView } from '@app/actions';
import { DEFAULT_TARGET } from '@app/config';
import { Clock, type RunSummary, type Section, SECTION_NAMES, SnapshotSource } from '@app/core';
import { LlmHealth } from '@app/llm';
import { StoreHealth, StoreUsage } from '@app/persistence';
import { RunService } from '@app/workflow';

const STORE_CHECK_MS = 1000;

export type ComponentStatus = 'up' | 'degraded' | 'down' | 'absent';

export interface Component {
  readonly name: string;
  readonly status: ComponentStatus;
  readonly detail: string | null;
  readonly checkedAt: string | null;
}

export interface StatusView {
  readonly state: 'idle' | 'busy';
  readonly activeRuns: readonly RunSummary[];
  readonly queuedRuns: number;
  readonly awaitingApproval: readonly RunSummary[];
  readonly lastRun: RunSummary | null;
  readonly components: readonly Component[];
  /** What keeps actions from changing anything. */
  readonly safety: SafetyView;
}

/** What `/optimize/status` says: the runs, and how each part the agent depends on is. */
@Injectable()
export class StatusService {
  private lastStoreCheck: { readonly at: number; readonly component: Component } | null = null;

  constructor(
    private readonly runs: RunService,
    private readonly snapshots: SnapshotSource,
    private readonly llm: LlmHealth,
    private readonly store: StoreHealth,
    private readonly usage: StoreUsage,
    private readonly safety: SafetyService,
    private readonly clock: Clock,
  ) {}

  async status(): Promise<StatusView> {
    const runs = await this.runs.status();
    const components = [...this.sources(), this.llmComponent(), this.storeComponent()];
    return { ...runs, components, safety: await this.safety.view() };
  }

  private sources(): Component[] {
    const sections = this.snapshots.latest(DEFAULT_TARGET)?.sections;
    return SECTION_NAMES.map((name) => componentOf(name, sections?.[name]));
  }

  private llmComponent(): Component {
    return { name: 'llm', ...this.llm.status() };
  }

  /** The check writes to the store, so that pollers share one per second. */
  private storeComponent(): Component {
    const now = this.clock.now();
    if (this.lastStoreCheck === null || now - this.lastStoreCheck.at >= STORE_CHECK_MS) {
      const { ok, detail } = this.store.check();
      const component: Component = {
        name: 'store',
        status: ok ? 'up' : 'down',
        detail: ok ? this.usage.sentence() : detail,
        checkedAt: this.clock.isoNow(),
      };
      this.lastStoreCheck = { at: now, component };
    }
    return this.lastStoreCheck.component;
  }
}

/** `stale` and `partial` still give data, so they are degraded; what gives none is down, or absent by intent. */
function componentOf(name: string, section: Section | undefined): Component {
  if (section === undefined) return { name, status: 'degraded', detail: 'not sampled yet', checkedAt: null };
  const statusOf: Readonly<Record<Section['status'], ComponentStatus>> = {
    ok: 'up',
    partial: 'degraded',
    stale: 'degraded',
    absent: 'absent',
    failed: 'down',
    denied: 'down',
    timeout: 'down',
  };
  return { name, status: statusOf[section.status], detail: section.detail, checkedAt: section.collectedAt };
}
