const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (value: number): string => String(value).padStart(2, '0');

/** `Fri Apr 10 10:23:01 2026`, the day padded with a blank, in UTC as on a server. */
export function calendarTime(atMs: number): string {
  const time = new Date(atMs);
  const day = String(time.getUTCDate()).padStart(2);
  const clock = [time.getUTCHours(), time.getUTCMinutes(), time.getUTCSeconds()].map(two).join(':');
  return `${DAYS[time.getUTCDay()]} ${MONTHS[time.getUTCMonth()]} ${day} ${clock} ${time.getUTCFullYear()}`;
}

/** `2026/07/03 22:11:09.763`. */
export function tableTime(atMs: number): string {
  const [date = '', clock = ''] = new Date(atMs).toISOString().split('T');
  return `${date.replaceAll('-', '/')} ${clock.slice(0, 12)}`;
}
