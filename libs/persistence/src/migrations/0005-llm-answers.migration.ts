import type { Migration } from './migration.js';

export const llmAnswersMigration: Migration = {
  name: '0005-llm-answers',
  statements: [
    `CREATE TABLE llm_exchanges (
      run_id TEXT PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
      json TEXT NOT NULL
    )`,
    `CREATE TABLE llm_answers (
      cache_key TEXT PRIMARY KEY,
      expires_at TEXT NOT NULL,
      json TEXT NOT NULL
    )`,
    'CREATE INDEX llm_answers_by_expiry ON llm_answers (expires_at)',
  ],
};
