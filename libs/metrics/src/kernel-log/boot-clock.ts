import { uptime } from 'node:os';
import type { BootTime } from './kernel-event-log.js';

/** Tells when the machine started, by the clocks of the kernel. */
export type BootClock = (nowMs: number) => BootTime;

/**
 * The kernel's log counts like Linux' monotonic clock, which stands still while the machine sleeps; `/proc/uptime`
 * goes on. The start is the earlier of both, since a container may be shown its own start as the machine's.
 */
export function systemBootTime(nowMs: number): BootTime {
  const uptimeAtMs = nowMs - uptime() * 1000;
  if (process.platform !== 'linux') return { zeroMs: uptimeAtMs, bootAtMs: uptimeAtMs };
  const zeroMs = nowMs - Number(process.hrtime.bigint() / 1_000_000n);
  return { zeroMs, bootAtMs: Math.min(zeroMs, uptimeAtMs) };
}
