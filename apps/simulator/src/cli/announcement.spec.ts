import { describe, expect, it } from '@jest/globals';
import { announcement, readerEnvironment } from './announcement.js';

describe('what the simulator prints', () => {
  const environment = readerEnvironment({
    folder: '/tmp/host',
    endpoints: {
      binFolder: '/tmp/host/bin',
      nvidiaSmiAddress: '127.0.0.1:1',
      engineUrls: ['http://127.0.0.1:2', 'http://127.0.0.1:3'],
      cacheUrls: ['http://127.0.0.1:4'],
      dcgmUrl: 'http://127.0.0.1:5/metrics',
      nodeExporterUrl: 'http://127.0.0.1:6/metrics',
      kernelLogFile: '/tmp/host/kernel.log',
    },
  });

  it('has all that a reader needs, as lines for a shell', () => {
    const text = announcement('http://127.0.0.1:4000', environment);
    for (const line of [
      'export PATH=/tmp/host/bin:$PATH',
      'export ENGINE_URLS=http://127.0.0.1:2,http://127.0.0.1:3',
      'export LMCACHE_URLS=http://127.0.0.1:4',
      'export DCGM_URL=http://127.0.0.1:5/metrics',
      'export NODE_EXPORTER_URL=http://127.0.0.1:6/metrics',
      'export KERNEL_LOG=/tmp/host/kernel.log',
      'export DATA_DIR=/tmp/host/data',
    ]) {
      expect(text).toContain(`    ${line}\n`);
    }
    expect(text).toContain('simulated');
  });
});
