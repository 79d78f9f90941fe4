import { EVIDENCE_UNITS } from '@app/core';
import { anything, int, list, num, numOrNull, object, oneOf, ref, type Schema, text, time } from './schema-builder.js';

const optional = (schema: Schema, ...required: readonly string[]): Schema => ({
  ...schema,
  required,
  additionalProperties: false,
});

const frame = optional(
  object({
    at: time,
    nvidiaSmi: optional(
      object({
        stdout: { type: 'string', description: 'Text of `nvidia-smi -q -x`.' },
        stderr: text,
        exitCode: { type: 'integer', nullable: true },
      }),
      'stdout',
    ),
    metrics: list(
      optional(
        object({
          url: { type: 'string', description: 'Where the page was fetched; names the engine.' },
          status: { type: 'integer', description: 'HTTP status, 200 if absent; another one is a failed probe.' },
          text: { type: 'string', description: 'A `/metrics`, `/health`, `/version` or `/v1/models` page.' },
        }),
        'text',
      ),
    ),
    kernelLog: { type: 'string', description: 'Lines of dmesg, journalctl -k -o short-iso or /dev/kmsg.' },
    files: {
      type: 'object',
      additionalProperties: text,
      description: 'Texts by their absolute paths below /proc and /sys.',
    },
  }),
  'at',
);

/** Schemas of recordings and of series. */
export const TARGET_SCHEMAS: Readonly<Record<string, Schema>> = {
  Bundle: optional(
    object({
      target: text,
      frames: list(frame),
      settings: optional(object({ sloTtftP95Seconds: num, sloItlP95Seconds: num, expectedGpuUuids: list(text) })),
    }),
    'frames',
  ),
  BundleAnalysis: {
    allOf: [ref('Analysis'), object({ target: text, snapshot: ref('Snapshot') })],
    description: 'The analysis, with the last frame as parsed.',
  },
  History: object({
    target: text,
    signal: text,
    unit: oneOf(EVIDENCE_UNITS),
    from: time,
    to: time,
    stepSeconds: int,
    series: list(
      object({
        subject: text,
        points: list(
          object({
            at: time,
            value: {
              ...anything,
              description: 'Number (the mean of the step), text or boolean (the last), as the signal is.',
            },
            min: numOrNull,
            max: numOrNull,
          }),
        ),
      }),
    ),
    notes: list(text),
  }),
};
