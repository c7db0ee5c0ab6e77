import * as z from 'zod';
import { line, MAX_PATH_BYTES } from '../keys/values.ts';
import { vdevNumber } from './vdev.ts';

/** What the bytes of an image mean. "empty": a cdrom drive without a disc. */
export const DISK_FORMATS = ['raw', 'qcow', 'qcow2', 'vhd', 'qed', 'empty'] as const;
/** The program or driver that serves a disk: blkback for "phy", also over a loop device; qemu for "qdisk". */
export const DISK_BACKENDS = ['phy', 'qdisk'] as const;

const target = line.refine(
  (text) => Buffer.byteLength(text) < MAX_PATH_BYTES,
  'is longer than any path can be',
);

const diskObject = z.strictObject({
  /** path of the image or block device in the backend domain; for a script whatever it understands */
  target: target.default(''),
  vdev: line.refine((text) => vdevNumber(text) !== undefined, 'must name a virtual disk, as "xvda" does'),
  format: z.enum(DISK_FORMATS, `must be one of ${DISK_FORMATS.join(', ')}`).default('raw'),
  access: z.enum(['rw', 'ro'], 'must be "rw" or "ro"').default('rw'),
  type: z.enum(['disk', 'cdrom'], 'must be "disk" or "cdrom"').default('disk'),
  /** name or number of the driver domain that has the target; dom0 if absent */
  backend: z.exactOptional(line.min(1, 'must not be empty')),
  /** "phy" for raw images and devices, "qdisk" for others, if absent */
  backendType: z.exactOptional(z.enum(DISK_BACKENDS, 'must be "phy" or "qdisk"')),
  /** of the hotplug script: a name in /etc/xen/scripts, or a path */
  script: z.exactOptional(line.min(1, 'must not be empty')),
  /** whether the guest may discard blocks; if absent, wherever it may write */
  discard: z.exactOptional(z.boolean()),
  /** the host's page cache is passed by */
  directIoSafe: z.exactOptional(z.boolean()),
  /** false: the guest does not trust its backend */
  trusted: z.exactOptional(z.boolean()),
});

/** Names of the fields of one. */
export const DISK_FIELDS = Object.keys(diskObject.shape);

/** One virtual disk of a guest. */
export const diskSchema = diskObject
  .refine(({ target, type, format }) => target !== '' || (type === 'cdrom' && format === 'empty'), {
    path: ['target'],
    error: 'is missing: only a cdrom of format "empty" has none',
  })
  .refine(({ target, format }) => target === '' || format !== 'empty', {
    path: ['format'],
    error: '"empty" is for a cdrom without a target',
  })
  .refine(
    ({ target, script, backend }) =>
      target === '' || script !== undefined || backend !== undefined || target.startsWith('/'),
    {
      path: ['target'],
      error: 'must be an absolute path',
    },
  )
  .refine(({ format, backendType }) => backendType !== 'phy' || format === 'raw', {
    path: ['backendType'],
    error: '"phy" serves raw images and block devices only; leave it out',
  })
  .refine(
    ({ script, backendType, format }) =>
      script === undefined || (backendType !== 'qdisk' && format === 'raw'),
    {
      path: ['script'],
      error: 'is for raw disks that no qemu serves',
    },
  )
  .transform((disk) => (disk.type === 'cdrom' ? { ...disk, access: 'ro' as const } : disk))
  .readonly();

/** One virtual disk of a guest. */
export type Disk = z.output<typeof diskSchema>;

/** The same as a caller may write it: what has a default may be absent. */
export type DiskInput = z.input<typeof diskSchema>;

/** The script of a disk that names no other: it gives a file a loop device, and tells blkback what to open. */
export const BLOCK_SCRIPT = 'block';

/** Which backend serves it. qemu alone understands other formats than raw, and only a kernel has scripts. */
export function backendTypeOf(disk: Pick<Disk, 'format' | 'backendType'>): (typeof DISK_BACKENDS)[number] {
  return disk.backendType ?? (disk.format === 'raw' ? 'phy' : 'qdisk');
}
