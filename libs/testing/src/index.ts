export * from './analysis/index.js';
export * from './fuzz/index.js';
export * from './gpu/index.js';
export * from './workflow/index.js';
export * from './metrics/index.js';
export * from './llm/index.js';
