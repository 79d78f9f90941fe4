import type { AnswerSource } from './tape-server.js';
import type { ModelRecording, RecordedAnswer } from './recording.js';

/** Longer than any answer takes; the client has its own, shorter deadline. */
const FORWARD_TIMEOUT_MS = 120_000;

/** The recorded answers of each scenario in their order; one that was not recorded is a failure of the service. */
export function fromRecording({ entries }: ModelRecording): AnswerSource {
  return async (scenario, { earlier }) => {
    const answer = entries.get(scenario)?.answers[earlier];
    return answer ?? failed(400, `the recording has no answer ${earlier + 1} to ${scenario}`);
  };
}

/** Passes the request on and notes the answer as it came. */
export function fromService(baseUrl: string): AnswerSource {
  const url = `${baseUrl.replace(/\/+$/, '')}/openai/v1/chat/completions`;
  return async (_, { headers, body }) => {
    const begun = performance.now();
    const signal = AbortSignal.timeout(FORWARD_TIMEOUT_MS);
    const answer = await fetch(url, { method: 'POST', headers, body, redirect: 'error', signal });
    const text = await answer.text();
    return {
      status: answer.status,
      body: text,
      retryAfter: answer.headers.get('retry-after'),
      latencyMs: Math.round(performance.now() - begun),
    };
  };
}

function failed(status: number, message: string): RecordedAnswer {
  const body = JSON.stringify({ error: { message, type: 'invalid_request_error', code: 'not_recorded' } });
  return { status, body, retryAfter: null, latencyMs: 0 };
}
