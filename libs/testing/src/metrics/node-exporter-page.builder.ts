export interface NodeExporterInterface {
  readonly rxBytes: number;
  readonly txBytes: number;
  readonly errors?: number;
  readonly drops?: number;
  readonly packets?: number;
  /** -1 as the kernel says it, times the unit. */
  readonly speedBytes?: number;
}

export interface NodeExporterFilesystem {
  readonly device?: string;
  readonly type?: string;
  readonly sizeBytes?: number;
  readonly availableBytes?: number;
  readonly files?: number;
  readonly freeFiles?: number;
  readonly readOnly?: boolean;
  readonly failed?: boolean;
}

export interface NodeExporterPageValues {
  /** Seconds of one core by mode; every core has the same. */
  readonly cpuSeconds?: Readonly<Record<string, number>>;
  readonly cores?: number;
  readonly machine?: string;
  readonly bootSeconds?: number;
  readonly timeSeconds?: number;
  readonly memory?: Readonly<Record<string, number>>;
  readonly vmstat?: Readonly<Record<string, number>>;
  /** Seconds waited so far, by the series' middle (`cpu_waiting`); null: a kernel without pressure. */
  readonly pressure?: Readonly<Record<string, number>> | null;
  readonly filesystems?: Readonly<Record<string, NodeExporterFilesystem>>;
  readonly disks?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly network?: Readonly<Record<string, NodeExporterInterface>>;
  readonly numaNodes?: number;
  /** Null: the collector is off. */
  readonly clock?: { readonly synchronized: boolean; readonly offsetSeconds: number } | null;
  readonly simulated?: boolean;
}

const GIBIBYTE = 1024 ** 3;

const MEMORY = {
  MemTotal: 64 * GIBIBYTE,
  MemAvailable: 32 * GIBIBYTE,
  SwapTotal: 8 * GIBIBYTE,
  SwapFree: 6 * GIBIBYTE,
  Mlocked: GIBIBYTE,
  Unevictable: GIBIBYTE,
  Dirty: 131_072,
};

/** The `/metrics` page of a node_exporter on a quiet Linux host. */
export function aNodeExporterPage(values: NodeExporterPageValues = {}): string {
  const bootSeconds = values.bootSeconds ?? 1_700_000_000;
  const lines = [
    '# HELP node_boot_time_seconds Node boot time, in unixtime.',
    '# TYPE node_boot_time_seconds gauge',
    sample('node_boot_time_seconds', {}, bootSeconds),
    sample('node_time_seconds', {}, values.timeSeconds ?? bootSeconds + 86_400),
    sample('node_uname_info', { machine: values.machine ?? 'x86_64', nodename: 'gpu-host', sysname: 'Linux' }, 1),
    ...processor(values),
    ...plain('node_memory_', { ...MEMORY, ...values.memory }, '_bytes'),
    ...plain('node_vmstat_', { pswpin: 0, pswpout: 0, pgmajfault: 0, oom_kill: 0, ...values.vmstat }),
    ...pressure(values),
    ...filesystems(values),
    ...disks(values),
    ...network(values),
    ...Array.from({ length: values.numaNodes ?? 1 }, (_, node) =>
      sample('node_memory_numa_MemTotal', { node: String(node) }, 32 * GIBIBYTE),
    ),
    ...clock(values),
    sample('node_scrape_collector_success', { collector: 'cpu' }, 1),
    ...(values.simulated === true ? [sample('simulated_source_info', {}, 1)] : []),
  ];
  return `${lines.join('\n')}\n`;
}

function processor({ cpuSeconds, cores = 2 }: NodeExporterPageValues): string[] {
  const modes = { idle: 1000, iowait: 5, irq: 0, nice: 1, softirq: 2, steal: 0, system: 20, user: 100, ...cpuSeconds };
  return [
    ...Array.from({ length: cores }, (_, cpu) =>
      Object.entries(modes).map(([mode, seconds]) =>
        sample('node_cpu_seconds_total', { cpu: String(cpu), mode }, seconds),
      ),
    ).flat(),
    ...plain('node_', { load1: 0.5, load5: 0.4, load15: 0.3, procs_running: 2 }),
  ];
}

function pressure({ pressure: given = {} }: NodeExporterPageValues): string[] {
  if (given === null) return [];
  const counters = { cpu_waiting: 0, memory_waiting: 0, memory_stalled: 0, io_waiting: 0, io_stalled: 0, ...given };
  return plain('node_pressure_', counters, '_seconds_total');
}

function filesystems(values: NodeExporterPageValues): string[] {
  return Object.entries(values.filesystems ?? { '/': {} }).flatMap(([mountpoint, filesystem]) => {
    const { device = '/dev/sda1', type = 'ext4', sizeBytes = 1000, availableBytes = 400 } = filesystem;
    const labels = { device, device_error: '', fstype: type, mountpoint };
    return [
      sample('node_filesystem_size_bytes', labels, sizeBytes),
      sample('node_filesystem_avail_bytes', labels, availableBytes),
      sample('node_filesystem_files', labels, filesystem.files ?? 100),
      sample('node_filesystem_files_free', labels, filesystem.freeFiles ?? 90),
      sample('node_filesystem_readonly', labels, filesystem.readOnly === true ? 1 : 0),
      sample('node_filesystem_device_error', labels, filesystem.failed === true ? 1 : 0),
    ];
  });
}

function disks(values: NodeExporterPageValues): string[] {
  const names = ['read_bytes', 'written_bytes', 'reads_completed', 'writes_completed', 'read_time_seconds'];
  const all = [...names, 'write_time_seconds', 'io_time_seconds'];
  return Object.entries(values.disks ?? { sda: {} }).flatMap(([device, counters]) =>
    all.map((name) => sample(`node_disk_${name}_total`, { device }, counters[name] ?? 0)),
  );
}

function network(values: NodeExporterPageValues): string[] {
  const links = { lo: { rxBytes: 5, txBytes: 5 }, ...values.network };
  return Object.entries(links).flatMap(([device, link]: [string, NodeExporterInterface]) => {
    const { rxBytes, txBytes, errors = 0, drops = 0, packets = 10, speedBytes } = link;
    const both = (name: string, received: number, sent: number): string[] => [
      sample(`node_network_receive_${name}_total`, { device }, received),
      sample(`node_network_transmit_${name}_total`, { device }, sent),
    ];
    return [
      ...both('bytes', rxBytes, txBytes),
      ...both('errs', errors, 0),
      ...both('drop', drops, 0),
      ...both('packets', packets, packets),
      ...(speedBytes === undefined ? [] : [sample('node_network_speed_bytes', { device }, speedBytes)]),
    ];
  });
}

function clock({ clock: given }: NodeExporterPageValues): string[] {
  if (given === null) return [];
  const { synchronized, offsetSeconds } = given ?? { synchronized: true, offsetSeconds: 0.000_012 };
  return plain('node_timex_', { sync_status: synchronized ? 1 : 0, offset_seconds: offsetSeconds });
}

function plain(prefix: string, values: Readonly<Record<string, number>>, suffix = ''): string[] {
  return Object.entries(values).map(([name, value]) => sample(`${prefix}${name}${suffix}`, {}, value));
}

/** Numbers as Go prints them: large ones with an exponent. */
function sample(name: string, labels: Readonly<Record<string, string>>, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}=${JSON.stringify(text)}`);
  const number = Math.abs(value) >= 1e6 ? value.toExponential().replace(/e\+(\d)$/, 'e+0$1') : String(value);
  return `${name}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${number}`;
}
