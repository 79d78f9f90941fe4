export { MetricsService } from './metrics.service.js';
export { assembleSnapshot, type SourceReading, type SourceReadings, unreadSource } from './snapshot-assembly.js';
export { type Collector, type Collectors } from './source-reader.js';
