import { createHash } from 'node:crypto';
import { Logger } from '@nestjs/common';
import type { Settings, WebhookSettings } from '@app/config';
import { type Clock, messageOf } from '@app/core';
import type { ExecutionOutput } from '../action.js';
import { ActionFiles } from '../host/action-files.js';
import { isSuccess, outputOf, type WebhookCall, WebhookExecutor } from './webhook.executor.js';

export const NOTIFY_TYPE = 'notify-oncall';

/** Something that a person has to know of at once. */
export interface Alert {
  readonly target: string;
  readonly runId: string;
  readonly title: string;
  readonly text: string;
  readonly findingIds: readonly string[];
}

export interface NotifierDeps {
  readonly settings: Pick<Settings, 'webhooks' | 'store'>;
  readonly clock: Clock;
  /** For tests: how to wait between attempts. */
  readonly wait?: (ms: number) => Promise<void>;
}

/** Tells the on-call person through the webhook of `notify-oncall`, each incident once, restarts included. */
export class Notifier {
  private readonly logger = new Logger('Alert');
  private readonly webhook: WebhookSettings | null;
  private readonly executor: WebhookExecutor;
  private readonly delivered: ActionFiles;

  constructor(private readonly deps: NotifierDeps) {
    const { webhooks, store } = deps.settings;
    this.webhook = Object.hasOwn(webhooks, NOTIFY_TYPE) ? (webhooks[NOTIFY_TYPE] ?? null) : null;
    this.executor = new WebhookExecutor(deps);
    this.delivered = new ActionFiles(store.dataDir, 'notifications');
  }

  /** Why nobody can be told; null when somebody can. */
  unavailable(): string | null {
    return this.webhook === null ? `No webhook is configured for ${NOTIFY_TYPE} (CONFIG_FILE webhooks).` : null;
  }

  /** Logs at error level in any case, since a webhook may be what is broken. Whether somebody was told; never rejects. */
  async alert({ target, runId, title, text, findingIds }: Alert): Promise<boolean> {
    this.logger.error({ message: title, target, runId, text, findingIds });
    if (this.webhook === null) return false;
    const subject = { kind: 'host', id: target, label: target } as const;
    const call = {
      runId,
      actionId: 'alert',
      target,
      subject,
      members: [target],
      parameters: { title, note: text, findingIds },
    };
    const { isAccepted } = await this.notify(`alert ${runId} ${title}`, call);
    return isAccepted;
  }

  /** Sends once per incident; one that was sent before is a success at once. Never rejects. */
  async notify(
    incident: string,
    call: Omit<WebhookCall, 'operation' | 'type' | 'idempotencyKey'>,
  ): Promise<ExecutionOutput> {
    if (this.webhook === null) return { isAccepted: false, isDefinite: true, text: this.unavailable() ?? '' };
    if (this.wasDelivered(incident)) return { isAccepted: true, text: 'It was told before.' };
    const idempotencyKey = nameOf(incident);
    const full: WebhookCall = { operation: 'execute', type: NOTIFY_TYPE, ...call, idempotencyKey };
    const result = await this.executor.post(this.webhook, full);
    const output = outputOf(result, 'execute');
    if (isSuccess(result)) this.remember(incident, call.runId);
    else this.logger.error({ message: 'Nobody could be told', runId: call.runId, reason: output.text });
    return output;
  }

  /** Whether a person was told of it, as far as is remembered. */
  wasDelivered(incident: string): boolean {
    return this.delivered.find(`${nameOf(incident)}.json`) !== null;
  }

  private remember(incident: string, runId: string): void {
    try {
      const record = { incident, runId, deliveredAt: this.deps.clock.isoNow() };
      this.delivered.write(`${nameOf(incident)}.json`, `${JSON.stringify(record)}\n`);
    } catch (error) {
      // Told twice is better than not told.
      this.logger.warn({ message: 'What was told could not be noted', runId, error: messageOf(error) });
    }
  }
}

/** Short, the same for the same incident, and fit for a file and a header. */
function nameOf(incident: string): string {
  return createHash('sha256').update(incident).digest('hex').slice(0, 40);
}
