export { KernelLogCollector, type KernelLogCollectorOptions } from './kernel-log.collector.js';
export type { KernelLogReading } from './kernel-log-reading.js';
export {
  RecordedKernelLog,
  type RecordedKernelLogContent,
  type RecordedKernelLogFrame,
} from './recorded-kernel-log.js';
