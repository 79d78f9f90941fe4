export * from './settings.js';
export * from './load-settings.js';
export * from './loopback-host.js';
export * from './config.module.js';
