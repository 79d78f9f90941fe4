import type { TimeWindow } from '@app/config';

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MINUTES_PER_HOUR = 60;

/** Day of the week (0 = Sunday) and minute of the day on the clocks of a time zone. */
function localTime(nowMs: number, timeZone: string): { day: number; minute: number } {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const parts = new Map(format.formatToParts(nowMs).map(({ type, value }) => [type, value]));
  const minute = Number(parts.get('hour')) * MINUTES_PER_HOUR + Number(parts.get('minute'));
  return { day: DAYS.indexOf(parts.get('weekday') ?? ''), minute };
}

/**
 * From the first minute up to, not including, the last one. A window over midnight belongs to the day on which it begins.
 * @throws RangeError for a time zone that does not exist
 */
export function isWithin({ days, fromMinute, toMinute, timeZone }: TimeWindow, nowMs: number): boolean {
  const { day, minute } = localTime(nowMs, timeZone);
  const begins = (on: number): boolean => days.length === 0 || days.includes(on);
  if (fromMinute < toMinute) return begins(day) && minute >= fromMinute && minute < toMinute;
  const dayBefore = (day + 6) % 7;
  return (begins(day) && minute >= fromMinute) || (begins(dayBefore) && minute < toMinute);
}
