import {
  type Clock,
  type Plan,
  type Run,
  type RunStage,
  type RunStatus,
  type RunSummary,
  SystemClock,
  TERMINAL_RUN_STATUSES,
} from '@app/core';
import { decodeCursor, encodeCursor } from './run-cursor.js';
import { eventsOfChange, type RunBefore, statusEvent } from './run-events.js';
import { RunNews } from './run-news.js';
import { patchedColumns, SUMMARY_COLUMNS, toPlan, toRow, toRun, toSummary } from './run-rows.js';
import {
  type CreateRunOptions,
  type CreateRunResult,
  PAYLOAD_KINDS,
  type RunListQuery,
  type RunPage,
  type RunPatch,
  type RunPayloads,
  RunStore,
  type TransitionOptions,
  type AwaitingExpiry,
  type UnfinishedRun,
  countsOfEveryStatus,
} from './run-store.js';
import type { RunsTable } from './schema.js';
import type { SqliteDatabase } from './sqlite-database.js';
import { appendEvents } from './sqlite-run-event-log.js';

const NOT_TERMINAL: readonly RunStatus[] = ['queued', 'running', 'awaiting_approval'];

/**
 * Runs in SQLite. Every change stores the events that tell of it in the same transaction, and then says that there is news.
 * The methods are `async` for the port's sake; each one runs in a single turn of the event loop.
 */
export class SqliteRunStore extends RunStore {
  constructor(
    private readonly database: SqliteDatabase,
    private readonly clock: Clock = new SystemClock(),
    private readonly news: RunNews = new RunNews(),
  ) {
    super();
  }

  override async create(run: Run, options: CreateRunOptions = {}): Promise<CreateRunResult> {
    const result = this.database.transaction((): CreateRunResult => {
      const earlier = this.findByKey(options.idempotencyKey);
      if (earlier !== null) {
        const outcome = earlier.body_hash === (options.bodyHash ?? null) ? 'existing' : 'conflict';
        return { outcome, run: this.load(earlier) };
      }
      this.database.run(this.database.query.insertInto('runs').values(toRow(run, options)));
      this.savePayloads(run.id, run);
      appendEvents(this.database, this.clock, run.id, [statusEvent(run.status, run.stage)]);
      return { outcome: 'created', run };
    });
    if (result.outcome === 'created') this.news.tell(run.id);
    return result;
  }

  override async get(id: string): Promise<Run | null> {
    const row = this.row(id);
    return row === null ? null : this.load(row);
  }

  override async update(id: string, patch: RunPatch): Promise<boolean> {
    return this.change(id, NOT_TERMINAL, null, patch);
  }

  override async transition(
    id: string,
    from: readonly RunStatus[],
    to: RunStatus,
    patch: RunPatch = {},
    { unlessStages = [] }: TransitionOptions = {},
  ): Promise<boolean> {
    return this.change(id, from, to, patch, unlessStages);
  }

  override async list({ target, status, limit, cursor }: RunListQuery): Promise<RunPage> {
    let query = this.database.query
      .selectFrom('runs')
      .select(SUMMARY_COLUMNS)
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .limit(limit + 1);
    if (target !== undefined) query = query.where('target', '=', target);
    if (status !== undefined) query = query.where('status', '=', status);
    if (cursor !== undefined) {
      const after = decodeCursor(cursor);
      query = query.where((is) =>
        is.or([
          is('created_at', '<', after.createdAt),
          is.and([is('created_at', '=', after.createdAt), is('id', '<', after.id)]),
        ]),
      );
    }
    const rows = this.database.all(query);
    const items = rows.slice(0, limit).map(toSummary);
    const last = items.at(-1);
    return { items, nextCursor: rows.length > limit && last !== undefined ? encodeCursor(last) : null };
  }

  override async active(): Promise<readonly RunSummary[]> {
    return this.oldestFirst('running');
  }

  override async awaitingApproval(): Promise<readonly RunSummary[]> {
    return this.oldestFirst('awaiting_approval');
  }

  override async awaitingExpiry(): Promise<readonly AwaitingExpiry[]> {
    const query = this.database.query
      .selectFrom('runs')
      .select(['id', 'target', 'expires_at'])
      .where('status', '=', 'awaiting_approval')
      .where('expires_at', 'is not', null);
    return this.database
      .all(query.orderBy('created_at').orderBy('id'))
      .map(({ id, target, expires_at }) => ({ id, target, expiresAt: expires_at ?? '' }));
  }

