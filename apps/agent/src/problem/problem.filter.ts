import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import type { Response } from 'express';
import { AppError, type ErrorCode, messageOf } from '@app/core';
import type { AgentRequest } from '../access/principal.js';
import { problemOf, sendProblem } from './problem.js';

const CODE_OF_STATUS: Readonly<Record<number, ErrorCode>> = {
  400: 'malformed_request',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'route_not_found',
  413: 'payload_too_large',
  415: 'unsupported_media_type',
  429: 'rate_limited',
  501: 'not_implemented',
};

/** Turns everything that is thrown into problem+json. A 500 tells the caller the correlation id, the log the rest. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger(ProblemFilter.name);

  catch(exception: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<AgentRequest>();
    const response = host.switchToHttp().getResponse<Response>();
    const error = toAppError(exception);
    if (problemOf(request, error).status >= 500 && error.code !== 'not_implemented') this.report(request, error);
    if (response.headersSent) {
      response.end();
      return;
    }
    if (error.code === 'unauthorized') response.setHeader('WWW-Authenticate', 'Bearer');
    const retryAfterSeconds = error.details['retryAfterSeconds'];
    if (typeof retryAfterSeconds === 'number') response.setHeader('Retry-After', retryAfterSeconds);
    sendProblem(request, response, error.code === 'internal_error' ? withoutDetail(error) : error);
  }

  private report(request: AgentRequest, error: AppError): void {
    const cause = error.cause instanceof Error ? error.cause : error;
    this.logger.error(
      `${request.method} ${request.path} failed [${request.correlationId}]: ${cause.message}`,
      cause.stack,
    );
  }
}

function withoutDetail(error: AppError): AppError {
  return new AppError('internal_error', 'Something failed here; the log has it under this correlation id.', {
    cause: error.cause,
  });
}

function toAppError(exception: unknown): AppError {
  if (exception instanceof AppError) return exception;
  const status = statusOf(exception);
  const code = CODE_OF_STATUS[status];
  if (code === undefined) return new AppError('internal_error', messageOf(exception), { cause: exception });
  return new AppError(code, detailOf(code, exception), { cause: exception });
}

/** Nest's exceptions and the body parser's errors both know a status; anything else is a 500. */
function statusOf(exception: unknown): number {
  if (exception instanceof HttpException) return exception.getStatus();
  const status = (exception as { status?: unknown } | null)?.status;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : 500;
}

function detailOf(code: ErrorCode, exception: unknown): string {
  if (code === 'route_not_found') return 'There is no such route; /docs lists those that exist.';
  if (code === 'payload_too_large') return 'The body is larger than this route takes.';
  if (code === 'malformed_request') return `The request could not be read: ${messageOf(exception)}`;
  return messageOf(exception);
}
