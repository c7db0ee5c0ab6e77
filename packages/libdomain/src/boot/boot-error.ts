import { VmToolsError } from '@vm-tools/errors';

/** The facts about a bootloader that an error tells. */
interface Failed {
  readonly program: string;
  readonly disk: string;
  readonly lastWords?: string;
}

/**
 * The failure of a bootloader that has run.
 *
 * @param why as a clause: "it ended with status 1"
 */
export function bootloaderFailed(why: string, { program, disk, lastWords = '' }: Failed): VmToolsError {
  const said = lastWords.trim().split('\n').at(-1)?.trim() ?? '';
  return new VmToolsError({
    code: 'DOMAIN_BOOTLOADER_FAILED',
    kind: 'usage',
    message: `${program} has found no kernel on ${disk}: ${why}${said === '' ? '' : `, and last said: ${said}`}`,
    hint: 'see /var/log/xen/bootloader-NAME.log, and whether the disk has a kernel and a grub.cfg that this program understands',
    details: { program, disk, lastWords },
  });
}

/** The refusal of a disk on which no bootloader can look. */
export function bootloaderDisk(why: string, hint: string): VmToolsError {
  return new VmToolsError({ code: 'DOMAIN_BOOTLOADER_DISK', kind: 'usage', message: why, hint });
}
