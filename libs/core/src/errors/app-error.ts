import type { ErrorCode } from './error-codes.js';

export interface AppErrorOptions {
  /** Facts that may be shown to the caller: no secrets, no stack traces. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** A broken promise that the caller has to know of. Libraries throw it; only the agent knows HTTP. */
export class AppError extends Error {
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    readonly code: ErrorCode,
    message: string,
    options: AppErrorOptions = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.details = options.details ?? {};
  }
}

/** The readable part of anything that was thrown. */
export function messageOf(error: unknown): string {
  if (error instanceof Error) return error.message;
  return typeof error === 'string' ? error : 'unknown error';
}
