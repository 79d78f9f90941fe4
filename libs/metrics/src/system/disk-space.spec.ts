import { describe, expect, it } from '@jest/globals';
import { type FilesystemSize, realDisks } from './disk-space.js';

const aFilesystem = (overrides: Partial<FilesystemSize> = {}): FilesystemSize => ({
  device: '8:1',
  type: 'ext4',
  mount: '/',
  totalBytes: 1000,
  freeBytes: 400,
  totalInodes: 100,
  freeInodes: 90,
  isReadOnly: false,
  ...overrides,
});

describe('realDisks', () => {
  it('leaves out what can not fill up and shows a device once', () => {
    const disks = realDisks([
      aFilesystem({ mount: '/var/lib/bound' }),
      aFilesystem(),
      aFilesystem({ device: 'tmpfs', type: 'tmpfs', mount: '/run' }),
      aFilesystem({ device: '/dev/loop1', type: 'squashfs', mount: '/snap/x' }),
      aFilesystem({ device: 'overlay', type: 'overlay', mount: '/var/lib/docker/overlay2/x/merged' }),
      aFilesystem({ device: '/dev/empty', totalBytes: 0, mount: '/empty' }),
      aFilesystem({ device: '/dev/image', mount: '/image', isReadOnly: true }),
      aFilesystem({ device: '/dev/unread', mount: '/unread', totalBytes: null }),
      aFilesystem({ device: '/dev/nvme0n1', type: 'xfs', mount: '/models', freeBytes: 5 }),
    ]);

    expect(disks).toEqual([
      { mount: '/', filesystem: 'ext4', totalBytes: 1000, freeBytes: 400, totalInodes: 100, freeInodes: 90 },
      { mount: '/models', filesystem: 'xfs', totalBytes: 1000, freeBytes: 5, totalInodes: 100, freeInodes: 90 },
    ]);
  });

  it("keeps the overlay that is a container's root", () => {
    expect(realDisks([aFilesystem({ device: 'overlay', type: 'overlay' })])).toHaveLength(1);
  });

  it('has no inodes of a filesystem that does not count them', () => {
    const [disk] = realDisks([aFilesystem({ type: 'btrfs', totalInodes: 0, freeInodes: 0 })]);

    expect(disk).toMatchObject({ totalInodes: null, freeInodes: null });
  });
});
