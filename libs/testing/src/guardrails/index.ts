export * from './guard-corruptions.js';
export * from './guard-input.builder.js';
