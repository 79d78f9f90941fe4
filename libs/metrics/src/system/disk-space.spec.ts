import { describe, expect, it, jest } from '@jest/globals';
import { DiskSpaceReader, type FilesystemSize, realDisks } from './disk-space.js';

const aFilesystem = (overrides: Partial<FilesystemSize> = {}): FilesystemSize => ({
  fs: '/dev/sda1',
  type: 'ext4',
  size: 1000,
  available: 400,
  mount: '/',
  ...overrides,
});

describe('realDisks', () => {
  it('leaves out what can not fill up and shows a device once', () => {
    const disks = realDisks([
      aFilesystem({ mount: '/var/lib/bound' }),
      aFilesystem(),
      aFilesystem({ fs: 'tmpfs', type: 'tmpfs', mount: '/run' }),
      aFilesystem({ fs: '/dev/loop1', type: 'squashfs', mount: '/snap/x' }),
      aFilesystem({ fs: 'overlay', type: 'overlay', mount: '/var/lib/docker/overlay2/x/merged' }),
      aFilesystem({ fs: '/dev/empty', size: 0, mount: '/empty' }),
      aFilesystem({ fs: '/dev/nvme0n1', type: 'xfs', mount: '/models', available: 5 }),
    ]);

    expect(disks).toEqual([
      { mount: '/', filesystem: 'ext4', totalBytes: 1000, freeBytes: 400 },
      { mount: '/models', filesystem: 'xfs', totalBytes: 1000, freeBytes: 5 },
    ]);
  });

  it("keeps the overlay that is a container's root", () => {
    expect(realDisks([aFilesystem({ fs: 'overlay', type: 'overlay' })])).toHaveLength(1);
  });
});

describe('DiskSpaceReader', () => {
  it('asks once a minute', async () => {
    let nowMs = 0;
    const read = jest.fn(async () => [aFilesystem()]);
    const reader = new DiskSpaceReader(read, () => nowMs);
    await reader.disks(1000);
    nowMs = 59_000;
    await reader.disks(1000);
    expect(read).toHaveBeenCalledTimes(1);

    nowMs = 61_000;
    await reader.disks(1000);
    expect(read).toHaveBeenCalledTimes(2);
  });

  it('keeps its deadline when a mount hangs, and starts no second question meanwhile', async () => {
    let finish: (filesystems: FilesystemSize[]) => void = () => undefined;
    const read = jest.fn(() => new Promise<FilesystemSize[]>((resolve) => (finish = resolve)));
    const reader = new DiskSpaceReader(read);

    expect(await reader.disks(5)).toMatchObject({ ok: false, status: 'timeout' });
    expect(await reader.disks(5)).toMatchObject({ ok: false, status: 'timeout' });
    expect(read).toHaveBeenCalledTimes(1);

    finish([aFilesystem()]);
    expect(await reader.disks(1000)).toMatchObject({ ok: true });
  });

  it('says why the filesystems could not be read, and tries again', async () => {
    const read = jest.fn<() => Promise<FilesystemSize[]>>();
    read.mockRejectedValueOnce(new Error('no df')).mockResolvedValueOnce([aFilesystem()]);
    const reader = new DiskSpaceReader(read);

    expect(await reader.disks(1000)).toEqual({
      ok: false,
      status: 'failed',
      reason: 'the filesystems could not be read: no df',
    });
    expect(await reader.disks(1000)).toMatchObject({ ok: true });
  });
});
