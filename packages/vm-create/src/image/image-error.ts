import { VmToolsError } from '@vm-tools/errors';

/** There are files under the name of a guest that is to be made. */
export function filesTaken(name: string, folder: string): VmToolsError {
  return new VmToolsError({
    code: 'GUEST_FILES_TAKEN',
    kind: 'usage',
    message: `${folder} is there already: it may be the disk of another guest called ${name}`,
    hint: `choose another name, or remove it if no guest needs it: rm -r ${quoted(folder)}`,
    details: { name, folder },
  });
}

/** The disk that is asked for is smaller than what is on it. */
export function diskTooSmall(message: string, least: string): VmToolsError {
  return new VmToolsError({
    code: 'GUEST_DISK_TOO_SMALL',
    kind: 'usage',
    message,
    hint: `ask for ${least} or more, or leave out --disk`,
  });
}

/** The control domain has nothing with which a guest could start from its own disk. */
export function noGrub(path: string): VmToolsError {
  return new VmToolsError({
    code: 'GUEST_NO_GRUB',
    kind: 'usage',
    message: `there is no ${path}, by which a guest starts the kernel on its own disk`,
    hint: 'install grub-xen-host, or take the kernel out of the image and name it: kernel=FILE ramdisk=FILE cmdline=WORDS',
    details: { path },
  });
}

/** A word of a shell; a name has no quotes in it. */
function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path}'`;
}
