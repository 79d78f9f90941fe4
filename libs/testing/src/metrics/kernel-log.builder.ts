export const KERNEL_LOG_FORMS = ['dmesg', 'dmesg-iso', 'journal', 'kmsg'] as const;
export type KernelLogForm = (typeof KERNEL_LOG_FORMS)[number];

export interface KernelLogLine {
  readonly sinceBootSeconds: number;
  readonly message: string;
  /** Who wrote it; the journal names it, `/dev/kmsg` has a facility instead. */
  readonly process?: string;
}

export interface KernelLogValues {
  readonly form?: KernelLogForm;
  readonly bootAtMs?: number;
  readonly lines?: readonly KernelLogLine[];
}

/** When the machine of the builders started: 2026-03-01T12:00:00Z. */
export const KERNEL_BOOT_MS = Date.UTC(2026, 2, 1, 12);

const KERNEL_INFO = 6;
const USER_INFO = 14;

/** The text of a kernel log as one of the tools prints it. `dmesg` can't tell who wrote a line. */
export function aKernelLog(values: KernelLogValues = {}): string {
  const { form = 'dmesg', bootAtMs = KERNEL_BOOT_MS, lines = [] } = values;
  return lines.map((line, index) => `${aKernelLine(form, line, bootAtMs, index)}\n`).join('');
}

function aKernelLine(form: KernelLogForm, line: KernelLogLine, bootAtMs: number, sequence: number): string {
  const { sinceBootSeconds, message, process = 'kernel' } = line;
  const dateTime = new Date(bootAtMs + Math.floor(sinceBootSeconds) * 1000).toISOString().slice(0, 19);
  const fraction = sinceBootSeconds.toFixed(6).split('.')[1] ?? '';
  switch (form) {
    case 'dmesg':
      return `[${sinceBootSeconds.toFixed(6).padStart(12)}] ${message}`;
    case 'dmesg-iso':
      return `${dateTime},${fraction}+00:00 ${message}`;
    case 'journal':
      return `${dateTime}+0000 gpu-host ${process}: ${message}`;
    case 'kmsg': {
      const priority = process === 'kernel' ? KERNEL_INFO : USER_INFO;
      return `${priority},${1000 + sequence},${Math.round(sinceBootSeconds * 1e6)},-;${escaped(message)}`;
    }
  }
}

/** As the kernel does it: every byte that is not printable ASCII, and the backslash. */
function escaped(message: string): string {
  return [...Buffer.from(message)]
    .map((byte) =>
      byte < 0x20 || byte >= 0x7f || byte === 0x5c
        ? `\\x${byte.toString(16).padStart(2, '0')}`
        : String.fromCharCode(byte),
    )
    .join('');
}

export interface XidValues {
  readonly code?: number;
  readonly busId?: string;
  readonly pid?: number | null;
  readonly name?: string | null;
  readonly text?: string;
}

/** The driver's line of an error, by default of a GPU that fell off the bus. */
export function anXidMessage(values: XidValues = {}): string {
  const { code = 79, busId = '0000:3b:00', pid = null, name = null, text = 'GPU has fallen off the bus.' } = values;
  return `NVRM: Xid (PCI:${busId}): ${code}, pid=${pid ?? "'<unknown>'"}, name=${name ?? '<unknown>'}, ${text}`;
}

export interface OomKillValues {
  readonly pid?: number;
  readonly name?: string;
  /** Path of the control group whose limit was reached; null: the machine had no memory left. */
  readonly cgroup?: string | null;
}

/** Both lines that the kernel writes about one kill. */
export function oomKillMessages(values: OomKillValues = {}): readonly [string, string] {
  const { pid = 4242, name = 'python3', cgroup = '/kubepods/pod1' } = values;
  const constraint =
    cgroup === null
      ? 'constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,global_oom'
      : `constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0-1,oom_memcg=${cgroup}`;
  const shortage = cgroup === null ? 'Out of memory' : 'Memory cgroup out of memory';
  return [
    `oom-kill:${constraint},task_memcg=${cgroup ?? '/system.slice'},task=${name},pid=${pid},uid=0`,
    `${shortage}: Killed process ${pid} (${name}) total-vm:80000000kB, anon-rss:64000000kB, file-rss:0kB, oom_score_adj:900`,
  ];
}
