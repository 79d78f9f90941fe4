import type { EngineView } from '../../machine/machine-view.js';
import { counter, type Family, gauge, type Row } from '../prometheus/families.js';

/** What prometheus_client tells of a Python process. Garbage collections go with the processor time (estimate). */
export function processFamilies({ startedAtMs, residentBytes, cpuSeconds }: EngineView): Family[] {
  const generations = (rates: readonly [number, number, number]): Row[] =>
    rates.map((rate, generation): Row => ['', { generation: String(generation) }, Math.floor(rate * cpuSeconds)]);
  return [
    counter('python_gc_objects_collected_total', 'Objects collected during gc', generations([70, 12, 9])),
    counter('python_gc_objects_uncollectable_total', 'Uncollectable objects found during GC', generations([0, 0, 0])),
    counter(
      'python_gc_collections_total',
      'Number of times this generation was collected',
      generations([9, 0.8, 0.05]),
    ),
    gauge('python_info', 'Python platform information', [
      ['', { implementation: 'CPython', major: '3', minor: '12', patchlevel: '6', version: '3.12.6' }, 1],
    ]),
    one('process_virtual_memory_bytes', 'Virtual memory size in bytes.', Math.round(residentBytes * 1.34)),
    one('process_resident_memory_bytes', 'Resident memory size in bytes.', Math.round(residentBytes)),
    one(
      'process_start_time_seconds',
      'Start time of the process since unix epoch in seconds.',
      Math.round(startedAtMs / 10) / 100,
    ),
    counter('process_cpu_seconds_total', 'Total user and system CPU time spent in seconds.', [
      ['', {}, Math.round(cpuSeconds * 100) / 100],
    ]),
    one('process_open_fds', 'Number of open file descriptors.', 43),
    one('process_max_fds', 'Maximum number of open file descriptors.', 1_048_576),
  ];
}

function one(name: string, help: string, value: number): Family {
  return gauge(name, help, [['', {}, value]]);
}
