import type { RunStage, RunStatus } from '@app/core';
import { type RunPatch, type SqliteDatabase, SqliteRunStore, type TransitionOptions } from '@app/persistence';
import type { Death } from './messages.js';

/** Ends this process at a statement of its store, in the middle of whatever it is doing: nothing runs after it. */
export class Mortality {
  private stage: RunStage | null = null;
  private statements = 0;

  constructor(public death: Death | null) {}

  watch({ connection }: SqliteDatabase): void {
    const prepare = connection.prepare.bind(connection);
    connection.prepare = ((sql: string) => {
      this.count();
      return prepare(sql);
    }) as typeof connection.prepare;
  }

  enter(stage: RunStage): void {
    this.stage = stage;
    this.statements = 0;
  }

  private count(): void {
    this.statements += 1;
    if (this.death === null || this.stage !== this.death.stage || this.statements <= this.death.statements) return;
    process.kill(process.pid, 'SIGKILL');
  }
}

/** Tells of every change of stage and status once it is stored. */
export class TellingRunStore extends SqliteRunStore {
  constructor(
    database: SqliteDatabase,
    private readonly told: (stage: RunStage | null, status: RunStatus) => void,
  ) {
    super(database);
  }

  override async transition(
    id: string,
    from: readonly RunStatus[],
    to: RunStatus,
    patch: RunPatch = {},
    options: TransitionOptions = {},
  ): Promise<boolean> {
    const isChanged = await super.transition(id, from, to, patch, options);
    if (isChanged) this.told(patch.stage ?? null, to);
    return isChanged;
  }
}
