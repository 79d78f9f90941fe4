import { describe, expect, it, jest } from '@jest/globals';
import { RecordedHostFiles } from './host-files.js';
import { type AskFilesystem, type FilesystemStatistics, MountedFilesystems } from './mounted-filesystems.js';
import { parseMountinfo } from './mountinfo.parser.js';

const line = (device: string, path: string, type: string, options = 'rw,relatime', superOptions = 'rw'): string =>
  `26 1 ${device} / ${path} ${options} shared:1 master:2 - ${type} source ${superOptions}\n`;

const ANSWER: FilesystemStatistics = { bsize: 4096, blocks: 1000, bavail: 400, files: 50, ffree: 20 };
const NEVER = new Promise<FilesystemStatistics>(() => undefined);

function mounted(mountinfo: string, ask: AskFilesystem): MountedFilesystems {
  return new MountedFilesystems(new RecordedHostFiles({ '/proc/self/mountinfo': mountinfo }), ask);
}

describe('parseMountinfo', () => {
  it('lists what can hold data, local filesystems first', () => {
    const text =
      line('0:5', '/data', 'nfs4') +
      line('0:20', '/proc', 'proc') +
      line('0:30', '/auto', 'autofs') +
      line('8:1', '/with\\040blank', 'ext4') +
      line('8:2', '/image', 'xfs', 'ro') +
      'broken\n26 1 8:1\n';

    expect(parseMountinfo(text)).toEqual([
      { device: '8:1', path: '/with blank', type: 'ext4', isReadOnly: false, isRemote: false },
      { device: '8:2', path: '/image', type: 'xfs', isReadOnly: true, isRemote: false },
      { device: '0:5', path: '/data', type: 'nfs4', isReadOnly: false, isRemote: true },
    ]);
  });
});

describe('MountedFilesystems', () => {
  it('asks each writable device once, at its shortest path', async () => {
    const ask = jest.fn<AskFilesystem>(async () => ANSWER);
    const table = line('8:1', '/etc/hosts', 'ext4') + line('8:1', '/', 'ext4') + line('8:2', '/ro', 'ext4', 'rw', 'ro');
    const { filesystems, gaps } = await mounted(table, ask).read(1000);

    expect(ask.mock.calls).toEqual([['/']]);
    expect(gaps).toEqual([]);
    expect(filesystems).toEqual([
      {
        device: '8:1',
        type: 'ext4',
        mount: '/',
        totalBytes: 4_096_000,
        freeBytes: 1_638_400,
        totalInodes: 50,
        freeInodes: 20,
        isReadOnly: false,
      },
    ]);
  });

  it('keeps its deadline when a remote mount hangs, and asks no remote one meanwhile', async () => {
    const ask = jest.fn<AskFilesystem>((path) => (path === '/nfs' ? NEVER : Promise.resolve(ANSWER)));
    const table = line('0:5', '/nfs', 'nfs4') + line('0:6', '/other', 'nfs4') + line('8:1', '/', 'ext4');
    const filesystems = mounted(table, ask);
    for (let round = 0; round < 2; round += 1) {
      const reading = await filesystems.read(20);
      expect(reading.filesystems.map(({ mount }) => mount)).toEqual(['/']);
      expect(reading.gaps).toEqual([
        { signal: 'system.disks', status: 'timeout', reason: 'the filesystem at /nfs does not answer' },
        { signal: 'system.disks', status: 'timeout', reason: 'the filesystem at /other does not answer' },
      ]);
    }

    expect(ask.mock.calls.map(([path]) => path)).toEqual(['/', '/nfs', '/']);
  });

  it('asks nothing any more while two hang, and goes on when they answer', async () => {
    let finish: (answer: FilesystemStatistics) => void = () => undefined;
    const held = new Promise<FilesystemStatistics>((resolve) => (finish = resolve));
    let isHanging = true;
    const ask = jest.fn<AskFilesystem>(async () => (isHanging ? held : ANSWER));
    const filesystems = mounted(line('8:1', '/a', 'ext4') + line('8:2', '/b', 'ext4') + line('8:3', '/c', 'xfs'), ask);
    for (let round = 0; round < 4; round += 1) await filesystems.read(5);
    expect(ask).toHaveBeenCalledTimes(2);

    isHanging = false;
    finish(ANSWER);
    await new Promise(setImmediate);
    expect((await filesystems.read(1000)).filesystems).toHaveLength(3);
  });

  it('says which filesystem failed, and reads the others', async () => {
    const ask: AskFilesystem = async (path) => {
      if (path === '/a') throw new Error('EIO');
      return ANSWER;
    };
    const reading = await mounted(line('8:1', '/a', 'ext4') + line('8:2', '/b', 'ext4'), ask).read(1000);

    expect(reading.filesystems.map(({ mount }) => mount)).toEqual(['/b']);
    expect(reading.gaps).toEqual([
      { signal: 'system.disks', status: 'failed', reason: 'the filesystem at /a could not be read: EIO' },
    ]);
  });

  it('says that there is no table of mounts', async () => {
    const { gaps } = await new MountedFilesystems(new RecordedHostFiles({})).read(1000);

    expect(gaps).toMatchObject([{ signal: 'system.disks', status: 'absent' }]);
  });
});
