import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface ProcRootValues {
  /** Clock ticks: user, nice, system, idle, iowait, irq, softirq, steal. */
  readonly cpuTicks?: readonly number[];
  readonly cores?: number;
  readonly load?: readonly [number, number, number];
  readonly memTotalKib?: number;
  readonly memAvailableKib?: number;
  readonly swapTotalKib?: number;
  readonly swapFreeKib?: number;
  /** Null: a kernel without pressure files. */
  readonly pressure?: { readonly cpu?: number; readonly memory?: number; readonly io?: number } | null;
  readonly uptimeSeconds?: number;
  /** Interfaces with a device behind them: bytes and errors since boot. */
  readonly network?: Readonly<Record<string, { rxBytes: number; txBytes: number; errors?: number }>>;
  /** Like `docker0`: counted by the kernel, no device behind. */
  readonly virtualNetwork?: readonly string[];
  /** Paths such as `/proc/meminfo` that are left out. */
  readonly without?: readonly string[];
}

/** Writes the files of a quiet Linux host below `dir`, over those of an earlier call. */
export function aProcRoot(dir: string, values: ProcRootValues = {}): string {
  const cpu = (values.cpuTicks ?? [100, 0, 50, 800, 10, 0, 0, 0]).join(' ');
  const cores = Array.from({ length: values.cores ?? 8 }, (_, core) => `cpu${core} ${cpu} 0 0`);
  const [load1m, load5m, load15m] = values.load ?? [0.5, 0.4, 0.3];
  const pressure = values.pressure === undefined ? {} : values.pressure;
  const files: Record<string, string> = {
    '/proc/stat': [`cpu  ${cpu} 0 0`, ...cores, 'intr 1 2 3', 'ctxt 4', 'btime 1700000000', ''].join('\n'),
    '/proc/loadavg': `${load1m} ${load5m} ${load15m} 1/200 4242\n`,
    '/proc/meminfo': meminfo(values),
    '/proc/uptime': `${values.uptimeSeconds ?? 86_400.5} 1000.0\n`,
    '/proc/net/dev': netDev(values),
  };
  if (pressure !== null) {
    files['/proc/pressure/cpu'] = pressureFile(pressure.cpu ?? 0, 0);
    files['/proc/pressure/memory'] = pressureFile(pressure.memory ?? 0, pressure.memory ?? 0);
    files['/proc/pressure/io'] = pressureFile(pressure.io ?? 0, pressure.io ?? 0);
  }
  for (const name of Object.keys(values.network ?? {})) files[`/sys/class/net/${name}/device/vendor`] = '0x15b3\n';
  for (const [path, text] of Object.entries(files)) {
    if (values.without?.includes(path) === true) continue;
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
  return dir;
}

function meminfo(values: ProcRootValues): string {
  const entry = (name: string, kib: number): string => `${name}:`.padEnd(16) + `${kib} kB\n`;
  return [
    entry('MemTotal', values.memTotalKib ?? 65_536_000),
    entry('MemFree', 1_000_000),
    entry('MemAvailable', values.memAvailableKib ?? 32_768_000),
    entry('SwapTotal', values.swapTotalKib ?? 0),
    entry('SwapFree', values.swapFreeKib ?? 0),
  ].join('');
}

function pressureFile(some: number, full: number): string {
  const line = (kind: string, share: number): string =>
    `${kind} avg10=${share.toFixed(2)} avg60=${(share / 2).toFixed(2)} avg300=0.00 total=12345\n`;
  return line('some', some) + line('full', full);
}

function netDev(values: ProcRootValues): string {
  const row = (name: string, rxBytes: number, txBytes: number, errors: number): string =>
    `${name.padStart(6)}: ${rxBytes} 10 ${errors} 0 0 0 0 0 ${txBytes} 10 0 0 0 0 0 0\n`;
  return [
    'Inter-|   Receive                                                |  Transmit\n',
    ' face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n',
    row('lo', 5000, 5000, 0),
    ...Object.entries(values.network ?? {}).map(([name, { rxBytes, txBytes, errors }]) =>
      row(name, rxBytes, txBytes, errors ?? 0),
    ),
    ...(values.virtualNetwork ?? []).map((name) => row(name, 7000, 7000, 0)),
  ].join('');
}
