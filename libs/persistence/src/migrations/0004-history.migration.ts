import type { Migration } from './migration.js';

export const historyMigration: Migration = {
  name: '0004-history',
  statements: [
    `CREATE TABLE history_frames (
      target TEXT NOT NULL,
      at TEXT NOT NULL,
      format INTEGER NOT NULL,
      samples INTEGER NOT NULL,
      frame TEXT NOT NULL,
      PRIMARY KEY (target, at)
    )`,
    'CREATE INDEX history_frames_by_age ON history_frames (at)',
  ],
};
