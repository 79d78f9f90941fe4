import type { Gap, KernelEvent, Section } from '@app/core';

/** One reading of the kernel's log: every incident that still counts, not only what is new. */
export interface KernelLogReading {
  readonly section: Section;
  readonly events: readonly KernelEvent[];
  readonly gaps: readonly Gap[];
  readonly simulated: boolean;
}

export const NOT_A_KERNEL_LOG = 'no line has a known form of a kernel log';

/** Lines of no known form; null when there were none. */
export function unreadableLinesGap(lines: { readonly read: number; readonly unreadable: number }): Gap | null {
  if (lines.unreadable === 0) return null;
  const reason = `${lines.unreadable} of ${lines.read + lines.unreadable} lines have no known form of a kernel log`;
  return { signal: 'events', status: 'partial', reason };
}
