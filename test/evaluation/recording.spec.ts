import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readRecording, type RecordingEntry, type RecordingHeader, recordingText } from './recording.js';

const HEADER: RecordingHeader = {
  format: 'resource-agent-model-recording-1',
  synthetic: true,
  model: 'synthetic/none',
  recordedAt: 'never: synthetic',
  note: 'for this test',
};
const ENTRY: RecordingEntry = {
  scenario: 'hot-gpu',
  promptDigests: ['ab12'],
  answers: [{ status: 200, body: '{"choices":[]}', retryAfter: null, latencyMs: 12 }],
};

describe('a recording of a model', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'agent-recording-'));
    file = join(folder, 'recording.jsonl');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is read as it was written', () => {
    writeFileSync(file, recordingText(HEADER, [ENTRY]));
    const { header, entries } = readRecording(file);
    expect(header).toEqual(HEADER);
    expect([...entries.values()]).toEqual([ENTRY]);
  });

  it.each([
    ['an empty file', '', ':1'],
    ['another header', '{"format":"something"}\n', ':1'],
    ['a line that is cut off', `${recordingText(HEADER, [ENTRY]).slice(0, -20)}\n`, ':2'],
  ])('refuses %s and says which line it is', (_, text, where) => {
    writeFileSync(file, text);
    expect(() => readRecording(file)).toThrow(`${file}${where}`);
  });
});
