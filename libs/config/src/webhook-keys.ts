import { z } from 'zod';
import { isLoopbackHost } from './loopback-host.js';
import type { WebhookSettings } from './settings.js';

const DEFAULT_TIMEOUT_SECONDS = 10;
const DEFAULT_RETRIES = 2;
const MS_PER_SECOND = 1000;

function urlOf(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null;
}

/** Who may be called: by http, without a name and password that would end up in logs. */
const webhookUrl = z
  .string()
  .refine((text) => /^https?:$/.test(urlOf(text)?.protocol ?? ''), 'has to be an http or https URL')
  .refine((text) => !urlOf(text)?.username && !urlOf(text)?.password, 'must hold no credentials; use secretEnv');

/** `webhooks.<actionType>` of `CONFIG_FILE`. */
const webhook = z
  .strictObject({
    url: webhookUrl,
    /** In capitals, so that a secret that stands here by mistake is not taken for a name, and not shown. */
    secretEnv: z
      .string()
      .regex(/^[A-Z_][A-Z0-9_]*$/, 'has to be the name of an environment variable, in capitals')
      .optional(),
    timeoutSeconds: z.number().positive().max(600).optional(),
    retries: z.number().int().min(0).max(10).optional(),
  })
  .superRefine(({ url, secretEnv }, context) => {
    const host = urlOf(url)?.hostname;
    if (secretEnv !== undefined || host === undefined || isLoopbackHost(host)) return;
    const message = 'is needed, since only requests to this machine may go unsigned';
    context.addIssue({ code: 'custom', path: ['secretEnv'], message });
  });

export const webhooks = z.record(z.string(), webhook);
type Webhooks = z.infer<typeof webhooks>;

export interface WebhooksResult {
  readonly webhooks: Readonly<Record<string, WebhookSettings>>;
  readonly problems: readonly string[];
}

/** The webhooks with their secrets, which stand in the environment and never in the file. */
export function readWebhooks(file: Webhooks, env: NodeJS.ProcessEnv): WebhooksResult {
  const problems: string[] = [];
  const entries = Object.entries(file).map(([type, { url, secretEnv, timeoutSeconds, retries }]) => {
    const secret = secretEnv === undefined ? null : (env[secretEnv] ?? '').trim();
    if (secret === '') {
      problems.push(`CONFIG_FILE webhooks.${type}.secretEnv: the environment variable ${secretEnv} is not set`);
    }
    const timeoutMs = Math.round((timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS) * MS_PER_SECOND);
    return [type, { url, secret, timeoutMs, retries: retries ?? DEFAULT_RETRIES }] as const;
  });
  return { webhooks: Object.fromEntries(entries), problems };
}
