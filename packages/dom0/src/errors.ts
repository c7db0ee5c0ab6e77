/**
 * The failures of a control domain, for each that answers `Dom0`.
 *
 * @packageDocumentation
 */
import { messageOf, VmToolsError } from '@vm-tools/errors';

/** Three times what libxl gives it: Xen's scripts start some 40 processes each, and a busy host takes its time. */
export const SCRIPT_LIMIT_MS = 120_000;
/** As long as libxl gives to one that it keeps apart. A menu that waits for a user for ever is over then, too. */
export const BOOTLOADER_LIMIT_MS = 120_000;
/** The longest answer of a bootloader: two paths and a command line. */
export const BOOTLOADER_OUTPUT_BYTES = 65_536;
/** How long a qemu may take to end: it may have to wait for a disk. */
export const QEMU_GONE_LIMIT_MS = 10_000;

/** The failure of a hotplug script that is not there, or cannot be run. */
export function scriptMissing(path: string, cause?: unknown): VmToolsError {
  const isMissing =
    cause === undefined || (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT');
  return new VmToolsError({
    code: 'DOM0_SCRIPT_MISSING',
    kind: 'usage',
    message: isMissing
      ? `there is no script ${path}`
      : `the script ${path} cannot be run: ${messageOf(cause)}`,
    hint: isMissing
      ? 'install the scripts of Xen (package xen-utils-common), or name another'
      : `chmod +x ${path}`,
    details: { path },
    cause,
  });
}

/** The failure of a hotplug script that was not through in time, and has been ended. */
export function scriptLate(path: string, lastWords: string): VmToolsError {
  const said = lastWords.trim();
  return new VmToolsError({
    code: 'DOM0_SCRIPT_TIMEOUT',
    kind: 'timeout',
    message: `the script ${path} did not end within ${SCRIPT_LIMIT_MS / 1000} s${said === '' ? '' : `; it last said: ${said}`}`,
    hint: 'see /var/log/xen/xen-hotplug.log, and whether another script holds a lock in /var/run/xen-hotplug',
    details: { path, lastWords },
  });
}

/** The failure of a bootloader that is not there, or cannot be run. */
export function bootloaderMissing(program: string, cause?: unknown): VmToolsError {
  return new VmToolsError({
    code: 'DOM0_BOOTLOADER_MISSING',
    kind: 'usage',
    message:
      cause === undefined
        ? `there is no bootloader ${program} that can be run`
        : `the bootloader ${program} cannot be run: ${messageOf(cause)}`,
    hint: 'install it (pygrub is in the package xen-utils), name another, or name a kernel in its place',
    details: { program },
    cause,
  });
}

/** The failure of a bootloader that was not through in time, and has been ended. */
export function bootloaderLate(program: string, lastWords: string): VmToolsError {
  const said = lastWords.trim().split('\n').at(-1) ?? '';
  return new VmToolsError({
    code: 'DOM0_BOOTLOADER_TIMEOUT',
    kind: 'timeout',
    message: `the bootloader ${program} did not end within ${BOOTLOADER_LIMIT_MS / 1000} s${said === '' ? '' : `; it last said: ${said}`}`,
    hint: 'a menu may wait for a choice: give its default a time limit in the guest, or pass an option such as bootloader_args = ["-q"]',
    details: { program, lastWords },
  });
}

/** The failure to bring what was written to the disk. */
export function flushFailed(path: string, cause: unknown): VmToolsError {
  return new VmToolsError({
    code: 'DOM0_FLUSH_FAILED',
    message: `what was written to ${path} may not be on its disk: ${messageOf(cause)}`,
    hint: 'see the kernel log for errors of that disk, and whether the file is still there',
    details: { path },
    cause,
  });
}

/** The failure to take a loop device away. */
export function loopStays(path: string, why: string, cause?: unknown): VmToolsError {
  return new VmToolsError({
    code: 'DOM0_LOOP_STAYS',
    message: `the loop device ${path} cannot be taken away: ${why}`,
    hint: 'see what has it: losetup -l, lsblk; then losetup -d',
    details: { path },
    cause,
  });
}

/** The failure of a qemu that cannot be started. */
export function qemuMissing(program: string, cause?: unknown): VmToolsError {
  return new VmToolsError({
    code: 'DOM0_QEMU_MISSING',
    kind: 'usage',
    message: `${program} cannot be started${cause === undefined ? '' : `: ${messageOf(cause)}`}`,
    hint: 'install qemu for Xen (package qemu-system-xen)',
    details: { program },
    cause,
  });
}

/** The failure of a qemu that does not end. */
export function qemuStays(pid: number, cause?: unknown): VmToolsError {
  return new VmToolsError({
    code: 'DOM0_QEMU_STAYS',
    kind: 'timeout',
    message: `qemu, process ${pid}, was killed and is still there after ${QEMU_GONE_LIMIT_MS / 1000} s${cause === undefined ? '' : `: ${messageOf(cause)}`}`,
    hint: 'see in its /proc folder what it waits for; most often a disk that does not answer',
    details: { pid },
    cause,
  });
}

/**
 * The refusal of a command by qemu.
 *
 * @param words qemu's own
 */
export function qmpRefused(command: string, words: string | undefined): VmToolsError {
  return new VmToolsError({
    code: 'DOM0_QMP_FAILED',
    message: `qemu refuses ${command}: ${words ?? 'it does not say why'}`,
    hint: 'see its log in /var/log/xen',
    details: { command },
  });
}

/** The silence of a qemu that was asked something. */
export function qmpSilent(path: string, command: string, cause: unknown): VmToolsError {
  return new VmToolsError({
    code: 'DOM0_QMP_SILENT',
    kind: 'timeout',
    message: `qemu does not answer ${command} on ${path}`,
    hint: 'see whether it runs, and its log in /var/log/xen; another client may hold its socket',
    details: { command, path },
    cause,
  });
}
