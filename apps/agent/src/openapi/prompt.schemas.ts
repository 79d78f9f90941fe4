import { GROQ_FAILURE_KINDS } from '@app/llm';
import {
  bool,
  fields,
  int,
  list,
  object,
  oneOf,
  orNull,
  type Schema,
  text,
  textOrNull,
  time,
} from './schema-builder.js';

const messages = list(object({ role: text, content: text }));

const attempt = object({
  startedAt: time,
  durationMs: int,
  status: { type: 'integer', nullable: true, description: 'HTTP status; null when no answer began.' },
  failure: orNull(oneOf(GROQ_FAILURE_KINDS)),
  body: { ...textOrNull, description: 'As received; the key is struck out should the service have echoed it.' },
  isCut: { ...bool, description: 'More came than is kept: 256 KiB of an answer, 16 KiB of an error.' },
  content: { ...textOrNull, description: 'The text of the answer inside the body.' },
  ...fields(textOrNull, 'refusal', 'finishReason'),
  usage: orNull(object(fields(int, 'promptTokens', 'completionTokens'))),
});

/** Schemas of what went to a model and came back. */
export const PROMPT_SCHEMAS: Readonly<Record<string, Schema>> = {
  Prompt: object({
    ...fields(text, 'runId', 'provider', 'model', 'promptVersion'),
    outcome: oneOf(['answered', 'unverified', 'cached', ...GROQ_FAILURE_KINDS]),
    reason: { ...textOrNull, description: 'Why the answer was not used; null when it was.' },
    isCached: { ...bool, description: 'An earlier answer was used: nothing was sent for this run.' },
    cachedFrom: orNull(object({ runId: text, at: time })),
    messages: { ...messages, description: 'Of the last request, exactly as sent.' },
    answer: { ...textOrNull, description: 'The raw answer to them.' },
    calls: list(
      object({
        purpose: oneOf(['first', 'repair']),
        request: orNull(
          object({
            messages,
            parameters: {
              type: 'object',
              additionalProperties: true,
              description: 'The rest of the request as sent; a JSON schema is given by its digest.',
            },
          }),
        ),
        attempts: list(attempt),
      }),
    ),
  }),
};
