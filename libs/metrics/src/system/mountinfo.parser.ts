/** A mounted filesystem that may hold data. */
export interface Mount {
  /** `major:minor`; the same for every bind mount of a device. */
  readonly device: string;
  readonly path: string;
  readonly type: string;
  readonly isReadOnly: boolean;
  /** Its server can be gone, and then whoever asks hangs. */
  readonly isRemote: boolean;
}

/** Kernel interfaces, memory, images, and `autofs`, which mounts something as soon as it is asked. */
const WITHOUT_DATA = new Set([
  ...['proc', 'sysfs', 'cgroup', 'cgroup2', 'devpts', 'devtmpfs', 'tmpfs', 'ramfs', 'mqueue', 'hugetlbfs', 'debugfs'],
  ...['tracefs', 'securityfs', 'pstore', 'bpf', 'configfs', 'fusectl', 'autofs', 'rpc_pipefs', 'nsfs', 'nfsd'],
  ...['binfmt_misc', 'efivarfs', 'selinuxfs', 'resctrl', 'squashfs', 'iso9660', 'erofs', 'cramfs', 'fuse.snapfuse'],
  ...['fuse.lxcfs', 'fuse.gvfsd-fuse', 'fuse.portal'],
]);

const REMOTE =
  /^(nfs4?|cifs|smb3?|smbfs|9p|virtiofs|ceph|lustre|gpfs|beegfs|afs|glusterfs|pvfs2|orangefs|wekafs|fuse(\..*)?)$/;

/** Whether a filesystem of this type can fill up. Of the overlays only a container's own root says something new. */
export function holdsData(type: string, path: string): boolean {
  return !WITHOUT_DATA.has(type) && (type !== 'overlay' || path === '/');
}

/** `/proc/self/mountinfo`: what may hold data, local filesystems first. */
export function parseMountinfo(text: string): readonly Mount[] {
  const mounts = text.split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ', 2);
    const [, , device, , path, options] = before.split(' ');
    const [type, , superOptions = ''] = after.split(' ');
    if (device === undefined || path === undefined || options === undefined || !type || !path.startsWith('/'))
      return [];
    const isReadOnly = [options, superOptions].some((list) => list.split(',').includes('ro'));
    const mount: Mount = { device, path: unescaped(path), type, isReadOnly, isRemote: REMOTE.test(type) };
    return holdsData(type, mount.path) ? [mount] : [];
  });
  return [...mounts.filter(({ isRemote }) => !isRemote), ...mounts.filter(({ isRemote }) => isRemote)];
}

/** Blanks and the like stand as octal numbers (`\040`). */
function unescaped(path: string): string {
  return path.replace(/\\([0-3][0-7]{2})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
