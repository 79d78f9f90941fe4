/** What every answer claims to have cost. */
export const FAKE_USAGE = { prompt_tokens: 900, completion_tokens: 100, total_tokens: 1000 } as const;

export interface GroqAnswer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

type Message = Readonly<Record<string, unknown>>;

/** A chat completion around a message. */
export function envelope(message: Message, finishReason: string, usage: object | null = FAKE_USAGE): string {
  return JSON.stringify({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model: 'openai/gpt-oss-20b',
    choices: [{ index: 0, message, finish_reason: finishReason }],
    ...(usage === null ? {} : { usage }),
  });
}

export function completion(content: string, finishReason: string = 'stop'): GroqAnswer {
  return { status: 200, body: envelope({ role: 'assistant', content }, finishReason) };
}

export function refusal(words: string): GroqAnswer {
  return { status: 200, body: envelope({ role: 'assistant', content: null, refusal: words }, 'stop') };
}

export function toolCall(name: string, draft: string): GroqAnswer {
  const call = { id: 'call_1', type: 'function', function: { name, arguments: draft } };
  return { status: 200, body: envelope({ role: 'assistant', content: null, tool_calls: [call] }, 'tool_calls') };
}

export function failure(
  status: number,
  message: string,
  code: string,
  headers: Readonly<Record<string, string>> = {},
): GroqAnswer {
  return { status, body: JSON.stringify({ error: { message, type: 'invalid_request_error', code } }), headers };
}