  override async countQueued(): Promise<number> {
    const count = this.database.query.selectFrom('runs').select((of) => of.fn.countAll<number>().as('count'));
    return this.database.all(count.where('status', '=', 'queued'))[0]?.count ?? 0;
  }

  override async countByStatus(): Promise<Readonly<Record<RunStatus, number>>> {
    const counts = this.database.query
      .selectFrom('runs')
      .select((of) => ['status', of.fn.countAll<number>().as('count')])
      .groupBy('status');
    return countsOfEveryStatus(this.database.all(counts));
  }

  override async lastFinished(): Promise<RunSummary | null> {
    const [row] = this.database.all(
      this.database.query
        .selectFrom('runs')
        .select(SUMMARY_COLUMNS)
        .where('status', 'in', TERMINAL_RUN_STATUSES)
        .orderBy('finished_at', 'desc')
        .orderBy('id', 'desc')
        .limit(1),
    );
    return row === undefined ? null : toSummary(row);
  }

  override async unfinished(): Promise<readonly UnfinishedRun[]> {
    return this.database.all(
      this.database.query
        .selectFrom('runs')
        .select(['id', 'target', 'status', 'recoveries'])
        .where('status', 'in', ['queued', 'running'])
        .orderBy('created_at')
        .orderBy('id'),
    );
  }

  override async countRecovery(id: string): Promise<number | null> {
    return this.database.transaction(() => {
      const row = this.row(id);
      if (row === null || !NOT_TERMINAL.includes(row.status)) return null;
      const recoveries = row.recoveries + 1;
      this.database.run(this.database.query.updateTable('runs').set({ recoveries }).where('id', '=', id));
      return recoveries;
    });
  }

  private change(
    id: string,
    from: readonly RunStatus[],
    to: RunStatus | null,
    patch: RunPatch,
    unlessStages: readonly RunStage[] = [],
  ): boolean {
    const isChanged = this.database.transaction(() => {
      const row = this.row(id);
      if (row === null || !from.includes(row.status)) return false;
      if (unlessStages.some((stage) => stage === row.stage)) return false;
      // Before the payloads are saved: the plan is compared with the one before.
      const events = eventsOfChange(this.before(row, patch), to ?? row.status, patch);
      const values = { ...patchedColumns(row, patch), ...(to === null ? {} : { status: to }) };
      if (Object.keys(values).length > 0) {
        this.database.run(this.database.query.updateTable('runs').set(values).where('id', '=', id));
      }
      this.savePayloads(id, patch.payloads ?? {});
      appendEvents(this.database, this.clock, id, events);
      return true;
    });
    if (isChanged) this.news.tell(id);
    return isChanged;
  }

  private before({ id, status, stage }: RunsTable, patch: RunPatch): RunBefore {
    return { status, stage: stage as RunStage | null, plan: patch.payloads?.plan === undefined ? null : this.plan(id) };
  }

  private plan(id: string): Plan | null {
    const { query } = this.database;
    const stored = query.selectFrom('run_payloads').selectAll().where('run_id', '=', id).where('kind', '=', 'plan');
    return toPlan(this.database.all(stored)[0]);
  }

  private savePayloads(
    id: string,
    payloads: { readonly [Kind in keyof RunPayloads]?: RunPayloads[Kind] | null },
  ): void {
    for (const kind of PAYLOAD_KINDS) {
      const payload = payloads[kind];
      if (payload === undefined || payload === null) continue;
      const json = JSON.stringify(payload);
      this.database.run(
        this.database.query
          .insertInto('run_payloads')
          .values({ run_id: id, kind, json })
          .onConflict((conflict) => conflict.columns(['run_id', 'kind']).doUpdateSet({ json })),
      );
    }
  }

  private findByKey(key: string | undefined): RunsTable | null {
    if (key === undefined) return null;
    const [row] = this.database.all(
      this.database.query.selectFrom('runs').selectAll().where('idempotency_key', '=', key),
    );
    return row ?? null;
  }

  private row(id: string): RunsTable | null {
    return this.database.all(this.database.query.selectFrom('runs').selectAll().where('id', '=', id))[0] ?? null;
  }

  private load(row: RunsTable): Run {
    const payloads = this.database.query.selectFrom('run_payloads').selectAll().where('run_id', '=', row.id);
    return toRun(row, this.database.all(payloads));
  }

  private oldestFirst(status: RunStatus): RunSummary[] {
    const query = this.database.query.selectFrom('runs').select(SUMMARY_COLUMNS).where('status', '=', status);
    return this.database.all(query.orderBy('created_at').orderBy('id')).map(toSummary);
  }
}
