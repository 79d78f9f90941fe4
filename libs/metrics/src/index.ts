export * from './engine/index.js';
export * from './gpu/index.js';
export * from './metrics.module.js';
export * from './prometheus/index.js';
export * from './snapshot/index.js';
export * from './system/index.js';
