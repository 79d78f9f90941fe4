import { cpus, freemem, loadavg, totalmem, uptime } from 'node:os';
import type { Gap, System } from '@app/core';
import { CGROUP_GAP, NO_CGROUP, NO_PRESSURE } from './system-reading.js';

export interface PortableReading {
  readonly system: System;
  readonly gaps: readonly Gap[];
}

/** What can be said of a host without `/proc`: load, memory and disks; the rest is named as not available. */
export async function readPortableHost(platform: NodeJS.Platform, disks: System['disks']): Promise<PortableReading> {
  const { default: systeminformation } = await import('systeminformation');
  const [memory, load] = await Promise.all([systeminformation.mem(), systeminformation.currentLoad()]);
  const [load1m, load5m, load15m] = loadavg();
  // Windows knows no load average; Node answers zeros there.
  const hasLoad = platform !== 'win32';
  const notHere = (signal: string): Gap => ({ signal, status: 'absent', reason: `not available on ${platform}` });
  return {
    system: {
      cpu: {
        logicalCores: cpus().length || null,
        utilizationRatio: Number.isFinite(load.currentLoad) ? load.currentLoad / 100 : null,
        iowaitRatio: null,
        stealRatio: null,
        load1m: hasLoad ? (load1m ?? null) : null,
        load5m: hasLoad ? (load5m ?? null) : null,
        load15m: hasLoad ? (load15m ?? null) : null,
      },
      memory: {
        totalBytes: memory.total || totalmem(),
        availableBytes: memory.available || freemem(),
        swapTotalBytes: memory.swaptotal,
        swapUsedBytes: memory.swapused,
      },
      pressure: NO_PRESSURE,
      cgroup: NO_CGROUP,
      disks,
      network: [],
      uptimeSeconds: uptime(),
    },
    gaps: [
      ...(hasLoad ? [] : [notHere('system.cpu.load1m')]),
      notHere('system.cpu.iowaitRatio'),
      notHere('system.cpu.stealRatio'),
      notHere('system.pressure'),
      notHere('system.network'),
      CGROUP_GAP,
    ],
  };
}
