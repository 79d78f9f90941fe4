export * from './in-memory-run-store.fake.js';
export * from './run-parts.builder.js';
export * from './run-store.contract.js';
export * from './scripted-snapshot-source.fake.js';
export * from './set-clock.fake.js';
export * from './workflow-parts.fake.js';
export * from './workflow-parts.builder.js';
