import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { NvidiaSmiClient } from '@app/metrics';
import { aMachineView, anEngineView, StillHost } from './machine-view.builder.js';
import { Surface, type SurfaceEndpoints } from './surface.js';

const run = promisify(execFile);

describe('the surface of a machine', () => {
  let folder: string;
  let host: StillHost;
  let surface: Surface;
  let endpoints: SurfaceEndpoints;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'simulator-surface-'));
    host = new StillHost();
    surface = new Surface({ folder });
    endpoints = await surface.start(host);
  });
  afterEach(async () => {
    await surface.stop();
    rmSync(folder, { recursive: true });
  });

  const get = async (url: string, method = 'GET'): Promise<{ status: number; text: string }> => {
    const response = await fetch(url, { method });
    return { status: response.status, text: await response.text() };
  };
  const [engineUrl, cacheUrl] = [
    (): string => endpoints.engineUrls[0] ?? '',
    (): string => endpoints.cacheUrls[0] ?? '',
  ];
  const engineBecomes = async (state: 'loading' | 'serving' | 'hung' | 'dead'): Promise<void> => {
    host.current = aMachineView({ engines: [anEngineView({ state })] });
    await surface.follow();
  };
  const nvidiaSmi = async (...argv: string[]): Promise<{ code: number; stdout: string }> => {
    const environment = { PATH: `${endpoints.binFolder}:${process.env['PATH'] ?? ''}` };
    try {
      const { stdout } = await run('nvidia-smi', argv, { env: environment, maxBuffer: 16 * 1024 * 1024 });
      return { code: 0, stdout };
    } catch (error) {
      const { code, stdout } = error as { code: number; stdout: string };
      return { code, stdout };
    }
  };

  it('has pages that say that they are simulated', async () => {
    const urls = [`${engineUrl()}/metrics`, `${cacheUrl()}/metrics`, endpoints.dcgmUrl, endpoints.nodeExporterUrl];
    for (const url of urls) {
      const { status, text } = await get(url);
      expect(status).toBe(200);
      expect(text).toMatch(/^simulated_source_info 1(\.0)?$/m);
    }
  });

  it('is open to this machine alone', () => {
    const urls = [...endpoints.engineUrls, ...endpoints.cacheUrls, endpoints.dcgmUrl, endpoints.nodeExporterUrl];
    expect(urls.every((url) => url.startsWith('http://127.0.0.1:'))).toBe(true);
  });

  it.each(['loading', 'dead'] as const)(
    'refuses connections to an engine that is %s, and comes back at its port',
    async (state) => {
      const url = `${engineUrl()}/health`;
      await engineBecomes(state);
      await expect(fetch(url)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
      await engineBecomes('serving');
      expect(await get(url)).toMatchObject({ status: 200 });
    },
  );

  it('takes connections to an engine that hangs, and never answers', async () => {
    await engineBecomes('hung');
    const aborted = new AbortController();
    const answer = fetch(`${engineUrl()}/health`, { signal: aborted.signal }).then(
      () => 'answered',
      () => 'aborted',
    );
    await expect(fetch(`${cacheUrl()}/backends`)).resolves.toMatchObject({ status: 200 });
    aborted.abort();
    expect(await answer).toBe('aborted');
  });

  it('hands the arguments of nvidia-smi over and ends with its code', async () => {
    expect(await nvidiaSmi('-L')).toEqual({
      code: 0,
      stdout: [0, 1]
        .map((index) => `GPU ${index}: NVIDIA H100 80GB HBM3 (UUID: GPU-6a1f0c3e-9b1d-4c2e-8f00-00000000000${index})\n`)
        .join(''),
    });
    expect(await nvidiaSmi('-i', '7', '-q', '-x')).toEqual({ code: 6, stdout: 'No devices were found\n' });
    expect((await nvidiaSmi('-q', '-x')).stdout).toContain('<attached_gpus>2</attached_gpus>');
    expect((await nvidiaSmi()).stdout).toContain('NVIDIA-SMI 595.58.03');
  });

  it('answers the program for machines without bash alike', async () => {
    const program = join(endpoints.binFolder, 'nvidia-smi.mjs');
    const { stdout } = await run(process.execPath, [program, '--query-gpu=index', '--format=csv,noheader']);
    expect(stdout).toBe('0\n1\n');
  });

  it('is found by the agent, which passes on nothing but PATH', async () => {
    const environment = { PATH: `${endpoints.binFolder}:${process.env['PATH'] ?? ''}` };
    const client = new NvidiaSmiClient({ clock: { now: () => 0 }, environment: () => environment });
    const answer = await client.read({ timeoutMs: 20_000 });
    client.close();
    expect(answer).toMatchObject({ kind: 'data', warning: null });
  }, 30_000);

  it('has an nvidia-smi that finds no driver when the simulator is gone', async () => {
    await surface.stop();
    const { code, stdout } = await nvidiaSmi('-q', '-x');
    expect(code).toBe(9);
    expect(stdout).toContain("couldn't communicate with the NVIDIA driver");
  });

  it('has an nvidia-smi that hangs until it is killed', async () => {
    surface.nvidiaSmi.behaviour = { ...surface.nvidiaSmi.behaviour, hangs: true };
    const killed = run(join(endpoints.binFolder, 'nvidia-smi'), ['-L'], { timeout: 300, killSignal: 'SIGKILL' });
    await expect(killed).rejects.toMatchObject({ killed: true, stdout: '' });
  });

  it('writes what the kernel says to the log, once and in its words', async () => {
    const pciBusId = '00000000:1B:00.0';
    const atMs = Date.UTC(2026, 2, 1, 12, 0, 0, 100);
    host.current = aMachineView({
      kernelEvents: [{ kind: 'xid', gpu: 0, pciBusId, code: 48, sequence: 1, atMs }],
    });
    await surface.follow();
    await surface.follow();
    const lines = readFileSync(endpoints.kernelLogFile, 'utf8').trimEnd().split('\n');
    expect(lines.every((line) => line.includes(' simulated: '))).toBe(true);
    expect(lines.filter((line) => line.includes('Xid'))).toEqual([
      "2026-03-01T12:00:00,100000+00:00 simulated: NVRM: Xid (PCI:0000:1b:00): 48, pid='<unknown>', name=<unknown>, DBE (double-bit error) detected at physical address 0x1f0a2000 partition 4, subpartition 1",
    ]);
    expect((await get(endpoints.dcgmUrl)).text).toMatch(/^DCGM_FI_DEV_XID_ERRORS\{gpu="0".*\} 48$/m);
  });

  it('leaves nothing open when a port is taken', async () => {
    const taken = Number(new URL(engineUrl()).port);
    const other = new Surface({ folder, ports: { engines: [taken] } });
    await expect(other.start(host)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
