export { SystemCollector, type SystemCollectorOptions } from './system.collector.js';
export type { SystemReading } from './system-reading.js';
