export * from './checkpointer.js';
export * from './persistence.module.js';
export * from './run-store.js';
export * from './sqlite-database.js';
export * from './sqlite-run-store.js';
export * from './sqlite-token-ledger.js';
export * from './store-health.js';
