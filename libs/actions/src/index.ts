export * from './catalogue/actions.js';
export * from './actions.service.js';
export * from './actions.module.js';
