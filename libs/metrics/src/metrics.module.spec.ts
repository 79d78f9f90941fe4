import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Global, Logger, Module } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { ConfigModule, loadSettings } from '@app/config';
import { HistoryStore, SnapshotSource } from '@app/core';
import { aVllmPage, fakeVllm, type FakeVllm } from '@app/testing/metrics';
import { InMemoryHistoryStore } from '@app/testing/workflow';
import { MetricsModule } from './metrics.module.js';
import { MetricsService } from './snapshot/index.js';

@Global()
@Module({ providers: [{ provide: HistoryStore, useClass: InMemoryHistoryStore }], exports: [HistoryStore] })
class StoreModule {}

describe('MetricsModule', () => {
  let engine: FakeVllm;
  let module: TestingModule;

  beforeEach(async () => {
    jest.spyOn(Logger.prototype, 'log').mockImplementation(() => undefined);
    engine = await fakeVllm(aVllmPage({ running: 4 }));
    const settings = loadSettings({ GPU_SOURCE: 'none', ENGINE_URLS: engine.url, KERNEL_LOG: 'none' });
    module = await Test.createTestingModule({
      imports: [ConfigModule.forRoot(settings), StoreModule, MetricsModule],
    }).compile();
  });

  afterEach(async () => {
    await module.close();
    await engine.stop();
  });

  it('reads this machine and its engines through the port', async () => {
    const source = module.get(SnapshotSource);
    expect(source).toBe(module.get(MetricsService));

    const snapshot = await source.collect('local');
    expect(snapshot.sections.gpu.status).toBe('absent');
    expect(snapshot.sections.engines.status).toBe('ok');
    expect(snapshot.engines[0]).toMatchObject({ id: engine.url, requestsRunning: 4, version: '0.11.0' });
    expect(['ok', 'partial']).toContain(snapshot.sections.system.status);
    expect(snapshot.system?.memory.totalBytes).toBeGreaterThan(0);
  });

  it('samples from the start of the application to its end', async () => {
    await module.init();
    const service = module.get(MetricsService);
    expect(service.isSampling()).toBe(true);

    await module.close();
    expect(service.isSampling()).toBe(false);
  });
});
