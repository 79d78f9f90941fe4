import type { RequestHandler } from 'express';
import { ipKeyGenerator, rateLimit } from 'express-rate-limit';
import type { Settings } from '@app/config';
import { AppError } from '@app/core';
import { sendProblem } from '../problem/problem.js';
import type { AgentRequest } from './principal.js';

const WINDOW_MS = 60_000;

/** `RATE_LIMIT_PER_MINUTE` per key, else per address; health and metrics are for machines that poll and don't count. */
export function requestLimit(settings: Settings): RequestHandler | null {
  const limit = settings.http.rateLimitPerMinute;
  if (limit === 0) return null;
  return rateLimit({
    windowMs: WINDOW_MS,
    limit,
    standardHeaders: 'draft-7',
    legacyHeaders: false,
    skip: (request) => request.path.startsWith('/health/') || request.path === '/metrics',
    keyGenerator: (request: AgentRequest) =>
      settings.http.apiKeys.length > 0 && request.principal !== undefined
        ? `key:${request.principal.name}`
        : `address:${ipKeyGenerator(request.ip ?? 'unknown')}`,
    handler: (request: AgentRequest, response) => {
      if (response.getHeader('Retry-After') === undefined) response.setHeader('Retry-After', WINDOW_MS / 1000);
      const message = `More than ${limit} requests in a minute; try again after the time in Retry-After.`;
      sendProblem(request, response, new AppError('rate_limited', message));
    },
  });
}
