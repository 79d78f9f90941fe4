import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RecordedAnswer } from './recording.js';

const PATH = '/openai/v1/chat/completions';
const MOST_BYTES = 1024 * 1024;

/** A chat completion request, as far as it matters here. */
export interface AskedModel {
  readonly digest: string;
  readonly prompt: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** How many requests of the scenario came before. */
  readonly earlier: number;
}

/** Where the answers come from: a recording, a service that is listened to, or a stand-in for a model. */
export type AnswerSource = (scenario: string, asked: AskedModel) => Promise<RecordedAnswer>;

/** What passed through for one scenario. */
export interface Passed {
  readonly digests: readonly string[];
  readonly answers: readonly RecordedAnswer[];
}

/** Stands on loopback between the client and whatever answers, and notes what passes; keys are not noted. */
export class TapeServer {
  private scenario = '';
  private digests: string[] = [];
  private answers: RecordedAnswer[] = [];
  private readonly server: Server = createServer((request, response) => {
    this.pass(request, response).catch((error: unknown) => response.destroy(error as Error));
  });

  constructor(private readonly source: AnswerSource) {}

  /** The value for `GROQ_BASE_URL`. */
  get baseUrl(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject).listen(0, '127.0.0.1', resolve);
    });
    return this;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve, reject) => this.server.close((error) => (error ? reject(error) : resolve())));
  }

  /** What comes from now on is of this scenario: they are asked about one after the other. */
  begin(scenario: string): void {
    this.scenario = scenario;
    this.digests = [];
    this.answers = [];
  }

  passed(): Passed {
    return { digests: this.digests, answers: this.answers };
  }

  private async pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'POST' || request.url !== PATH) {
      response.writeHead(404).end();
      return;
    }
    const body = await bodyOf(request);
    const { messages } = JSON.parse(body) as { messages: readonly { readonly content: string }[] };
    const digest = createHash('sha256').update(JSON.stringify(messages)).digest('hex');
    const headers = { authorization: request.headers.authorization ?? '', 'content-type': 'application/json' };
    const prompt = messages.map(({ content }) => content).join('\n');
    const answer = await this.source(this.scenario, { digest, prompt, headers, body, earlier: this.answers.length });
    this.digests.push(digest);
    this.answers.push(answer);
    const retry = answer.retryAfter === null ? {} : { 'retry-after': answer.retryAfter };
    response.writeHead(answer.status, { 'content-type': 'application/json', ...retry }).end(answer.body);
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes > MOST_BYTES) throw new Error(`a request of more than ${MOST_BYTES} bytes`);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}
