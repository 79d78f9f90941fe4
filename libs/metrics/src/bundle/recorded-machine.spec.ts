import { describe, expect, it } from '@jest/globals';
import type { Snapshot } from '@app/core';
import { aDcgmPage, aGpu, anNvidiaSmiLog } from '@app/testing/gpu';
import { aKernelLog, anXidMessage, aVllmPage } from '@app/testing/metrics';
import { type Bundle, readBundle } from './bundle.schema.js';
import { RecordedMachine } from './recorded-machine.js';

const START_MS = Date.parse('2026-03-01T12:00:00.000Z');
const URL = 'http://10.0.0.5:8000';
const at = (second: number): string => new Date(START_MS + second * 1000).toISOString();
type Frame = Bundle['frames'][number];
const frame = (second: number, parts: Omit<Frame, 'at'> = {}): Frame => ({ at: at(second), ...parts });
const page = (text: string, url?: string, status?: number) => ({
  text,
  ...(url === undefined ? {} : { url }),
  ...(status === undefined ? {} : { status }),
});

async function read(frames: readonly Frame[], target?: string): Promise<readonly Snapshot[]> {
  const { snapshots } = await new RecordedMachine({
    frames: [...frames],
    ...(target === undefined ? {} : { target }),
  }).read();
  return snapshots;
}

