import { createHmac } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { WebhookSettings } from '@app/config';
import type { Clock } from '@app/core';
import type { ExecutionOutput } from '../action.js';
import { type HttpAnswer, type HttpResult, sendHttp } from './http-request.js';

export interface WebhookCall {
  readonly operation: 'read' | 'execute' | 'undo';
  readonly runId: string;
  readonly actionId: string;
  readonly type: string;
  readonly target: string;
  readonly subject: { readonly kind: string; readonly id: string; readonly label: string };
  readonly members: readonly string[];
  readonly parameters: Readonly<Record<string, unknown>>;
  /** The same for every attempt of one call. */
  readonly idempotencyKey: string;
  /** With `undo`: the state to go back to. */
  readonly before?: Readonly<Record<string, unknown>>;
}

export interface WebhookExecutorDeps {
  readonly clock: Pick<Clock, 'now'>;
  /** For tests: how to wait between attempts. */
  readonly wait?: (ms: number) => Promise<void>;
}

const FIRST_PAUSE_MS = 500;
export const LONGEST_PAUSE_MS = 30_000;
const QUOTE_LENGTH = 400;

/** Asks somebody else to do what the agent can't: signed, bounded, and again only where that can help. */
export class WebhookExecutor {
  constructor(private readonly deps: WebhookExecutorDeps) {}

  /** The last answer; never rejects. */
  async post(webhook: WebhookSettings, call: WebhookCall): Promise<HttpResult> {
    const body = JSON.stringify(call);
    for (let attempt = 0; ; attempt += 1) {
      const result = await this.send(webhook, call, body);
      if (attempt >= webhook.retries || !mayHelpToRetry(result)) return result;
      await (this.deps.wait ?? delay)(pauseMs(result, attempt, this.deps.clock.now()));
    }
  }

  private send({ url, secret, timeoutMs }: WebhookSettings, call: WebhookCall, body: string): Promise<HttpResult> {
    // Of its own time for each attempt: the other side may refuse what is too old.
    const timestamp = String(Math.floor(this.deps.clock.now() / 1000));
    const headers: Record<string, string> = {
      'content-type': 'application/json',
      'idempotency-key': call.idempotencyKey,
      'x-resource-agent-timestamp': timestamp,
    };
    if (secret !== null) headers['x-resource-agent-signature'] = signature(secret, timestamp, body);
    return sendHttp({ url, method: 'POST', headers, body, timeoutMs });
  }
}

export function signature(secret: string, timestamp: string, body: string): string {
  return `sha256=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`;
}

export function isSuccess(result: HttpResult): result is HttpAnswer {
  return result.kind === 'answer' && result.status >= 200 && result.status < 300;
}

/** What came of it, in words that give neither the address nor its secret away. */
export function outputOf(result: HttpResult, operation: string): ExecutionOutput {
  if (result.kind === 'failure') {
    const text = `The webhook ${result.reason} (${operation}).`;
    return { isAccepted: false, isDefinite: result.isUnsent, text };
  }
  const { status } = result;
  const line = result.text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
  const quote =
    line === '' ? '' : ` It wrote: "${line.length > QUOTE_LENGTH ? `${line.slice(0, QUOTE_LENGTH)}…` : line}"`;
  const text = `The webhook answered ${operation} with HTTP status ${status}.${quote}`;
  if (isSuccess(result)) return { isAccepted: true, text };
  return { isAccepted: false, isDefinite: status >= 300 && status < 500 && status !== 408 && status !== 429, text };
}

/** A 401 is not answered differently the second time. */
function mayHelpToRetry(result: HttpResult): boolean {
  return result.kind === 'failure' || result.status === 429 || result.status >= 500;
}

function pauseMs(result: HttpResult, attempt: number, nowMs: number): number {
  const asked = result.kind === 'answer' ? retryAfterMs(result.headers['retry-after'], nowMs) : null;
  return Math.min(LONGEST_PAUSE_MS, asked ?? FIRST_PAUSE_MS * 2 ** attempt);
}

function retryAfterMs(header: string | undefined, nowMs: number): number | null {
  if (header === undefined) return null;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, at - nowMs);
}
