import { messageOf } from '@app/core';
import { readBundle } from '@app/metrics';
import { analyseRecording } from './analyse-recording.js';
import type { BundleOutcome, BundleTask } from './bundle.task.js';

/** Runs in a thread of its own: a recording of 64 MiB takes seconds to read. */
export default async function analyseBundle({ body, settings, nowMs }: BundleTask): Promise<BundleOutcome> {
  let document: unknown;
  try {
    document = JSON.parse(new TextDecoder().decode(body));
  } catch (error) {
    return { kind: 'malformed', reason: messageOf(error) };
  }
  const read = readBundle(document);
  if (read.kind === 'invalid') return read;
  const { recording, analysis } = await analyseRecording(read.bundle, settings, nowMs);
  return { kind: 'analysed', analysis: { target: recording.target, ...analysis, snapshot: recording.snapshot } };
}
