export { combineCacheReadings, type CachesReading } from './caches-reading.js';
export { InProcessCaches } from './in-process-caches.js';
export type { LmcacheConfig } from './lmcache-answers.js';
export { LmcacheCollector } from './lmcache.collector.js';
export { LmcacheTracker, type LmcachePage, type TrackedCaches } from './lmcache.tracker.js';
