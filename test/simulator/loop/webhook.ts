import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the agent asks of whoever acts for it. */
export interface WebhookRequest {
  readonly operation?: 'read' | 'execute' | 'undo';
  readonly type?: string;
  readonly title?: string;
}
type Answer = { readonly done: boolean; readonly state: Readonly<Record<string, unknown>> };

/** Somebody who restarts engines for the agent, and hears its alerts. */
export interface Webhook {
  readonly url: string;
  readonly requests: readonly WebhookRequest[];
  /** From now on: what is answered to reads, and what is done when it is asked to do something. */
  serve(read: () => Promise<Answer>, execute: () => Promise<void>): void;
  stop(): Promise<void>;
}

export async function startWebhook(): Promise<Webhook> {
  const requests: WebhookRequest[] = [];
  let read = (): Promise<Answer> => Promise.resolve({ done: false, state: {} });
  let execute = (): Promise<void> => Promise.resolve();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const call = JSON.parse(Buffer.concat(chunks).toString('utf8')) as WebhookRequest;
      requests.push(call);
      const answered = call.operation === 'execute' ? execute().then(read) : read();
      answered.then(
        (answer) => response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(answer)),
        () => response.writeHead(500).end(),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    serve: (nextRead, nextExecute) => {
      read = nextRead;
      execute = nextExecute;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
