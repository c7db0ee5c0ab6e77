import { VmToolsError } from '@vm-tools/errors';

/** The refusal of an image: the reason as the rest of "NAME cannot be used: …". */
export function imageRefused(path: string, why: string, hint: string): VmToolsError {
  return new VmToolsError({
    code: 'DISK_IMAGE_REFUSED',
    kind: 'usage',
    message: `${path} cannot be the image of a guest: ${why}`,
    hint,
    details: { path },
  });
}

/** An image that cannot be read. */
export function imageUnreadable(path: string, cause: unknown): VmToolsError {
  const { code } = cause as NodeJS.ErrnoException;
  const why = code === 'ENOENT' ? 'there is no such file' : (cause as Error).message;
  return new VmToolsError({
    code: 'DISK_IMAGE_UNREADABLE',
    kind: 'usage',
    message: `cannot read the image ${path}: ${why}`,
    hint: 'name a file of this host that is a raw or a qcow2 image',
    cause,
    details: { path },
  });
}
