export * from './action-course.js';
export * from './action-task.builder.js';
export * from './finding.builder.js';
export * from './gpu-action.harness.js';
export * from './gpu-pair.builder.js';
export * from './gpu-settings.fake.js';
export * from './json-server.fake.js';
