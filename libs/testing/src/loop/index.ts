export * from './device-knob.fake.js';
export * from './loop-parts.fake.js';
export * from './loop-steps.js';
export * from './workflow-parts.builder.js';
export * from './workflow-process.builder.js';
