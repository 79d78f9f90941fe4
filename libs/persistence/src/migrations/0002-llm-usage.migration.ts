import type { Migration } from './migration.js';

export const llmUsageMigration: Migration = {
  name: '0002-llm-usage',
  statements: ['CREATE TABLE llm_usage (day TEXT PRIMARY KEY, tokens INTEGER NOT NULL)'],
};
