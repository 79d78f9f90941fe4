export * from './analysis-context.builder.js';
export * from './frame.builder.js';
export * from './histogram.builder.js';
export * from './patch.js';
