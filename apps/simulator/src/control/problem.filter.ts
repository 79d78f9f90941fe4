import { STATUS_CODES } from 'node:http';
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { FaultConflict } from '../faults/injected-faults.js';

/** Turns what is thrown into RFC 9457 problem details. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger(ProblemFilter.name);

  constructor(private readonly adapterHost: HttpAdapterHost) {}

  catch(exception: unknown, host: ArgumentsHost): void {
    const { httpAdapter } = this.adapterHost;
    const http = host.switchToHttp();
    const status = statusOf(exception);
    if (status >= 500) this.logger.error(exception);
    const problem = {
      type: 'about:blank',
      title: STATUS_CODES[status] ?? 'Error',
      status,
      detail: detailOf(exception),
      instance: String(httpAdapter.getRequestUrl(http.getRequest())).split('?')[0],
    };
    httpAdapter.setHeader(http.getResponse(), 'Content-Type', 'application/problem+json');
    httpAdapter.reply(http.getResponse(), problem, status);
  }
}

function statusOf(exception: unknown): number {
  if (exception instanceof HttpException) return exception.getStatus();
  if (exception instanceof FaultConflict) return 409;
  if (exception instanceof RangeError) return 400;
  // The body parser's errors know a status, too.
  const status = (exception as { status?: unknown } | null)?.status;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : 500;
}

function detailOf(exception: unknown): string {
  if (exception instanceof HttpException) {
    const response = exception.getResponse();
    // The messages of the validation, each of which names its field.
    const messages = typeof response === 'object' ? (response as { message?: unknown }).message : undefined;
    return Array.isArray(messages) ? messages.join('; ') : exception.message;
  }
  return exception instanceof Error ? exception.message : String(exception);
}