describe('RecordedMachine', () => {
  it('reads GPUs, engines and the host by the parsers of live collection', async () => {
    const [snapshot] = await read(
      [
        frame(0, {
          nvidiaSmi: { stdout: anNvidiaSmiLog().withGpu().withGpu().build() },
          metrics: [page(aVllmPage({ running: 7 }), `${URL}/metrics`), page('{"version":"0.11.2"}', `${URL}/version`)],
          files: { '/proc/loadavg': '1.5 1 1 1/2 3\n', '/proc/sys/kernel/hostname': 'gpu-7\n' },
        }),
      ],
      'rack-3',
    );

    expect(snapshot).toMatchObject({ target: 'rack-3', hostname: 'gpu-7', collectedAt: at(0) });
    expect(snapshot?.gpus).toHaveLength(2);
    expect(snapshot?.engines).toMatchObject([{ id: URL, url: URL, requestsRunning: 7, version: '0.11.2', up: true }]);
    expect(snapshot?.system?.cpu.load1m).toBe(1.5);
    expect(snapshot?.sections.lmcache.status).toBe('absent');
  });

  it('puts frames into the order of time, and gives rates over the time between them', async () => {
    const later = frame(10, { metrics: [page(aVllmPage({ generationTokens: 1500 }), `${URL}/metrics`)] });
    const earlier = frame(0, { metrics: [page(aVllmPage({ generationTokens: 500 }), `${URL}/metrics`)] });
    const snapshots = await read([later, earlier]);

    expect(snapshots.map(({ collectedAt }) => collectedAt)).toEqual([at(0), at(10)]);
    expect(snapshots[1]?.engines[0]?.generationTokensPerSecond).toBe(100);
  });

  it('numbers engines whose address nobody noted', async () => {
    const [snapshot] = await read([
      frame(0, { metrics: [page(aVllmPage()), page('other_exporter 1\n'), page(aVllmPage())] }),
    ]);

    expect(snapshot?.engines.map(({ id, url }) => [id, url])).toEqual([
      ['engine-1', null],
      ['engine-2', null],
    ]);
  });

  it('takes a failed probe for the engine that other frames show there', async () => {
    const snapshots = await read([
      frame(0, { metrics: [page(aVllmPage(), `${URL}/metrics`)] }),
      frame(10, { metrics: [page('', `${URL}/metrics`, 503), page('', `${URL}/health`, 503)] }),
    ]);

    expect(snapshots[1]?.engines).toEqual([]);
    expect(snapshots[1]?.sections.engines).toMatchObject({
      status: 'failed',
      detail: `${URL} answered with HTTP status 503`,
    });
  });

  it('ignores pages of exporters that nobody here knows', async () => {
    const [snapshot] = await read([frame(0, { metrics: [page('redis_up 1\n', 'http://10.0.0.5:9121/metrics')] })]);

    expect(snapshot?.sections.engines.status).toBe('absent');
    expect(snapshot?.engines).toEqual([]);
  });

  it('never shows the credentials of an address', async () => {
    const [snapshot] = await read([
      frame(0, { metrics: [page(aVllmPage(), 'http://joe:secret@10.0.0.5:8000/metrics')] }),
    ]);

    expect(JSON.stringify(snapshot)).not.toContain('secret');
    expect(snapshot?.engines[0]?.id).toBe(URL);
  });

  it('fills what nvidia-smi lacks from the page of dcgm-exporter', async () => {
    const { uuid } = aGpu();
    const dcgm = aDcgmPage({ gpus: [{ uuid, fields: { PROF_DRAM_ACTIVE: 0.62 } }] });
    const [snapshot] = await read([
      frame(0, { nvidiaSmi: { stdout: anNvidiaSmiLog().withGpu().build() }, metrics: [page(dcgm)] }),
    ]);

    expect(snapshot?.gpus[0]?.profiling.dramActiveRatio).toBe(0.62);
    expect(snapshot?.engines).toEqual([]);
  });

  it('resolves kernel times by the uptime, also of another frame, and counts repeated lines once', async () => {
    const kernelLog = aKernelLog({ form: 'dmesg', lines: [{ sinceBootSeconds: 60, message: anXidMessage() }] });
    const snapshots = await read([
      frame(0, { kernelLog }),
      frame(10, { kernelLog, files: { '/proc/uptime': '100.00 1.00\n' } }),
      frame(20),
    ]);

    const incidents = snapshots.map(({ events }) => events.map(({ code, count, at: when }) => [code, count, when]));
    expect(incidents).toEqual(Array(3).fill([[79, 1, at(-30)]]));
    expect(snapshots[2]?.sections.kernelLog.status).toBe('ok');
  });

  it.each([
    ['nothing at all', {}],
    ['text that is no XML', { nvidiaSmi: { stdout: 'garbage '.repeat(1000) } }],
    ['a deep nest of elements', { nvidiaSmi: { stdout: '<a>'.repeat(50_000) } }],
    ['more than a page may have', { metrics: [page(`vllm:x 1\n${'#'.repeat(9_000_000)}`, `${URL}/metrics`)] }],
    ['a page of noise', { metrics: [page('vllm:\u0000{{{{"\n'.repeat(1000), `${URL}/metrics`)] }],
    ['binary kernel lines', { kernelLog: '\u0000\u0001\n'.repeat(1000) }],
    ['files of noise', { files: { '/proc/stat': 'cpu x', '/proc/1/stat': ')(', '/proc/uptime': '∞' } }],
  ])('makes gaps of %s, never an exception', async (_, parts) => {
    const [snapshot] = await read([frame(0, parts)]);

    expect(snapshot?.gaps.length).toBeGreaterThan(0);
    expect(snapshot?.gpus).toEqual([]);
  });
});

describe('readBundle', () => {
  it('takes what the API documents', () => {
    expect(readBundle({ frames: [{ at: at(0) }], settings: { sloTtftP95Seconds: 1 } }).kind).toBe('bundle');
  });

  it.each([
    ['a list', [], ''],
    ['null', null, ''],
    ['no frame', { frames: [] }, 'frames'],
    ['a frame without a time', { frames: [{}] }, 'frames.0.at'],
    ['a time that is none', { frames: [{ at: 'yesterday' }] }, 'frames.0.at'],
    ['an unknown field', { frames: [{ at: at(0), gpu: 1 }] }, 'frames.0'],
    [
      'a file outside /proc and /sys',
      { frames: [{ at: at(0), files: { '/etc/passwd': 'x' } }] },
      'frames.0.files./etc/passwd',
    ],
    ['a page without text', { frames: [{ at: at(0), metrics: [{}] }] }, 'frames.0.metrics.0.text'],
  ])('refuses %s and names it', (_, value, path) => {
    const result = readBundle(value);
    expect(result.kind === 'invalid' && result.errors.map((error) => error.path)).toEqual([path]);
  });
});
