import type { Migration } from './migration.js';

const APPEND_ONLY = "RAISE(ABORT, 'audit records are only ever added')";

export const actionsMigration: Migration = {
  name: '0006-actions',
  statements: [
    'ALTER TABLE runs ADD COLUMN approval TEXT',
    'ALTER TABLE runs ADD COLUMN cancel_requested TEXT',
    'ALTER TABLE runs ADD COLUMN expires_at TEXT',
    // No reference to runs, here and below: what was done is remembered longer than the run that did it.
    `CREATE TABLE action_journal (
      sequence INTEGER PRIMARY KEY AUTOINCREMENT,
      run_id TEXT NOT NULL,
      action_id TEXT NOT NULL,
      target TEXT NOT NULL,
      type TEXT NOT NULL,
      subject TEXT NOT NULL,
      members TEXT NOT NULL,
      parameters TEXT NOT NULL,
      risk TEXT NOT NULL,
      plan_hash TEXT NOT NULL,
      phase TEXT NOT NULL,
      intended_at TEXT NOT NULL,
      applied_at TEXT,
      verified_at TEXT,
      ended_at TEXT,
      state_before TEXT,
      state_after TEXT,
      baseline TEXT,
      output TEXT,
      error TEXT,
      UNIQUE (run_id, action_id)
    )`,
    'CREATE INDEX action_journal_by_target ON action_journal (target, intended_at)',
    'CREATE INDEX action_journal_by_age ON action_journal (intended_at)',
    `CREATE TABLE audit_records (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      at TEXT NOT NULL,
      kind TEXT NOT NULL,
      event TEXT NOT NULL,
      actor TEXT NOT NULL,
      target TEXT,
      run_id TEXT,
      action_id TEXT,
      plan_hash TEXT,
      reason TEXT,
      details TEXT NOT NULL
    )`,
    'CREATE INDEX audit_records_by_run ON audit_records (run_id, id)',
    `CREATE TRIGGER audit_records_are_not_changed BEFORE UPDATE ON audit_records BEGIN SELECT ${APPEND_ONLY}; END`,
    `CREATE TRIGGER audit_records_are_not_deleted BEFORE DELETE ON audit_records BEGIN SELECT ${APPEND_ONLY}; END`,
    // INSERT OR REPLACE deletes the earlier row without asking the trigger above.
    `CREATE TRIGGER audit_records_are_not_replaced BEFORE INSERT ON audit_records
      WHEN EXISTS (SELECT 1 FROM audit_records WHERE id = NEW.id) BEGIN SELECT ${APPEND_ONLY}; END`,
    `CREATE TABLE run_events (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
      at TEXT NOT NULL,
      event TEXT NOT NULL,
      data TEXT NOT NULL
    )`,
    'CREATE INDEX run_events_by_run ON run_events (run_id, id)',
    `CREATE TABLE freezes (
      target TEXT PRIMARY KEY,
      at TEXT NOT NULL,
      reason TEXT NOT NULL,
      run_id TEXT,
      frozen_by TEXT NOT NULL
    )`,
    'CREATE TABLE freeze_lifts (target TEXT PRIMARY KEY, at TEXT NOT NULL)',
    `CREATE TABLE kill_switch (
      id INTEGER PRIMARY KEY,
      engaged INTEGER NOT NULL,
      at TEXT,
      set_by TEXT,
      reason TEXT
    )`,
    `CREATE TABLE action_effects (
      run_id TEXT NOT NULL,
      action_id TEXT NOT NULL,
      target TEXT NOT NULL,
      type TEXT NOT NULL,
      rule_id TEXT NOT NULL,
      at TEXT NOT NULL,
      predicted TEXT NOT NULL,
      observed_change_ratio TEXT NOT NULL,
      verdict TEXT NOT NULL,
      PRIMARY KEY (run_id, action_id)
    )`,
    'CREATE INDEX action_effects_by_target ON action_effects (target)',
  ],
};
