import { AppError } from '@app/core';

/** The position after a run in the order of age. */
export interface RunPosition {
  readonly createdAt: string;
  readonly id: string;
}

/** Opaque to callers, and safe in a query string. */
export function encodeCursor({ createdAt, id }: RunPosition): string {
  return Buffer.from(`${createdAt} ${id}`, 'utf8').toString('base64url');
}

export function decodeCursor(cursor: string): RunPosition {
  const [createdAt, id, ...rest] = Buffer.from(cursor, 'base64url').toString('utf8').split(' ');
  const isPosition = createdAt && id && rest.length === 0 && !Number.isNaN(Date.parse(createdAt));
  if (isPosition) return { createdAt, id };
  throw notACursorOfThisList();
}

export function notACursorOfThisList(): AppError {
  return new AppError('validation_failed', 'The cursor is not one of this list.', {
    details: { errors: [{ path: 'cursor', message: 'must be a nextCursor of this list' }] },
  });
}
