import { AppError, messageOf } from '@app/core';

/** The store wrote it, so only damage can break it; the error says where. */
export function readJson<Value>(text: string, what: string): Value {
  try {
    return JSON.parse(text) as Value;
  } catch (error) {
    throw new AppError('store_failed', `The stored ${what} can't be read: ${messageOf(error)}`, { cause: error });
  }
}

/** Null and undefined stay as they are: no value, and no change. */
export function jsonOrNull(value: object | null): string | null;
export function jsonOrNull(value: object | null | undefined): string | null | undefined;
export function jsonOrNull(value: object | null | undefined): string | null | undefined {
  return value === null || value === undefined ? value : JSON.stringify(value);
}
