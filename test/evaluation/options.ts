import { parseArgs } from 'node:util';

export interface EvaluationOptions {
  /** Answers from this file instead of a service. */
  readonly recording: string | null;
  /** Ask the service of GROQ_BASE_URL with GROQ_API_KEY, and note its answers here. */
  readonly record: string | null;
  /** Write a recording by a stand-in for a model. */
  readonly synthesize: string | null;
  /** Scenarios or families; all that the recording has, or all there are, when empty. */
  readonly chosen: readonly string[];
  /** Print the answers of the rules and of the model to the chosen scenarios. */
  readonly show: boolean;
  readonly help: boolean;
}

export const USAGE = `npm run eval:llm                              the synthetic recording that comes with the repository
npm run eval:llm -- --show NAME…               the answers of the rules and of the recording to scenarios
npm run eval:llm -- --recording FILE          another recording
npm run eval:llm -- --record FILE [NAME…]     asks GROQ_BASE_URL with GROQ_API_KEY and writes a recording
npm run eval:llm -- --synthesize FILE [NAME…] writes a recording in which no model had a part
NAME is a scenario or a family of scenarios.`;

/** @throws Error that says which option is wrong */
export function readOptions(args: readonly string[], defaultRecording: string): EvaluationOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      recording: { type: 'string' },
      record: { type: 'string' },
      synthesize: { type: 'string' },
      show: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const { recording = null, record = null, synthesize = null, show, help } = values;
  const given = [recording, record, synthesize].filter((file) => file !== null);
  if (given.length > 1) throw new Error('--recording, --record and --synthesize exclude each other.');
  return {
    recording: recording ?? (given.length === 0 ? defaultRecording : null),
    record,
    synthesize,
    chosen: positionals,
    show,
    help,
  };
}
