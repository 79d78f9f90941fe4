/** A line that the kernel wrote, with its time on the clock that its form has. */
export interface KernelLine {
  readonly origin: 'kernel';
  /** Epoch milliseconds, with a fraction where the line is more precise; null when the line counts from boot. */
  readonly atMs: number | null;
  readonly sinceBootSeconds: number | null;
  readonly message: string;
}

/**
 * `other`: of a known form, but written by another program; `none`: no line of its own (blank, a heading, indented);
 * `unreadable`: of no known form.
 */
export type ParsedLine = KernelLine | { readonly origin: 'other' | 'none' | 'unreadable' };

export interface LineContext {
  /** Dates without a year are the last ones before this instant. */
  readonly nowMs: number;
  /** Whether times without an offset are of this machine's zone; those of a recorded log can't be told. */
  readonly hasLocalTimes: boolean;
}

const OTHER = { origin: 'other' } as const;
const NONE = { origin: 'none' } as const;
const UNREADABLE = { origin: 'unreadable' } as const;

/** No record of the kernel is longer; what follows can't change what the line says. */
const LONGEST_LINE = 8192;
/** Facility and level in one number; the kernel's own facility is 0. */
const LEVELS = 8;

const KMSG = /^(\d{1,5}),\d{1,20},(\d{1,17}),[^;]{0,200};(.*)$/s;
const PRIORITY = /^<(\d{1,5})>/;
const DECODED_FACILITY = /^([a-z]{1,10}\d?) {0,8}:[a-z]{1,6} {0,6}: /;
const SINCE_BOOT = /^\[ {0,12}(\d{1,12}\.\d{1,9})\] ?(.*)$/s;
const ISO = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:([.,])(\d{1,9}))?(?:(Z)|([+-]\d{2}):?(\d{2})) (.*)$/s;
const CALENDAR = /^\[[A-Z][a-z]{2} ([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d{2}):(\d{2}):(\d{2}) (\d{4})\] ?(.*)$/s;
const SYSLOG = /^([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d{2}):(\d{2}):(\d{2}) (.*)$/s;
const JOURNAL_HEADING = /^-- .* --$/s;
/** With `CONFIG_PRINTK_CALLER`: the thread or processor that printed. */
const CALLER = /^\[ {0,8}[TC]\d{1,10}\] ?/;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DAY_MS = 86_400_000;

/**
 * Reads a line of `/dev/kmsg`, of `dmesg` (seconds since boot, `--time-format iso`, `-T`), of
 * `journalctl -k -o short-iso` or of a syslog file. Lines of other programs are told apart where the form allows it,
 * because whoever may write to a log could forge a message of the driver.
 */
export function parseKernelLine(text: string, context: LineContext): ParsedLine {
  // A log that was truncated under its writer begins with NULs.
  const line = text.slice(0, LONGEST_LINE).replace(/^\0+/, '').trimEnd();
  if (line === '' || /^\s/.test(line) || JOURNAL_HEADING.test(line)) return NONE;
  return kmsgRecord(line) ?? printedLine(line, context);
}

function kmsgRecord(line: string): ParsedLine | null {
  const [, priority, microseconds, message] = KMSG.exec(line) ?? [];
  if (priority === undefined || microseconds === undefined || message === undefined) return null;
  if (Number(priority) >= LEVELS) return OTHER;
  return sinceBoot(Number(microseconds) / 1e6, unescaped(message));
}

function printedLine(line: string, context: LineContext): ParsedLine {
  const priority = PRIORITY.exec(line);
  if (priority !== null && Number(priority[1]) >= LEVELS) return OTHER;
  const decoded = DECODED_FACILITY.exec(line);
  if (decoded !== null && decoded[1] !== 'kern') return OTHER;
  const rest = line.slice((priority ?? decoded)?.[0].length ?? 0);
  const [, seconds, message] = SINCE_BOOT.exec(rest) ?? [];
  if (seconds !== undefined && message !== undefined) return sinceBoot(Number(seconds), message.replace(CALLER, ''));
  return isoLine(rest) ?? localLine(rest, context) ?? UNREADABLE;
}

function isoLine(line: string): ParsedLine | null {
  const [, dateTime, separator, fraction, zulu, hours, minutes, rest] = ISO.exec(line) ?? [];
  if (dateTime === undefined || rest === undefined) return null;
  const secondMs = Date.parse(`${dateTime}${zulu ?? `${hours}:${minutes}`}`);
  if (!Number.isFinite(secondMs)) return null;
  const atMs = secondMs + Math.round(Number(`0.${fraction ?? 0}`) * 1e6) / 1000;
  // Only dmesg writes a comma; the journal goes on with the host and the process.
  return separator === ',' ? at(atMs, rest) : ofProcess(atMs, rest);
}

function localLine(line: string, { nowMs, hasLocalTimes }: LineContext): ParsedLine | null {
  if (!hasLocalTimes) return null;
  const calendar = CALENDAR.exec(line);
  if (calendar !== null) {
    const [, month = '', day, hour, minute, second, year, message = ''] = calendar;
    const atMs = localTime(Number(year), month, [day, hour, minute, second].map(Number));
    return atMs === null ? null : at(atMs, message);
  }
  const [, month = '', day, hour, minute, second, rest] = SYSLOG.exec(line) ?? [];
  if (rest === undefined) return null;
  const year = new Date(nowMs).getFullYear();
  const parts = [day, hour, minute, second].map(Number);
  const thisYear = localTime(year, month, parts);
  const atMs = thisYear !== null && thisYear > nowMs + DAY_MS ? localTime(year - 1, month, parts) : thisYear;
  return atMs === null ? null : ofProcess(atMs, rest);
}

function localTime(year: number, month: string, parts: readonly number[]): number | null {
  const [day = 0, hour = 0, minute = 0, second = 0] = parts;
  const monthIndex = MONTHS.indexOf(month);
  if (monthIndex < 0 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60) return null;
  return new Date(year, monthIndex, day, hour, minute, second).getTime();
}

/**
 * `host kernel: message`. Never `kernel[7]:`, which is a program that calls itself so. What has no process at all is
 * taken for a line of dmesg: a host's name in front can't be mistaken for a message of the driver.
 */
function ofProcess(atMs: number, rest: string): ParsedLine {
  const [, message] = /^\S{1,255} kernel: (.*)$/s.exec(rest) ?? [];
  if (message !== undefined) {
    const [, , ownMessage] = SINCE_BOOT.exec(message) ?? [];
    return at(atMs, ownMessage ?? message);
  }
  return /^\S{1,255} \S{1,255}: /.test(rest) ? OTHER : at(atMs, rest);
}

function at(atMs: number, message: string): KernelLine {
  return { origin: 'kernel', atMs, sinceBootSeconds: null, message: message.replace(CALLER, '') };
}

function sinceBoot(sinceBootSeconds: number, message: string): KernelLine {
  return { origin: 'kernel', atMs: null, sinceBootSeconds, message };
}

/** `/dev/kmsg` writes what is not printable, and the backslash, as `\x0a`; printable bytes it never writes so. */
function unescaped(message: string): string {
  return message.replace(/(?:\\x[0-9a-f]{2})+/g, (run) => {
    const bytes = Buffer.from(run.replaceAll('\\x', ''), 'hex');
    const isKernels = bytes.every((byte) => byte < 0x20 || byte >= 0x7f || byte === 0x5c);
    return isKernels ? bytes.toString('utf8') : run;
  });
}
