export interface ProcProcessValues {
  readonly parentPid?: number;
  /** Arguments, or the whole line with blanks as a person would copy it. */
  readonly commandLine?: readonly string[] | string;
  readonly userTicks?: number;
  readonly systemTicks?: number;
  /** Clock ticks after boot. */
  readonly startTicks?: number;
  readonly residentKib?: number;
  readonly cpusAllowed?: string;
  readonly cgroupPath?: string;
  /** What the kernel shows in brackets. */
  readonly name?: string;
}

/** The files of one process below `/proc`, by their paths. */
export function processFiles(pid: number, values: ProcProcessValues = {}): Record<string, string> {
  const { commandLine = ['sleep', 'infinity'], name = 'python3', residentKib = 4096 } = values;
  const parentPid = values.parentPid ?? 1;
  return {
    [`/proc/${pid}/cmdline`]:
      typeof commandLine === 'string' ? commandLine : commandLine.map((part) => `${part}\0`).join(''),
    [`/proc/${pid}/stat`]: statLine(pid, { ...values, name, parentPid, residentKib }),
    [`/proc/${pid}/status`]: [
      `Name:\t${name.slice(0, 15)}`,
      'State:\tS (sleeping)',
      `Pid:\t${pid}`,
      `PPid:\t${parentPid}`,
      `VmRSS:\t${String(residentKib).padStart(8)} kB`,
      'Threads:\t4',
      `Cpus_allowed_list:\t${values.cpusAllowed ?? '0-7'}`,
      '',
    ].join('\n'),
    [`/proc/${pid}/cgroup`]: `0::${values.cgroupPath ?? '/'}\n`,
  };
}

function statLine(
  pid: number,
  values: ProcProcessValues & Required<Pick<ProcProcessValues, 'name' | 'parentPid' | 'residentKib'>>,
): string {
  const { userTicks = 0, systemTicks = 0, startTicks = 1000 + pid } = values;
  const head = `${pid} (${values.name}) S ${values.parentPid} ${pid} ${pid} 0 -1 4194560 500 0 3 0`;
  return `${head} ${userTicks} ${systemTicks} 7 8 20 0 4 0 ${startTicks} 1000000 ${values.residentKib / 4} 18446744073709551615\n`;
}
