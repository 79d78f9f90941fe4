import { STATUS_CODES } from 'node:http';
import type { Response } from 'express';
import { AppError, type ErrorCode } from '@app/core';
import type { AgentRequest } from '../access/principal.js';

/** HTTP status of every error code; a code that is missing here does not compile. */
const STATUS_OF: Readonly<Record<ErrorCode, number>> = {
  validation_failed: 400,
  malformed_request: 400,
  configuration_invalid: 500,
  unauthorized: 401,
  forbidden: 403,
  host_not_allowed: 403,
  origin_not_allowed: 403,
  mode_not_allowed: 403,
  not_found: 404,
  target_not_found: 404,
  run_not_found: 404,
  route_not_found: 404,
  run_not_cancellable: 409,
  run_not_awaiting_approval: 409,
  plan_changed: 409,
  approval_expired: 409,
  state_drifted: 409,
  run_not_rollbackable: 409,
  target_not_frozen: 409,
  payload_too_large: 413,
  unsupported_media_type: 415,
  idempotency_key_reused: 422,
  rate_limited: 429,
  collection_failed: 500,
  analysis_failed: 500,
  action_failed: 500,
  rollback_failed: 500,
  store_failed: 500,
  run_interrupted: 500,
  internal_error: 500,
  not_implemented: 501,
  shutting_down: 503,
  not_ready: 503,
};

export interface FieldError {
  readonly path: string;
  readonly message: string;
}

/** RFC 9457 problem details, with our code and correlation id. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  readonly code: ErrorCode;
  readonly correlationId: string | null;
  readonly errors?: readonly FieldError[];
}

export function problemOf(request: AgentRequest, error: AppError): Problem {
  const status = STATUS_OF[error.code];
  const errors = error.details['errors'] as readonly FieldError[] | undefined;
  return {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail: error.message,
    instance: request.originalUrl.split('?')[0] ?? '/',
    code: error.code,
    correlationId: request.correlationId ?? null,
    ...(errors === undefined ? {} : { errors }),
  };
}

export function sendProblem(request: AgentRequest, response: Response, error: AppError): void {
  const problem = problemOf(request, error);
  // Express's own json() would add a charset and look at the Accept header; the type is fixed by RFC 9457.
  response.status(problem.status).setHeader('Content-Type', 'application/problem+json');
  response.end(JSON.stringify(problem));
}
