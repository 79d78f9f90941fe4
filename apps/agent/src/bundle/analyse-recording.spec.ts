import { describe, expect, it } from '@jest/globals';
import { loadSettings } from '@app/config';
import { type Bundle, readBundle } from '@app/metrics';
import { anNvidiaSmiLog } from '@app/testing/gpu';
import { analyseRecording } from './analyse-recording.js';

const MISSING = 'GPU-aaaaaaaa-0000-4000-8000-000000000001';
const OTHER = 'GPU-aaaaaaaa-0000-4000-8000-000000000002';
const START_MS = Date.parse('2026-03-01T12:00:00.000Z');
const at = (second: number): string => new Date(START_MS + second * 1000).toISOString();

function aBundle(fields: { target?: string; settings?: object }): Bundle {
  const frames = [0, 10, 20].map((second) => ({
    at: at(second),
    nvidiaSmi: { stdout: anNvidiaSmiLog().withGpu().build(), exitCode: 0 },
  }));
  const read = readBundle({ ...fields, frames });
  if (read.kind === 'invalid') throw new Error('the built bundle is invalid');
  return read.bundle;
}

const settings = {
  ...loadSettings({}),
  targets: { 'rack-3': { expectedGpuUuids: [MISSING] } },
};

/** What the finding about missing GPUs names, as one text; empty where there is none. */
async function missingGpus(bundle: Bundle): Promise<string> {
  const { analysis } = await analyseRecording(bundle, settings, START_MS);
  const found = analysis.findings.filter(({ ruleId }) => ruleId === 'gpu-missing');
  return found.map(({ summary, evidence }) => JSON.stringify([summary, evidence])).join();
}

describe('analyseRecording', () => {
  it('judges a recording of a target by what is configured for that target', async () => {
    expect(await missingGpus(aBundle({ target: 'rack-3' }))).toContain(MISSING);
    expect(await missingGpus(aBundle({ target: 'rack-4' }))).toBe('');
  });

  it('takes what the recording itself says before that', async () => {
    const found = await missingGpus(aBundle({ target: 'rack-3', settings: { expectedGpuUuids: [OTHER] } }));
    expect(found).toContain(OTHER);
    expect(found).not.toContain(MISSING);
  });
});
