import { readFileSync } from 'node:fs';
import { z } from 'zod';

const answerSchema = z.strictObject({
  status: z.number().int(),
  /** As the service sent it. */
  body: z.string(),
  retryAfter: z.string().nullable(),
  latencyMs: z.number().nonnegative(),
});

const headerSchema = z.strictObject({
  format: z.literal('resource-agent-model-recording-1'),
  /** True when no model wrote the answers: they show how the evaluation works, and nothing about a model. */
  synthetic: z.boolean(),
  model: z.string(),
  recordedAt: z.string(),
  note: z.string(),
});

const entrySchema = z.strictObject({
  scenario: z.string(),
  /** SHA-256 of the messages that were answered; another one is a prompt that has changed since. */
  promptDigests: z.array(z.string()),
  answers: z.array(answerSchema),
});

export type RecordedAnswer = z.infer<typeof answerSchema>;
export type RecordingHeader = z.infer<typeof headerSchema>;
export type RecordingEntry = z.infer<typeof entrySchema>;

/** What a model service answered to the prompts of scenarios: one JSON document a line, the first of them the header. */
export interface ModelRecording {
  readonly header: RecordingHeader;
  readonly entries: ReadonlyMap<string, RecordingEntry>;
}

/** @throws Error that names the file and the line which is no part of a recording */
export function readRecording(path: string): ModelRecording {
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  const [first, ...rest] = lines;
  const header = parsed(headerSchema, first ?? '', `${path}:1`);
  const entries = rest.map((line, index) => parsed(entrySchema, line, `${path}:${index + 2}`));
  return { header, entries: new Map(entries.map((entry) => [entry.scenario, entry])) };
}

export function recordingText(header: RecordingHeader, entries: readonly RecordingEntry[]): string {
  return [header, ...entries].map((line) => `${JSON.stringify(line)}\n`).join('');
}

function parsed<T>(schema: z.ZodType<T>, line: string, where: string): T {
  try {
    return schema.parse(JSON.parse(line));
  } catch (error) {
    throw new Error(`${where} is no line of a recording of a model`, { cause: error });
  }
}
