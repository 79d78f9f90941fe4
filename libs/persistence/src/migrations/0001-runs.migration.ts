import type { Migration } from './migration.js';

export const runsMigration: Migration = {
  name: '0001-runs',
  statements: [
    `CREATE TABLE runs (
      id TEXT PRIMARY KEY,
      target TEXT NOT NULL,
      mode TEXT NOT NULL,
      objective TEXT NOT NULL,
      max_actions INTEGER NOT NULL,
      llm INTEGER NOT NULL,
      status TEXT NOT NULL,
      stage TEXT,
      created_at TEXT NOT NULL,
      started_at TEXT,
      finished_at TEXT,
      duration_ms INTEGER,
      requested_by TEXT NOT NULL,
      recoveries INTEGER NOT NULL,
      steps TEXT NOT NULL,
      warnings TEXT NOT NULL,
      error TEXT,
      digest TEXT,
      idempotency_key TEXT UNIQUE,
      body_hash TEXT
    )`,
    'CREATE INDEX runs_by_age ON runs (created_at, id)',
    'CREATE INDEX runs_by_status ON runs (status, created_at, id)',
    'CREATE INDEX runs_by_end ON runs (finished_at, id)',
    `CREATE TABLE run_payloads (
      run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
      kind TEXT NOT NULL,
      json TEXT NOT NULL,
      PRIMARY KEY (run_id, kind)
    )`,
  ],
};
