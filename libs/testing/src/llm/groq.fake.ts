import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { InsightDraft } from '@app/llm';
import { groundedDraft } from './grounded-draft.js';
import { completion, failure, type GroqAnswer, refusal, toolCall } from './groq-answers.js';

export const GROQ_MODES = [
  'ok',
  '401',
  '404',
  '429-retry-after-1',
  '429-retry-after-60',
  '429',
  '500-twice',
  '500',
  'echoes-key',
  'json-validate-failed',
  'redirect',
  'hang',
  'stalled-body',
  'reset',
  'reset-once',
  'broken-body',
  'not-json',
  'truncated',
  'truncated-once',
  'empty',
  'huge',
  'prose',
  'prose-once',
  'fenced',
  'wrong-schema',
  'wrong-schema-once',
  'refusal',
  'refusal-prose',
  'content-filter',
] as const;
export type GroqMode = (typeof GROQ_MODES)[number];

export interface GroqFakeRequest {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: GroqFakeBody;
  /** Milliseconds of `performance.now()`. */
  readonly at: number;
}

/** The parts of a chat completion request that tests look at. */
export interface GroqFakeBody {
  readonly model?: string;
  readonly max_completion_tokens?: number;
  readonly temperature?: number;
  readonly reasoning_effort?: string;
  readonly response_format?: { readonly json_schema?: { readonly strict?: boolean; readonly schema?: unknown } };
  /** Given for models that answer through a tool call. */
  readonly tools?: readonly { readonly function: { readonly name: string } }[];
  readonly messages?: readonly { readonly role: string; readonly content: string }[];
}

const HUGE_BYTES = 10 * 1024 * 1024;
/** Made once: it takes long enough to be seen in the delay of the event loop. */
let hugeAnswer: GroqAnswer | null = null;

async function bodyOf(request: IncomingMessage): Promise<GroqFakeBody> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as GroqFakeBody;
}

function send(response: ServerResponse, { status, body, headers }: GroqAnswer): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
}

const LIMITED = (headers: Record<string, string> = {}): GroqAnswer =>
  failure(429, 'Rate limit reached', 'rate_limit_exceeded', headers);
const BROKEN = failure(500, 'Internal error', 'internal_server_error');

/** A loopback server that answers as Groq does, well or badly. */
export class GroqFake {
  readonly requests: GroqFakeRequest[] = [];
  /** Answers that are given before those of the mode, in turn. */
  readonly queue: GroqAnswer[] = [];
  private readonly server: Server = createServer((request, response) => {
    this.answer(request, response).catch((error: unknown) => response.destroy(error as Error));
  });

  constructor(
    public mode: GroqMode,
    /** What mode `ok` answers; built from the prompt when left out. */
    public draft: InsightDraft | null = null,
  ) {}

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

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    const body = await bodyOf(request);
    this.requests.push({ path, headers: request.headers, body, at: performance.now() });
    if (request.method !== 'POST' || path !== '/openai/v1/chat/completions') {
      return send(response, failure(404, 'Unknown request URL', 'unknown_url'));
    }
    const queued = this.queue.shift();
    if (queued) return send(response, queued);
    const tool = body.tools?.[0]?.function.name;
    if (tool !== undefined && this.mode === 'ok') return send(response, toolCall(tool, this.goodAnswer(body)));
    this.respond(response, this.goodAnswer(body), request.headers.authorization ?? '');
  }

  private goodAnswer({ messages }: GroqFakeBody): string {
    const prompt = (messages ?? []).map(({ content }) => content).join('\n');
    return JSON.stringify(this.draft ?? groundedDraft(prompt) ?? {});
  }

  private respond(response: ServerResponse, good: string, authorization: string): void {
    if (this.breaksOff(response, good)) return;
    send(response, this.answerOf(this.mode, good, authorization));
  }

  /** Modes in which no whole answer is sent. */
  private breaksOff(response: ServerResponse, good: string): boolean {
    const whole = completion(good).body;
    if (this.mode === 'hang') return true;
    if (this.mode === 'reset' || (this.mode === 'reset-once' && this.isFirst())) {
      response.socket?.resetAndDestroy();
      return true;
    }
    if (this.mode === 'stalled-body') {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': String(whole.length) });
      response.write(whole.slice(0, 20));
      return true;
    }
    return false;
  }

  private isFirst(): boolean {
    return this.requests.length === 1;
  }

  private answerOf(mode: GroqMode, good: string, authorization: string): GroqAnswer {
    const ok = completion(good);
    const once = (answer: GroqAnswer): GroqAnswer => (this.isFirst() ? answer : ok);
    const prose = completion('Here is what I think about your GPUs.');
    const truncated = completion(good.slice(0, 40), 'length');
    const wrong = completion('{"summary": 1}');
    const answers: Readonly<Record<Exclude<GroqMode, 'hang' | 'reset' | 'stalled-body'>, () => GroqAnswer>> = {
      ok: () => ok,
      'reset-once': () => ok,
      '401': () => failure(401, 'Invalid API Key', 'invalid_api_key'),
      '404': () => failure(404, 'The model does not exist', 'model_not_found'),
      '429-retry-after-1': () => once(LIMITED({ 'retry-after': '1' })),
      '429-retry-after-60': () => LIMITED({ 'retry-after': '60' }),
      '429': () => LIMITED(),
      '500-twice': () => (this.requests.length <= 2 ? BROKEN : ok),
      '500': () => BROKEN,
      'echoes-key': () => failure(400, `You sent ${authorization}`, 'bad_request'),
      'json-validate-failed': () => failure(400, 'Failed to validate JSON', 'json_validate_failed'),
      redirect: () => ({ status: 302, body: '', headers: { location: `${this.baseUrl}/elsewhere` } }),
      'broken-body': () => ({ status: 200, body: ok.body.slice(0, ok.body.length / 2) }),
      'not-json': () => ({ status: 200, body: '<html>Welcome to the proxy</html>' }),
      truncated: () => truncated,
      'truncated-once': () => once(truncated),
      empty: () => completion(''),
      huge: () => (hugeAnswer ??= completion('x'.repeat(HUGE_BYTES))),
      prose: () => prose,
      'prose-once': () => once(prose),
      fenced: () => completion(`\`\`\`json\n${good}\n\`\`\``),
      'wrong-schema': () => wrong,
      'wrong-schema-once': () => once(wrong),
      refusal: () => refusal('I will not look at this.'),
      'refusal-prose': () => completion("I'm sorry, but I can't help with that."),
      'content-filter': () => completion('', 'content_filter'),
    };
    return answers[mode as keyof typeof answers]();
  }
}

/** A started fake; stop it when done. */
export function fakeGroq(mode: GroqMode = 'ok', draft: InsightDraft | null = null): Promise<GroqFake> {
  return new GroqFake(mode, draft).start();
}
