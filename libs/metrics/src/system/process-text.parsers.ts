import { decimal } from './decimal.js';

const MAX_ARGUMENTS = 1024;

/** `/proc/PID/cmdline`: arguments end in NUL; copied by hand, or rewritten by the process, they stand between blanks. */
export function parseCommandLine(text: string): readonly string[] {
  const parts = text.includes('\0') ? text.split('\0') : text.trim().split(/\s+/);
  // A title shorter than the command line it replaced leaves a tail of NULs.
  while (parts.at(-1)?.trim() === '') parts.pop();
  const [title = ''] = parts;
  // The rewritten title of a process is one text with blanks.
  const whole = parts.length === 1 ? title.trim().split(/\s+/) : parts;
  return whole.slice(0, MAX_ARGUMENTS);
}

export interface ProcessStat {
  readonly parentPid: number;
  /** User and system time in clock ticks. */
  readonly cpuTicks: number;
  /** Clock ticks after boot; with the pid it names a process for as long as the host runs. */
  readonly startTicks: number;
  /** Threads of the kernel have no command line. */
  readonly isKernelThread: boolean;
}

/** `PF_KTHREAD` of the kernel's `sched.h`. */
const KERNEL_THREAD_FLAG = 0x0020_0000;

/** `/proc/PID/stat`. The name in brackets may hold blanks and brackets, so the fields count from the last one. */
export function parseProcessStat(text: string): ProcessStat | null {
  const fields = text
    .slice(text.lastIndexOf(')') + 1)
    .trim()
    .split(' ');
  if (!text.includes(')') || !/^[A-Za-z]$/.test(fields[0] ?? '')) return null;
  const [parentPid, flags, userTicks, systemTicks, startTicks] = [1, 6, 11, 12, 19].map((at) => decimal(fields[at]));
  if (parentPid == null || userTicks == null || systemTicks == null || startTicks == null) return null;
  const isKernelThread = flags != null && (flags & KERNEL_THREAD_FLAG) !== 0;
  return { parentPid, cpuTicks: userTicks + systemTicks, startTicks, isKernelThread };
}

export interface ProcessStatus {
  readonly parentPid: number | null;
  readonly residentBytes: number | null;
  readonly cpusAllowed: string | null;
}

/** `/proc/PID/status`. */
export function parseProcessStatus(text: string): ProcessStatus {
  const field = (pattern: RegExp): string | undefined => pattern.exec(text)?.[1];
  const residentKib = decimal(field(/^VmRSS:[ \t]{0,64}(\d{1,20}) kB[ \t]*$/m));
  return {
    parentPid: decimal(field(/^PPid:[ \t]{0,64}(\d{1,10})[ \t]*$/m)),
    residentBytes: residentKib === null ? null : residentKib * 1024,
    cpusAllowed: field(/^Cpus_allowed_list:[ \t]{0,64}([\d,-]{1,4096})[ \t]*$/m) ?? null,
  };
}
