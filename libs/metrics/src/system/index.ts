export { DiskHostFiles, HostFiles, RecordedHostFiles, type HostFile } from './host-files.js';
export type { HostProcess } from './host-process.js';
export { ProcHost, type ProcFrame, type ProcReading } from './proc-host.js';
export { RecordedHost, type RecordedHostFrame } from './recorded-host.js';
export { SystemCollector, type SystemCollectorOptions } from './system.collector.js';
export { NO_PLACES, type HostPlaces, type SystemReading } from './system-reading.js';
