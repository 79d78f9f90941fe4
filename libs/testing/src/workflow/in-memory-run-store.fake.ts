import { AppError, isTerminal, type Run, RUN_STATUSES, type RunStatus, type RunSummary, summarizeRun } from '@app/core';
import {
  type CreateRunOptions,
  type CreateRunResult,
  mergeSteps,
  mergeWarnings,
  type RunListQuery,
  type RunPage,
  type RunPatch,
  RunStore,
  type TransitionOptions,
  type AwaitingExpiry,
  type UnfinishedRun,
  countsOfEveryStatus,
} from '@app/persistence';
import { copy } from './copy.js';

interface Entry {
  run: Run;
  recoveries: number;
  readonly key: string | undefined;
  readonly bodyHash: string | undefined;
}

/** Runs in memory, under the same contract as the real store. */
export class InMemoryRunStore extends RunStore {
  private readonly entries = new Map<string, Entry>();

  override async create(run: Run, options: CreateRunOptions = {}): Promise<CreateRunResult> {
    const { idempotencyKey: key, bodyHash } = options;
    const earlier = key === undefined ? undefined : [...this.entries.values()].find((entry) => entry.key === key);
    if (earlier !== undefined) {
      return { outcome: earlier.bodyHash === bodyHash ? 'existing' : 'conflict', run: copy(earlier.run) };
    }
    this.entries.set(run.id, { run: copy(run), recoveries: 0, key, bodyHash });
    return { outcome: 'created', run };
  }

  override async get(id: string): Promise<Run | null> {
    const entry = this.entries.get(id);
    return entry === undefined ? null : copy(entry.run);
  }

  override async update(id: string, patch: RunPatch): Promise<boolean> {
    const entry = this.entries.get(id);
    if (entry === undefined || isTerminal(entry.run.status)) return false;
    entry.run = patched(entry.run, patch);
    return true;
  }

  override async transition(
    id: string,
    from: readonly RunStatus[],
    to: RunStatus,
    patch: RunPatch = {},
    { unlessStages = [] }: TransitionOptions = {},
  ): Promise<boolean> {
    const entry = this.entries.get(id);
    if (entry === undefined || !from.includes(entry.run.status)) return false;
    if (unlessStages.some((stage) => stage === entry.run.stage)) return false;
    entry.run = { ...patched(entry.run, patch), status: to };
    return true;
  }

  override async list({ target, status, limit, cursor }: RunListQuery): Promise<RunPage> {
    const after = cursor === undefined ? undefined : Buffer.from(cursor, 'base64url').toString();
    if (after !== undefined && Number.isNaN(Date.parse(after.split(' ')[0] ?? '')))
      throw new AppError('validation_failed', 'Not a cursor.');
    const matching = this.oldestFirst()
      .reverse()
      .filter((run) => target === undefined || run.target === target)
      .filter((run) => status === undefined || run.status === status)
      .filter((run) => after === undefined || positionOf(run) < after);
    const items = matching.slice(0, limit).map(summarizeRun);
    const last = items.at(-1);
    const hasMore = matching.length > limit && last !== undefined;
    return { items, nextCursor: hasMore ? Buffer.from(positionOf(last)).toString('base64url') : null };
  }

  override async active(): Promise<readonly RunSummary[]> {
    return this.withStatus('running').map(summarizeRun);
  }

  override async awaitingApproval(): Promise<readonly RunSummary[]> {
    return this.withStatus('awaiting_approval').map(summarizeRun);
  }

  override async awaitingExpiry(): Promise<readonly AwaitingExpiry[]> {
    return this.withStatus('awaiting_approval').flatMap(({ id, target, plan }) =>
      plan === null ? [] : [{ id, target, expiresAt: plan.expiresAt }],
    );
  }

  override async countQueued(): Promise<number> {
    return this.withStatus('queued').length;
  }

  override async countByStatus(): Promise<Readonly<Record<RunStatus, number>>> {
    return countsOfEveryStatus(RUN_STATUSES.map((status) => ({ status, count: this.withStatus(status).length })));
  }

  override async lastFinished(): Promise<RunSummary | null> {
    const finished = this.oldestFirst().filter(({ status }) => isTerminal(status));
    const key = (run: Run): string => `${run.finishedAt} ${run.id}`;
    const last = finished.sort((a, b) => (key(a) < key(b) ? -1 : 1)).at(-1);
    return last === undefined ? null : summarizeRun(last);
  }

  override async unfinished(): Promise<readonly UnfinishedRun[]> {
    return this.oldestFirst()
      .filter(({ status }) => status === 'queued' || status === 'running')
      .map(({ id, target, status }) => ({ id, target, status, recoveries: this.entries.get(id)?.recoveries ?? 0 }));
  }

  override async countRecovery(id: string): Promise<number | null> {
    const entry = this.entries.get(id);
    if (entry === undefined || isTerminal(entry.run.status)) return null;
    entry.recoveries += 1;
    return entry.recoveries;
  }

  private withStatus(wanted: RunStatus): Run[] {
    return this.oldestFirst().filter(({ status }) => status === wanted);
  }

  private oldestFirst(): Run[] {
    const runs = [...this.entries.values()].map(({ run }) => copy(run));
    return runs.sort((a, b) => (positionOf(a) < positionOf(b) ? -1 : 1));
  }
}

function positionOf({ createdAt, id }: Pick<Run, 'createdAt' | 'id'>): string {
  return `${createdAt} ${id}`;
}

function patched(run: Run, { steps, warnings, payloads, ...columns }: RunPatch): Run {
  const given = Object.fromEntries(
    Object.entries({ ...columns, ...payloads }).filter(([, value]) => value !== undefined),
  );
  return copy({
    ...run,
    ...given,
    steps: mergeSteps(run.steps, steps ?? []),
    warnings: mergeWarnings(run.warnings, warnings ?? []),
  });
}
