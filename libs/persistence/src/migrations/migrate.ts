import type BetterSqlite3 from 'better-sqlite3';
import { AppError } from '@app/core';
import type { Migration } from './migration.js';

/** Brings the schema up to date in one transaction, so that a crash half-way leaves it as it was. */
export function migrate(sqlite: BetterSqlite3.Database, migrations: readonly Migration[]): void {
  const applyAll = sqlite.transaction(() => {
    sqlite.exec('CREATE TABLE IF NOT EXISTS schema_migrations (name TEXT PRIMARY KEY, applied_at TEXT NOT NULL)');
    const applied = sqlite.prepare<[], { name: string }>('SELECT name FROM schema_migrations ORDER BY name').all();
    assertNoneFromTheFuture(
      applied.map(({ name }) => name),
      migrations,
    );
    const done = new Set(applied.map(({ name }) => name));
    for (const migration of migrations) {
      if (done.has(migration.name)) continue;
      for (const statement of migration.statements) sqlite.exec(statement);
      sqlite
        .prepare('INSERT INTO schema_migrations (name, applied_at) VALUES (?, ?)')
        .run(migration.name, new Date().toISOString());
    }
  });
  // Immediate: two processes that start at once take turns instead of both reading the same old state.
  applyAll.immediate();
}

/** An older service must not write into tables that it does not know. */
function assertNoneFromTheFuture(applied: readonly string[], migrations: readonly Migration[]): void {
  const known = new Set(migrations.map(({ name }) => name));
  const unknown = applied.filter((name) => !known.has(name));
  if (unknown.length === 0) return;
  throw new AppError('store_failed', 'The store was written by a newer version of this service.', {
    details: { unknownMigrations: unknown },
  });
}
