import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Settings } from '@app/config';
import type { Snapshot } from '@app/core';
import { aFindingOf, aTask, type FakeJsonServer, fakeJsonServer } from '@app/testing/actions';
import { aFrame, aFrameCache, aFrameEngine, FRAME_GPU_UUID } from '@app/testing/analysis';
import { SetClock } from '@app/testing/workflow';
import type { Action, ActionTask } from '../action.js';
import { HttpExecutor } from '../executors/http.executor.js';
import { Notifier } from '../executors/notifier.js';
import type { ProcessRun } from '../host/bounded-process.js';
import { CollectDiagnosticsAction } from './collect-diagnostics.action.js';
import { EngineHealthCheckAction, LmcacheHealthCheckAction } from './health-check.action.js';
import { NotifyOncallAction } from './notify-oncall.action.js';
import { OpenRmaTicketAction } from './open-rma-ticket.action.js';

const GPU = { kind: 'gpu', id: FRAME_GPU_UUID, label: 'GPU 0' } as const;

/** As the runner: looks, does, looks again. */
async function done(action: Action, task: ActionTask) {
  const before = await action.read(task);
  const wasReached = action.isReached(before, task, before);
  const output = await action.execute(task, before);
  const after = await action.read(task);
  return { wasReached, output, after, isReached: action.isReached(after, task, before) };
}

