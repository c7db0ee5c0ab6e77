import { VmToolsError } from '@vm-tools/errors';
import type { User } from './find-user.ts';

/**
 * Becomes another user for good. With root's number its capabilities go, and the kernel writes no core of a process
 * that has changed hands, nor lets others of the same user look into it.
 */
export function dropRights({ uid, gid }: User): void {
  process.setgroups?.([]);
  process.setgid?.(gid);
  process.setuid?.(uid);
  const has = [process.getuid?.(), process.geteuid?.(), process.getgid?.(), process.getegid?.()];
  if (has.join() === [uid, uid, gid, gid].join() && process.getgroups?.().every((group) => group === gid))
    return;
  throw new VmToolsError({
    code: 'XFRD_USER',
    message: 'the rights of root could not be given up',
    hint: 'see what the service manager or the container forbids',
  });
}
