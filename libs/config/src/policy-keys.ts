import { z } from 'zod';
import { ACTION_GATES } from '@app/core';
import { withoutTrailingSlash } from './base-url.js';
import type { TimeWindow } from './settings.js';

/** By their number: 0 = Sunday. */
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
const TIME = /^(\d{1,2}):(\d{2})$/;
const MINUTES_PER_HOUR = 60;
const DAY_MINUTES = 24 * MINUTES_PER_HOUR;
/** Four times as long after a rollback is still within the month that the journal looks back. */
const LONGEST_COOL_DOWN_SECONDS = 7 * 86_400;

/** Minutes since midnight; null for what is no time of day. */
function minuteOf(text: string): number | null {
  const [, hours, minutes] = TIME.exec(text) ?? [];
  const minute = Number(hours) * MINUTES_PER_HOUR + Number(minutes);
  return Number(minutes) < MINUTES_PER_HOUR && minute <= DAY_MINUTES ? minute : null;
}

const timeOfDay = z.string().refine((text) => minuteOf(text) !== null, 'has to be a time of day, HH:MM');

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name });
    return true;
  } catch {
    // A RangeError is how the runtime says that it knows no such zone.
    return false;
  }
}

/** `"22:00-06:00"` is short for `{from: "22:00", to: "06:00"}`. */
function spelledOut(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const at = value.indexOf('-');
  return { from: value.slice(0, Math.max(at, 0)).trim(), to: value.slice(at + 1).trim() };
}

const timeWindow = z.preprocess(
  spelledOut,
  z
    .strictObject({
      days: z.array(z.enum(DAYS)).min(1, 'has to name a day; left out it means every day').optional(),
      from: timeOfDay,
      to: timeOfDay,
      timeZone: z.string().refine(isTimeZone, 'has to be a time zone, e.g. Europe/Berlin').default('UTC'),
    })
    .refine(({ from, to }) => minuteOf(from) !== minuteOf(to), 'from and to have to differ')
    .transform(({ days = [], from, to, timeZone }): TimeWindow => ({
      days: days.map((day) => DAYS.indexOf(day)),
      fromMinute: minuteOf(from) ?? 0,
      toMinute: minuteOf(to) ?? 0,
      timeZone,
    })),
);

/** Engines are known by their address without a slash at its end. */
const ids = z.array(z.string().min(1).transform(withoutTrailingSlash));

/** `policy.<actionType>` of `CONFIG_FILE`. */
export const policyRule = z.strictObject({
  gate: z.enum(ACTION_GATES).optional(),
  targets: ids.optional(),
  deny: ids.optional(),
  windows: z.array(timeWindow).optional(),
  perDay: z.number().int().min(0).optional(),
  coolDownSeconds: z.number().min(0).max(LONGEST_COOL_DOWN_SECONDS).optional(),
});

/** `monitor.<actionType>` of `CONFIG_FILE`. */
export const monitorRule = z.strictObject({
  settleSeconds: z.number().min(0).max(86_400).optional(),
  windowSeconds: z.number().positive().max(86_400).optional(),
  executeSeconds: z.number().positive().max(3_600).optional(),
});
