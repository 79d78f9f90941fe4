import { Analyzer } from '@app/analysis';
import { messageOf } from '@app/core';
import { type Bundle, readBundle, RecordedMachine } from '@app/metrics';
import type { BundleAnalysis, BundleOutcome, BundleTask } from './bundle.task.js';

/** Runs in a thread of its own: a recording of 64 MiB takes seconds to read. */
export default async function analyseBundle({ body, context }: BundleTask): Promise<BundleOutcome> {
  let document: unknown;
  try {
    document = JSON.parse(new TextDecoder().decode(body));
  } catch (error) {
    return { kind: 'malformed', reason: messageOf(error) };
  }
  const read = readBundle(document);
  if (read.kind === 'invalid') return read;
  return { kind: 'analysed', analysis: await analyse(read.bundle, context) };
}

async function analyse(bundle: Bundle, context: BundleTask['context']): Promise<BundleAnalysis> {
  const { target, snapshots, snapshot } = await new RecordedMachine(bundle).read();
  const { sloTtftP95Seconds, sloItlP95Seconds, expectedGpuUuids } = bundle.settings ?? {};
  const analysis = new Analyzer().analyze(snapshots, {
    ...context,
    target,
    slo: {
      ttftP95Seconds: sloTtftP95Seconds ?? context.slo.ttftP95Seconds,
      itlP95Seconds: sloItlP95Seconds ?? context.slo.itlP95Seconds,
    },
    ...(expectedGpuUuids === undefined ? {} : { expectedGpuUuids }),
  });
  return { target, ...analysis, snapshot };
}
