/** What a message of the kernel reports; when, and how often, the log knows. */
export interface ReportedEvent {
  readonly kind: string;
  readonly code: number | null;
  /** As the kernel writes it, without `PCI:`. */
  readonly pciBusId: string | null;
  readonly pid: number | null;
  readonly processName: string | null;
  /** Tells incidents of one kind and device apart, e.g. the disk or the killed process. */
  readonly subject: string;
}

const NOTHING_NAMED = { code: null, pciBusId: null, pid: null, processName: null, subject: '' } as const;
const MESSAGE_LENGTH = 300;
const NAME_LENGTH = 64;
const BUS_ID = /\b(?:[0-9a-f]{4,8}:)[0-9a-f]{2}:[0-9a-f]{2}(?:\.[0-7])?(?!\w|:[0-9a-f])/i;
/** A source marks itself with this; see the `simulated` field of a snapshot. */
const SIMULATED_MARK = 'simulated:';
/** The recovery action of a GPU changed: only the new value counts. */
const RECOVERY_ACTION_XID = 154;

type Reader = (message: string) => ReportedEvent | null;

/** In order: the driver's line of XID 79 also says that the GPU fell off the bus. */
const READERS: readonly Reader[] = [
  xid,
  switchXid,
  lostGpu,
  driver,
  nvlink,
  oomKill,
  hungTask,
  pcieError,
  memoryError,
  ioError,
  boot,
];

/**
 * What a message of the kernel reports; null for the many that report nothing of use. Messages are recognised at
 * their beginning only: further in stand names that programs choose.
 */
export function reportedEvent(message: string): ReportedEvent | null {
  const text = message
    .replace(/simulated: ?/, '')
    .replace(/\s+/g, ' ')
    .trimStart();
  for (const read of READERS) {
    const event = read(text);
    if (event !== null) return event;
  }
  return null;
}

export function isMarkedSimulated(message: string): boolean {
  return message.includes(SIMULATED_MARK);
}

/** One line without control characters and not too long: the text was written by others. */
export function printableMessage(message: string): string {
  return printable(message, MESSAGE_LENGTH);
}

function printable(text: string, length: number): string {
  const plain = text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
  // By characters, since half of one is no text.
  return plain.length <= length ? plain : [...plain].slice(0, length).join('');
}

/** `NVRM: Xid (PCI:0000:3b:00): 79, pid=1234, name=python3, …`, in a MIG instance `(PCI:0000:3b:00 GPU-I:05)`. */
function xid(message: string): ReportedEvent | null {
  const [, busId, code, rest] =
    /^NVRM: Xid \((?:PCI:)?([0-9a-f:.]{5,20})[^)]{0,40}\): (\d{1,4})(?![\d.])(.*)$/i.exec(message) ?? [];
  if (busId === undefined || code === undefined || rest === undefined) return null;
  const process = /^, pid='?(\d{1,10})(?!\d)/.exec(rest);
  const name = /^, pid=[^,]{1,20}, name=([^,]{1,200})/.exec(rest);
  return {
    kind: 'xid',
    code: Number(code),
    pciBusId: busId,
    pid: process === null ? null : Number(process[1]),
    processName: processNameOf(name?.[1]),
    subject: Number(code) === RECOVERY_ACTION_XID ? newRecoveryAction(rest) : fatality(rest),
  };
}

/** Errors of an NVSwitch: a number space of their own. */
function switchXid(message: string): ReportedEvent | null {
  const [, busId, code, rest] =
    /^nvidia-nvswitch\d{0,3}: SXid \((?:PCI:)?([0-9a-f:.]{5,20})\): (\d{1,6})(?![\d.])(.*)$/i.exec(message) ?? [];
  if (busId === undefined || code === undefined || rest === undefined) return null;
  return { ...NOTHING_NAMED, kind: 'sxid', code: Number(code), pciBusId: busId, subject: fatality(rest) };
}

function lostGpu(message: string): ReportedEvent | null {
  if (!message.startsWith('NVRM: ')) return null;
  if (!/fallen off the bus|GPU is lost|GPU lost from the bus|GPU_IS_LOST/i.test(message)) return null;
  return { ...NOTHING_NAMED, kind: 'gpu-lost', pciBusId: busIdIn(message) };
}

/** A driver that was loaded anew explains counters that began again, and that a reset took place. */
function driver(message: string): ReportedEvent | null {
  if (/^NVRM: loading NVIDIA UNIX /.test(message)) return { ...NOTHING_NAMED, kind: 'driver-loaded' };
  if (/^nvidia-nvlink: Unregister(?:ed|ing)/.test(message)) return { ...NOTHING_NAMED, kind: 'driver-unloaded' };
  if (/^NVRM: API mismatch/.test(message)) return { ...NOTHING_NAMED, kind: 'driver-mismatch' };
  if (!/^NVRM: (?:GPU [0-9a-f:.]{5,20}: )?RmInitAdapter failed/i.test(message)) return null;
  return { ...NOTHING_NAMED, kind: 'gpu-init-failed', pciBusId: busIdIn(message) };
}

