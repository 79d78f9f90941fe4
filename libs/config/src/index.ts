export * from './settings.js';
export * from './load-settings.js';
export * from './config.module.js';
