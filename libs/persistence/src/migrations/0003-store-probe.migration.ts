import type { Migration } from './migration.js';

export const storeProbeMigration: Migration = {
  name: '0003-store-probe',
  statements: ['CREATE TABLE store_probe (id INTEGER PRIMARY KEY, value TEXT NOT NULL)'],
};