describe('read-only actions', () => {
  let dataDir: string;
  let server: FakeJsonServer;
  beforeEach(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'read-only-'));
    server = await fakeJsonServer({ 'GET /metrics': () => ({ body: '# HELP x\nx 1\n' }) });
  });
  afterEach(async () => {
    await server.stop();
    rmSync(dataDir, { recursive: true });
  });

  const settingsOf = (kernelLog = 'none'): Pick<Settings, 'sources' | 'store' | 'webhooks' | 'kubernetes'> => {
    const urls = { dcgmUrl: null, nodeExporterUrl: null, engineUrls: [], lmcacheUrls: [] };
    return { sources: { gpu: 'auto', kernelLog, ...urls }, store: { dataDir }, webhooks: {}, kubernetes: null };
  };
  const clock = new SetClock();
  const folder = (name: string): string[] => readdirSync(join(dataDir, name));

  describe('collect-diagnostics', () => {
    const task = aTask('collect-diagnostics', GPU);
    const action = (kernelLog = 'none'): CollectDiagnosticsAction => {
      const report = (argv: readonly string[]): Promise<ProcessRun> =>
        Promise.resolve(
          argv[0] === 'topo'
            ? { kind: 'exited', exitCode: 255, stdout: 'Failed', stderr: '', isTruncated: false }
            : {
                kind: 'exited',
                exitCode: 0,
                stdout: `${argv.join(' ')} password=hunter2`,
                stderr: '',
                isTruncated: false,
              },
        );
      const engines = new HttpExecutor([server.url]);
      return new CollectDiagnosticsAction(
        { smi: { report }, engines, caches: new HttpExecutor([]) },
        { settings: settingsOf(kernelLog), clock },
      );
    };
    const written = (): { parts: { name: string; text?: string; missing?: string }[] } =>
      JSON.parse(readFileSync(join(dataDir, 'diagnostics', folder('diagnostics')[0] ?? ''), 'utf8')) as never;

    it('leaves one file for its owner, without secrets, and names it', async () => {
      const { wasReached, isReached, output } = await done(action(), task);
      const file = join(dataDir, 'diagnostics', 'run-1-action-1.json');
      expect({ wasReached, isReached }).toEqual({ wasReached: false, isReached: true });
      expect(output).toMatchObject({ isAccepted: true, text: expect.stringContaining(file) });
      expect(statSync(file).mode & 0o777).toBe(0o600);
      expect(readFileSync(file, 'utf8')).not.toContain('hunter2');
    });

    it('has what there was, and says what there was not', async () => {
      const log = join(dataDir, 'kernel.log');
      writeFileSync(log, 'something else\nNVRM: Xid (PCI:0000:3b:00): 48, pid=1\n');
      await done(action(log), task);
      const { parts } = written();
      expect(parts.find(({ name }) => name === 'nvidia-smi -q -x')?.text).toContain('-q -x');
      expect(parts.find(({ name }) => name === 'kernel log')?.text).toBe('NVRM: Xid (PCI:0000:3b:00): 48, pid=1');
      expect(parts.find(({ name }) => name === `${server.url}/metrics`)?.text).toBe('# HELP x\nx 1\n');
      expect(parts.find(({ name }) => name.startsWith('processes'))?.text).toContain(String(process.pid));
      expect(parts.find(({ name }) => name === 'nvidia-smi topo -m')?.missing).toMatch(/code 255/);
    });

    it('is done once per run and action', async () => {
      await done(action(), task);
      expect(action().isReached(await action().read(task))).toBe(true);
      expect(action().isReached(await action().read({ ...task, runId: 'run-2' }))).toBe(false);
    });

    it('writes nowhere but into its folder', async () => {
      await done(action(), { ...task, runId: '../../escaped' });
      expect(folder('diagnostics')).toHaveLength(1);
      expect(folder('.')).toEqual(['diagnostics']);
    });
  });

  describe('open-rma-ticket', () => {
    const task = aTask('open-rma-ticket', GPU);
    const action = (query: () => Promise<readonly Record<string, string | null>[]>): OpenRmaTicketAction =>
      new OpenRmaTicketAction({ query }, { settings: settingsOf(), clock });
    const ticket = (): string => readFileSync(join(dataDir, 'tickets', folder('tickets')[0] ?? ''), 'utf8');

    it('writes what the vendor asks for, for a person to send', async () => {
      const row = { serial: '1650123456789', 'remapped_rows.failure': 'Yes', vbios_version: null };
      const { isReached, output } = await done(
        action(() => Promise.resolve([row])),
        task,
      );
      expect(isReached).toBe(true);
      expect(output.text).toMatch(/run-1-action-1\.txt: a person has to send it/);
      expect(ticket()).toContain(`UUID: ${FRAME_GPU_UUID}`);
      expect(ticket()).toContain('serial: 1650123456789');
      expect(ticket()).toContain('remapped_rows.failure: Yes');
      expect(ticket()).toContain('vbios_version: not reported');
    });

    it('is written for a GPU as well that answers nothing any more', async () => {
      await done(
        action(() => Promise.reject(new Error('GPU is lost'))),
        task,
      );
      expect(ticket()).toContain('not readable (GPU is lost)');
    });
  });

  describe('health checks', () => {
    const engine = (): { url: string; snapshot: Snapshot; task: ActionTask } => {
      const subject = { kind: 'engine', id: server.url, label: 'chat' } as const;
      const snapshot = aFrame(0, { engines: [aFrameEngine({ id: server.url })] });
      return { url: server.url, snapshot, task: aTask('engine-health-check', subject) };
    };

    it('tell how an engine is, and generate nothing', async () => {
      server.routes['GET /health'] = () => ({ body: '' });
      server.routes['GET /v1/models'] = () => ({ body: { data: [] } });
      const { wasReached, isReached, output, after } = await done(
        new EngineHealthCheckAction(new HttpExecutor([server.url])),
        engine().task,
      );
      expect({ wasReached, isReached }).toEqual({ wasReached: false, isReached: true });
      expect(output.text).toMatch(/^Healthy\. .*\/metrics: 200 \d+ characters/);
      expect(after).toMatchObject({ isHealthy: true });
      expect(new Set(server.requests.map(({ method }) => method))).toEqual(new Set(['GET']));
    });

    it('have a dead engine for an answer too', async () => {
      const action = new EngineHealthCheckAction(new HttpExecutor([server.url]));
      const { task } = engine();
      await server.stop();
      const result = await done(action, task);
      server = await fakeJsonServer({});
      expect(result).toMatchObject({ isReached: true, after: { isHealthy: false } });
      expect(result.output.text).toMatch(/^Not healthy.*ECONNREFUSED/);
    });

    it('ask configured engines only', () => {
      const { snapshot, task } = engine();
      const finding = aFindingOf(task.subject);
      const propose = (http: HttpExecutor) =>
        new EngineHealthCheckAction(http).propose({ type: task.type, parameters: {} }, finding, snapshot);
      expect(propose(new HttpExecutor([server.url]))).toMatchObject({ proposal: { members: [server.url] } });
      expect(propose(new HttpExecutor([]))).toMatchObject({ reason: expect.stringMatching(/none of the configured/) });
    });

    it.each([
      [{ healthy: true, unhealthy_count: 0 }, true],
      [{ healthy: false, unhealthy_count: 1 }, false],
    ])('believe the body of the internal API, which is always 200: %j', async (body, isHealthy) => {
      server.routes['GET /periodic-threads-health'] = () => ({ body });
      const subject = { kind: 'cache', id: server.url, label: 'cache' } as const;
      const action = new LmcacheHealthCheckAction(new HttpExecutor([server.url]));
      expect((await done(action, aTask(action.type, subject))).after).toMatchObject({ isHealthy });
    });

    it('find the cache with an address for one that is on a page only', () => {
      const page = aFrameCache();
      const snapshot = aFrame(0, { caches: [page, aFrameCache({ id: server.url, engineId: null })] });
      const action = new LmcacheHealthCheckAction(new HttpExecutor([server.url]));
      const finding = aFindingOf({ kind: 'cache', id: page.id, label: page.id });
      expect(action.propose({ type: action.type, parameters: {} }, finding, snapshot)).toMatchObject({
        proposal: { subject: { id: server.url } },
      });
    });
  });

  describe('notify-oncall', () => {
    const action = (): NotifyOncallAction => {
      const webhook = { url: `${server.url}/page`, secret: null, timeoutMs: 5_000, retries: 0 };
      return new NotifyOncallAction(
        new Notifier({ settings: { ...settingsOf(), webhooks: { 'notify-oncall': webhook } }, clock }),
      );
    };
    const taskFor = (firstSeenAt: string): ActionTask => {
      const finding = aFindingOf(GPU, { firstSeenAt });
      const result = action().propose({ type: 'notify-oncall', parameters: {} }, finding, aFrame(0));
      if (result.kind === 'impossible') throw new Error(result.reason);
      return aTask('notify-oncall', GPU, { parameters: result.proposal.parameters });
    };

    it('tells the finding once, whatever run asks for it', async () => {
      server.routes['POST /page'] = () => ({});
      const task = taskFor('2026-03-01T12:00:00.000Z');
      expect(await done(action(), task)).toMatchObject({ wasReached: false, isReached: true });
      expect(JSON.parse(server.requests[0]?.body ?? '')).toMatchObject({
        operation: 'execute',
        subject: GPU,
        parameters: { note: 'Something is slow: It is slower than it should be.' },
      });
      const later = { ...task, runId: 'run-2' };
      expect(action().isReached(await action().read(later))).toBe(true);
      expect(action().isReached(await action().read(taskFor('2026-03-02T12:00:00.000Z')))).toBe(false);
    });

    it('is not reached where nobody confirmed it', async () => {
      server.routes['POST /page'] = () => ({ status: 404 });
      const logged = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
      const result = await done(action(), taskFor('2026-03-01T12:00:00.000Z'));
      expect(result).toMatchObject({ isReached: false, output: { isAccepted: false } });
      expect(logged).toHaveBeenCalledTimes(1);
      logged.mockRestore();
    });

    it('is unavailable without a webhook', async () => {
      const mute = new NotifyOncallAction(new Notifier({ settings: settingsOf(), clock }));
      expect(await mute.unavailable()).toMatch(/No webhook is configured/);
    });
  });
});
