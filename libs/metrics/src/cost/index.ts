export * from './event-loop-delay.js';
export * from './process-cost.js';
export * from './source-cost.js';
