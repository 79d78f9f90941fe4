import type { KernelEvent, Severity } from '@app/core';

/** What an XID asks for. Codes that only an application or nobody has to act on are not listed. */
export type XidClass = 'reset' | 'reboot' | 'hardware' | 'workflow';

export interface XidEntry {
  readonly meaning: string;
  readonly class: XidClass;
  readonly severity: Severity;
}

function entry(meaning: string, xidClass: XidClass, severity: Severity = 'critical'): XidEntry {
  return { meaning, class: xidClass, severity };
}

/**
 * NVIDIA's XID catalogue (docs.nvidia.com/deploy/xid-errors), codes whose immediate action is a reset, a reboot,
 * a look at the hardware or one of NVIDIA's workflows. Severities of 109 and 156 are our own: an engine often
 * survives the first, and the second may wait for the next maintenance window.
 */
const ENTRIES: ReadonlyMap<number, XidEntry> = new Map([
  [46, entry('GPU stopped processing (time-out)', 'reset')],
  [48, entry('double-bit ECC error', 'workflow')],
  [54, entry('auxiliary power is not connected', 'hardware')],
  [62, entry('internal micro-controller halt', 'reset')],
  [64, entry('memory remapping failure', 'reset')],
  [74, entry('NVLink error', 'workflow')],
  [79, entry('GPU has fallen off the bus', 'reboot')],
  [95, entry('uncontained memory error', 'reset')],
  [109, entry('context switch time-out', 'reset', 'high')],
  [110, entry('security fault', 'reset')],
  [119, entry('GSP RPC time-out', 'reset')],
  [120, entry('GSP error', 'reset')],
  [136, entry('link training failed', 'reset')],
  [140, entry('unrecovered ECC error', 'reset')],
  [143, entry('GPU initialisation error', 'reset')],
  [151, entry('key rotation error', 'reboot', 'high')],
  [155, entry('NVLink software-defined error', 'reset')],
  [156, entry('resource retirement event', 'reset', 'high')],
  [158, entry('GPU fatal time-out', 'reset')],
  [171, entry('uncorrectable DRAM error', 'workflow')],
  [172, entry('uncorrectable SRAM error', 'workflow')],
]);

/** NVLink errors of Blackwell: the line itself says whether they are fatal. */
const FIRST_NVLINK5 = 144;
const LAST_NVLINK5 = 150;

/** The catalogue entry of an event; null for codes that are not this kind of failure. */
export function xidEntryOf(event: Pick<KernelEvent, 'code' | 'message'>): XidEntry | null {
  const { code, message } = event;
  if (code === null) return null;
  if (code >= FIRST_NVLINK5 && code <= LAST_NVLINK5) {
    const isFatal = /\bfatal\b/i.test(message.replace(/non-?\s?fatal/gi, ''));
    return entry('NVLink link error', 'workflow', isFatal ? 'critical' : 'low');
  }
  return ENTRIES.get(code) ?? null;
}
