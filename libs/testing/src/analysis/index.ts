export * from './analysis-context.builder.js';
export * from './effect-story.builder.js';
export * from './frame.builder.js';
export * from './histogram.builder.js';
export * from './noisy-series.builder.js';
export * from './patch.js';
