import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { messageOf } from '@app/core';
import { kubernetes } from './kubernetes-keys.js';
import { monitorRule, policyRule } from './policy-keys.js';
import { webhooks } from './webhook-keys.js';

const seconds = z.number().positive();

const slo = z.strictObject({
  ttftP95Seconds: z.number().min(0).optional(),
  itlP95Seconds: z.number().min(0).optional(),
});
const thresholds = z.record(z.string(), z.record(z.string(), z.number()));

/** What `CONFIG_FILE` may hold. An unknown key is an error, so that a misspelt one is not silently without effect. */
const configFileSchema = z.strictObject({
  /** What differs for one target, by its id. */
  targets: z
    .record(
      z.string(),
      z.strictObject({
        slo: slo.optional(),
        thresholds: thresholds.optional(),
        expectedGpuUuids: z.array(z.string().min(1)).optional(),
      }),
    )
    .optional(),
  slo: slo.optional(),
  thresholds: thresholds.optional(),
  durations: z
    .strictObject({
      d1Seconds: seconds.optional(),
      d1Samples: z.number().int().min(1).optional(),
      d2Seconds: seconds.optional(),
      d3Seconds: seconds.optional(),
    })
    .optional(),
  /** When an action may be done, by its type. */
  policy: z.record(z.string(), policyRule).optional(),
  /** How long its effect is watched, by its type. */
  monitor: z.record(z.string(), monitorRule).optional(),
  // The upper bounds keep every date that is computed from them within what a Date can hold.
  retention: z
    .strictObject({
      runsDays: z.number().positive().max(3650).optional(),
      historyHours: z.number().min(1).max(8760).optional(),
      maxStoreMegabytes: z.number().min(16).max(1_000_000).optional(),
    })
    .optional(),
  webhooks: webhooks.optional(),
  kubernetes: kubernetes.optional(),
});
export type ConfigFile = z.infer<typeof configFileSchema>;

export interface ConfigFileResult {
  readonly file: ConfigFile;
  readonly problems: readonly string[];
}

/** Reads the YAML file; every problem names its key, never its value. */
export function readConfigFile(path: string | undefined): ConfigFileResult {
  if (path === undefined) return { file: {}, problems: [] };
  let document: unknown;
  try {
    document = parse(readFileSync(path, 'utf8')) ?? {};
  } catch (error) {
    return { file: {}, problems: [`CONFIG_FILE: ${path} could not be read: ${messageOf(error).split('\n')[0]}`] };
  }
  const parsed = configFileSchema.safeParse(document);
  if (parsed.success) return { file: parsed.data, problems: [] };
  const problems = parsed.error.issues.map((issue) => {
    const where = issue.path.join('.');
    return `CONFIG_FILE${where === '' ? '' : ` ${where}`}: ${issue.message}`;
  });
  return { file: {}, problems };
}
