import { randomUUID } from 'node:crypto';
import type { NextFunction, RequestHandler, Response } from 'express';
import { isLoopbackHost, type Settings } from '@app/config';
import { AppError } from '@app/core';
import { sendProblem } from '../problem/problem.js';
import { keyNeeded } from './access.guard.js';
import type { KeyRing } from './key-ring.js';
import type { AgentRequest } from './principal.js';

const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS'];
const CORRELATION_ID = /^[A-Za-z0-9_.-]{1,64}$/;

/** Gives every request an id that its answer and its log lines carry; takes the caller's if it is well-formed. */
export function correlationId(): RequestHandler {
  return (request: AgentRequest, response: Response, next: NextFunction) => {
    const given = request.headers['x-correlation-id'];
    request.correlationId = typeof given === 'string' && CORRELATION_ID.test(given) ? given : randomUUID();
    response.setHeader('X-Correlation-Id', request.correlationId);
    next();
  };
}

/**
 * Refuses names that are not ours (DNS rebinding) and state changes that another site's page asks for
 * (a plain form can post here without a preflight).
 */
export function hostAndOrigin(settings: Settings): RequestHandler {
  const isAllowed = (host: string): boolean => {
    const name = hostName(host);
    const known = [settings.http.host, ...settings.http.allowedHosts].map((entry) => entry.toLowerCase());
    return isLoopbackHost(name) || known.includes(name) || known.includes(host.toLowerCase());
  };
  return (request: AgentRequest, response: Response, next: NextFunction) => {
    const host = request.headers.host ?? '';
    if (!isAllowed(host)) {
      const message = 'This Host is not answered here; add it to ALLOWED_HOSTS if it is meant to be.';
      sendProblem(request, response, new AppError('host_not_allowed', message));
      return;
    }
    if (!SAFE_METHODS.includes(request.method) && isForeignOrigin(request, settings)) {
      const message = 'State changes are not taken from pages of other origins.';
      sendProblem(request, response, new AppError('origin_not_allowed', message));
      return;
    }
    next();
  };
}

function isForeignOrigin(request: AgentRequest, settings: Settings): boolean {
  const { origin, host } = request.headers;
  if (origin === undefined) return request.headers['sec-fetch-site'] === 'cross-site';
  if (!URL.canParse(origin)) return true;
  const originHost = new URL(origin).host.toLowerCase();
  const allowed = settings.http.allowedHosts.map((entry) => entry.toLowerCase());
  return originHost !== host?.toLowerCase() && !allowed.includes(originHost) && !allowed.includes(hostName(originHost));
}

function hostName(host: string): string {
  return host.replace(/:\d+$/, '').toLowerCase();
}

/** Notes who calls, and refuses a body from nobody before it is read. Whether that caller may is the guard's business. */
export function identifyCaller(keys: KeyRing): RequestHandler {
  return (request: AgentRequest, response: Response, next: NextFunction) => {
    const principal = keys.identify(request.headers);
    if (principal !== null) request.principal = principal;
    else if (!SAFE_METHODS.includes(request.method)) {
      response.setHeader('WWW-Authenticate', 'Bearer');
      sendProblem(request, response, keyNeeded());
      return;
    }
    next();
  };
}

/** Only JSON is taken: forms and plain text come from any web page without a preflight. */
export function jsonOnly(): RequestHandler {
  return (request: AgentRequest, response: Response, next: NextFunction) => {
    const hasBody =
      request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;
    if (hasBody && !SAFE_METHODS.includes(request.method) && !request.is('application/json')) {
      const message = 'The body must be application/json.';
      sendProblem(request, response, new AppError('unsupported_media_type', message));
      return;
    }
    next();
  };
}

/** A path that is no text names nothing: the router would call it a bad request. */
export function decodablePath(): RequestHandler {
  return (request: AgentRequest, response: Response, next: NextFunction) => {
    try {
      decodeURIComponent(request.path);
    } catch (error) {
      const message = 'There is nothing of this name: the path is not valid UTF-8 in percent encoding.';
      sendProblem(request, response, new AppError('not_found', message, { cause: error }));
      return;
    }
    next();
  };
}
