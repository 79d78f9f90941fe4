import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DiskHostFiles, type HostFiles, RecordedHostFiles } from './host-files.js';

describe.each(['DiskHostFiles', 'RecordedHostFiles'] as const)('%s', (kind) => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'host-files-'));
    mkdirSync(join(root, 'proc/7'), { recursive: true });
    writeFileSync(join(root, 'proc/7/stat'), '7 (x)');
    writeFileSync(join(root, 'proc/long'), 'x'.repeat(1024 * 1024 + 1));
    writeFileSync(join(root, 'secret'), 'hidden');
  });

  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const files = (): HostFiles =>
    kind === 'DiskHostFiles'
      ? new DiskHostFiles(root)
      : new RecordedHostFiles({
          '/proc/7/stat': '7 (x)',
          '/proc/long': 'x'.repeat(1024 * 1024 + 1),
          '/secret': 'hidden',
          '/proc/../secret': 'hidden',
        });

  it('reads a file, lists a folder and knows what is there', async () => {
    expect(await files().read('/proc/7/stat')).toEqual({ ok: true, text: '7 (x)' });
    expect([...(await files().list('/proc'))].sort()).toEqual(['7', 'long']);
    expect(await files().exists('/proc/7')).toBe(true);
    expect(await files().exists('/proc/8')).toBe(false);
  });

  it('says that a file is absent', async () => {
    expect(await files().read('/proc/8/stat')).toMatchObject({ ok: false, status: 'absent' });
    expect(await files().list('/proc/8')).toEqual([]);
  });

  it('reads no more than it should', async () => {
    expect(await files().read('/proc/long')).toMatchObject({ ok: false, status: 'failed' });
    expect(await files().read('/proc/long', { maxBytes: 2 * 1024 * 1024 })).toMatchObject({ ok: true });
  });

  it.each(['/secret', '/proc/../secret', '/etc/passwd', 'proc/7/stat', '/proc/7/st\0at', '/procfs'])(
    'reads nothing at %j',
    async (path) => {
      expect(await files().read(path)).toMatchObject({ ok: false });
      expect(await files().exists(path)).toBe(false);
      expect(await files().list(path)).toEqual([]);
    },
  );
});
