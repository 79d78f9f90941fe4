import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Who is on call: keeps of which runs it was told. */
export class AlertInbox {
  private readonly runIds = new Set<string>();
  private readonly server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString('utf8')));
    request.on('end', () => {
      this.runIds.add((JSON.parse(body) as { readonly runId: string }).runId);
      response.end('{}');
    });
  });

  static async open(): Promise<AlertInbox> {
    const inbox = new AlertInbox();
    await new Promise<void>((resolve) => inbox.server.listen(0, '127.0.0.1', resolve));
    return inbox;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`;
  }

  wasToldOf(runId: string): boolean {
    return this.runIds.has(runId);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }
}