function nvlink(message: string): ReportedEvent | null {
  if (!/^(?:NVRM: |nvidia-nvlink: |nvidia-nvswitch\d{0,3}: )/.test(message) || !/nvlink/i.test(message)) return null;
  if (!/\b(?:error|errors|fail|failed|failure|fatal|timeout)\b/i.test(message)) return null;
  return { ...NOTHING_NAMED, kind: 'nvlink', pciBusId: busIdIn(message), subject: fatality(message) };
}

/** The kernel tells of one kill twice: with the control group (`oom-kill:`) and with the memory (`Killed process`). */
function oomKill(message: string): ReportedEvent | null {
  const [, pid, name] =
    /^(?:Out of memory(?: \([^)]{1,60}\))?: |Memory cgroup out of memory: )?Kill(?:ed)? process (\d{1,10}),? \(([^)]{0,64})\)/i.exec(
      message,
    ) ?? oomSummary(message);
  if (pid === undefined) return null;
  const killed = { pid: Number(pid), processName: processNameOf(name) };
  return { ...NOTHING_NAMED, ...killed, kind: 'oom-kill', subject: pid };
}

function oomSummary(message: string): readonly (string | undefined)[] {
  if (!message.startsWith('oom-kill:')) return [];
  // Of the fields the last two of their name count: a control group's path may contain anything.
  const [, name, pid] = /,task=([^,]{0,64}),pid=(\d{1,10}),uid=\d{1,10}$/.exec(message.trimEnd()) ?? [];
  return [message, pid, name];
}

function hungTask(message: string): ReportedEvent | null {
  const [, name, pid] = /^INFO: task (.{1,64}):(\d{1,10}) blocked for more than \d{1,9} seconds/.exec(message) ?? [];
  if (pid === undefined) return null;
  const task = { pid: Number(pid), processName: processNameOf(name) };
  return { ...NOTHING_NAMED, ...task, kind: 'hung-task', subject: pid };
}

/** The port's line names the device that reported (`received: 0000:3b:00.0`), the device's own line comes first. */
function pcieError(message: string): ReportedEvent | null {
  const [, device, rest] =
    /^[a-z][\w-]{0,30} ((?:[0-9a-f]{4,8}:)[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]): (.*)$/i.exec(message) ?? [];
  if (device === undefined || rest === undefined) return null;
  if (!/^(?:AER: )?(?:PCIe Bus Error: severity=|(?:Multiple )?(?:Unc|C)orrect)/.test(rest)) return null;
  return {
    ...NOTHING_NAMED,
    kind: 'pcie-aer',
    pciBusId: rest.includes(' received') ? (busIdIn(rest) ?? device) : device,
    subject: /Uncorrect/.test(rest) ? (rest.includes('(Fatal)') ? 'fatal' : 'uncorrected') : 'corrected',
  };
}

/** Machine checks and memory controllers of the host, not of a GPU. */
function memoryError(message: string): ReportedEvent | null {
  const [, controller, errors] = /^EDAC (MC\d{1,4}): \d{1,9} (CE|UE)\b/.exec(message) ?? [];
  if (controller !== undefined) return { ...NOTHING_NAMED, kind: 'memory-error', subject: `${controller} ${errors}` };
  if (/^Memory failure: 0x[0-9a-f]+:/i.test(message))
    return { ...NOTHING_NAMED, kind: 'memory-error', subject: 'page' };
  if (!/^(?:mce: |\{\d{1,9}\})\[Hardware Error\]: /.test(message)) return null;
  return { ...NOTHING_NAMED, kind: 'memory-error', subject: 'mce' };
}

function ioError(message: string): ReportedEvent | null {
  const [, device] =
    /^(?:\w{1,40}: )?(?:I\/O|critical \w{1,20}|Buffer I\/O) error,? (?:on )?(?:dev|device) ([\w!-]{1,40})/.exec(
      message,
    ) ??
    /^(?:EXT4-fs error|BTRFS error) \((?:device )?([\w!-]{1,40})/.exec(message) ??
    /^XFS \(([\w!-]{1,40})\): .{0,60}I\/O error/.exec(message) ??
    /^nvme (nvme\d{1,4}): (?:controller is down|I\/O .{0,80}timeout)/.exec(message) ??
    [];
  // An empty drive answers reads with errors, which says nothing of a disk.
  if (device === undefined || /^(?:fd|sr)\d/.test(device)) return null;
  return { ...NOTHING_NAMED, kind: 'io-error', subject: device };
}

function boot(message: string): ReportedEvent | null {
  return /^Linux version \d/.test(message) ? { ...NOTHING_NAMED, kind: 'boot' } : null;
}

function busIdIn(text: string): string | null {
  return BUS_ID.exec(text)?.[0] ?? null;
}

function processNameOf(name: string | undefined): string | null {
  const plain = printable(name ?? '', NAME_LENGTH);
  return plain === '' || plain === '<unknown>' ? null : plain;
}

/** `… changed from 0x0 (None) to 0x4 (Drain and Reset)`: each new value is an incident of its own. */
function newRecoveryAction(rest: string): string {
  const position = rest.lastIndexOf(' to ');
  return position < 0 ? '' : rest.slice(position + 4).trim();
}

/** `Nonfatal`, `Non-fatal` and `Fatal` errors of one code must not become one incident under the milder name. */
function fatality(rest: string): string {
  return /(?<!non-?\s?)\bfatal\b/i.test(rest) ? 'fatal' : '';
}
