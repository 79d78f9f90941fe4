import { describe, expect, it } from '@jest/globals';
import { parsePrometheusText } from '@app/metrics';
import { aMachineView } from '../machine-view.builder.js';
import { nodeExporterPage } from './node-exporter-page.js';

const { samples, problems } = parsePrometheusText(nodeExporterPage(aMachineView()));
const valuesOf = (name: string, labels: Readonly<Record<string, string>> = {}): number[] =>
  samples
    .filter((sample) => sample.name === name)
    .filter((sample) => Object.entries(labels).every(([label, text]) => sample.labels[label] === text))
    .map(({ value }) => value);
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

describe('the page of node_exporter', () => {
  it('can be read without a problem', () => {
    expect(problems).toEqual([]);
  });

  it.each([
    ['node_boot_time_seconds', Date.UTC(2026, 1, 20, 8) / 1000],
    ['node_time_seconds', Date.UTC(2026, 2, 1, 12) / 1000 + 0.25],
    ['node_load1', 3.5],
    ['node_load5', 2.5],
    ['node_load15', 1.5],
    ['node_procs_running', 6],
    ['node_memory_MemTotal_bytes', 512e9],
    ['node_memory_MemAvailable_bytes', 300e9],
    ['node_memory_SwapFree_bytes', 7e9],
    ['node_vmstat_pgmajfault', 1234],
    ['node_vmstat_pswpin', 56],
    ['node_vmstat_pswpout', 78],
    ['node_vmstat_oom_kill', 1],
    ['node_pressure_cpu_waiting_seconds_total', 5],
    ['node_pressure_memory_waiting_seconds_total', 2],
    ['node_pressure_io_waiting_seconds_total', 3],
    ['node_disk_read_bytes_total', 4e11],
    ['node_disk_written_bytes_total', 1e11],
    ['node_disk_io_time_seconds_total', 500],
    ['node_filesystem_size_bytes', 2e12],
    ['node_filesystem_avail_bytes', 9e11],
    ['node_network_receive_bytes_total', 7e11],
    ['node_network_transmit_bytes_total', 8e11],
    ['node_network_receive_errs_total', 2],
    ['simulated_source_info', 1],
  ])('tells %s', (name, value) => {
    expect(valuesOf(name)).toEqual([value]);
  });

  it('spreads the seconds of the processors over them', () => {
    expect(valuesOf('node_cpu_seconds_total', { mode: 'user' })).toEqual([1000, 1000, 1000, 1000]);
    expect(sum(valuesOf('node_cpu_seconds_total', { mode: 'idle' }))).toBe(40_000);
  });

  it('names the nodes of the memory and the machine', () => {
    expect(valuesOf('node_memory_numa_MemTotal')).toEqual([256e9, 256e9]);
    expect(valuesOf('node_uname_info', { nodename: 'gpu-host-1', machine: 'x86_64' })).toEqual([1]);
  });
});
