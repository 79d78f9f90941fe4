import { runsMigration } from './0001-runs.migration.js';
import { llmUsageMigration } from './0002-llm-usage.migration.js';
import { storeProbeMigration } from './0003-store-probe.migration.js';
import { historyMigration } from './0004-history.migration.js';
import { llmAnswersMigration } from './0005-llm-answers.migration.js';
import { actionsMigration } from './0006-actions.migration.js';
import type { Migration } from './migration.js';

/** Every migration, oldest first. */
export const MIGRATIONS: readonly Migration[] = [
  runsMigration,
  llmUsageMigration,
  storeProbeMigration,
  historyMigration,
  llmAnswersMigration,
  actionsMigration,
];
