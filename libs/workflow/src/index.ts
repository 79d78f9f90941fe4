export * from './graph.factory.js';
export * from './run-id.js';
export * from './run.service.js';
export * from './state.js';
export * from './workflow-graph.js';
export * from './workflow-result.js';
export * from './workflow.module.js';
