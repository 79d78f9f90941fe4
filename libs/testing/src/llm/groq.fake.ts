import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { InsightDraft } from '@app/llm';
import { groundedDraft } from './grounded-draft.js';

export const GROQ_MODES = [
  'ok',
  '401',
  '404',
  '429-retry-after-1',
  '429',
  '500-twice',
  '500',
  'json-validate-failed',
  'redirect',
  'hang',
  'stalled-body',
  'reset',
  'truncated',
  'empty',
  'huge',
  'prose',
  'fenced',
  'wrong-schema',
] as const;
export type GroqMode = (typeof GROQ_MODES)[number];

export interface GroqFakeRequest {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: GroqFakeBody;
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
/** What every answer claims to have cost. */
export const FAKE_USAGE = { prompt_tokens: 900, completion_tokens: 100, total_tokens: 1000 } as const;

function completion(content: string, finishReason: string = 'stop'): string {
  return envelope({ role: 'assistant', content }, finishReason);
}

function toolCall(name: string, draft: string): string {
  const call = { id: 'call_1', type: 'function', function: { name, arguments: draft } };
  return envelope({ role: 'assistant', content: null, tool_calls: [call] }, 'tool_calls');
}

function envelope(message: Readonly<Record<string, unknown>>, finishReason: string): string {
  return JSON.stringify({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model: 'openai/gpt-oss-20b',
    choices: [{ index: 0, message, finish_reason: finishReason }],
    usage: FAKE_USAGE,
  });
}

function failure(message: string, code: string): string {
  return JSON.stringify({ error: { message, type: 'invalid_request_error', code } });
}

async function bodyOf(request: IncomingMessage): Promise<GroqFakeBody> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as GroqFakeBody;
}

function json(response: ServerResponse, status: number, body: string, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
}

/** A loopback server that answers as Groq does, well or badly. */
export class GroqFake {
  readonly requests: GroqFakeRequest[] = [];
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
    this.requests.push({ path, headers: request.headers, body });
    if (request.method !== 'POST' || path !== '/openai/v1/chat/completions') {
      return json(response, 404, failure('Unknown request URL', 'unknown_url'));
    }
    const tool = body.tools?.[0]?.function.name;
    if (tool !== undefined && this.mode === 'ok') return json(response, 200, toolCall(tool, this.goodAnswer(body)));
    this.respond(response, this.goodAnswer(body));
  }

  private goodAnswer({ messages }: GroqFakeBody): string {
    const prompt = (messages ?? []).map(({ content }) => content).join('\n');
    return JSON.stringify(this.draft ?? groundedDraft(prompt) ?? {});
  }

  private respond(response: ServerResponse, good: string): void {
    const isFirst = this.requests.length === 1;
    const answers: Readonly<Record<GroqMode, () => void>> = {
      ok: () => json(response, 200, completion(good)),
      '401': () => json(response, 401, failure('Invalid API Key', 'invalid_api_key')),
      '404': () => json(response, 404, failure('The model does not exist', 'model_not_found')),
      '429-retry-after-1': () =>
        isFirst
          ? json(response, 429, failure('Rate limit reached', 'rate_limit_exceeded'), { 'retry-after': '1' })
          : json(response, 200, completion(good)),
      '429': () => json(response, 429, failure('Rate limit reached', 'rate_limit_exceeded')),
      '500-twice': () =>
        this.requests.length <= 2
          ? json(response, 500, failure('Internal error', 'internal_server_error'))
          : json(response, 200, completion(good)),
      '500': () => json(response, 500, failure('Internal error', 'internal_server_error')),
      'json-validate-failed': () => json(response, 400, failure('Failed to validate JSON', 'json_validate_failed')),
      redirect: () => json(response, 302, '', { location: `${this.baseUrl}/elsewhere` }),
      hang: () => undefined,
      'stalled-body': () => {
        const whole = completion(good);
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': String(whole.length) });
        response.write(whole.slice(0, 20));
      },
      reset: () => response.socket?.resetAndDestroy(),
      truncated: () => json(response, 200, completion(good.slice(0, 40), 'length')),
      empty: () => json(response, 200, completion('')),
      huge: () => json(response, 200, completion('x'.repeat(HUGE_BYTES))),
      prose: () => json(response, 200, completion('Here is what I think about your GPUs.')),
      fenced: () => json(response, 200, completion(`\`\`\`json\n${good}\n\`\`\``)),
      'wrong-schema': () => json(response, 200, completion('{"summary": 1}')),
    };
    answers[this.mode]();
  }
}

/** A started fake; stop it when done. */
export function fakeGroq(mode: GroqMode = 'ok', draft: InsightDraft | null = null): Promise<GroqFake> {
  return new GroqFake(mode, draft).start();
}
