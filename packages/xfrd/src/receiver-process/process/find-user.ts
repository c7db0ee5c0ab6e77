import { readFile } from 'node:fs/promises';
import { VmToolsError } from '@vm-tools/errors';

export interface User {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/**
 * The user that the package for Debian makes, for the receiver alone: it has the private key of the host in its memory,
 * and other processes of "nobody" could kill it. Then the user without rights, and without files, on every system.
 */
const DEFAULTS = ['_xfrd', 'nobody'];

/**
 * The user as which the receiver runs. Only root can change it: undefined where nothing has to be changed.
 *
 * @param name as the configuration has it. @default _xfrd, or nobody where there is none
 * @throws VmToolsError XFRD_USER of kind usage
 */
export async function findUser(
  name: string | undefined,
  uid = process.getuid?.(),
  passwd = '/etc/passwd',
): Promise<User | undefined> {
  if (uid !== 0) {
    if (name !== undefined)
      throw noUser(
        `only root can let it run as ${name}`,
        'start xfrd as root, or take "user" out of its configuration',
      );
    return undefined;
  }
  const lines = (await readFile(passwd, 'utf8')).split('\n');
  const lineOf = (wanted: string): string | undefined => lines.find((each) => each.startsWith(`${wanted}:`));
  const wanted = name ?? DEFAULTS.find((each) => lineOf(each) !== undefined) ?? 'nobody';
  const line = lineOf(wanted);
  const [, , uidText, gidText] = line?.split(':') ?? [];
  const user = { name: wanted, uid: Number(uidText), gid: Number(gidText) };
  if (line === undefined || !(user.uid > 0) || !(user.gid > 0))
    throw noUser(
      `there is no user ${wanted}, or it is root`,
      'set "user" in the configuration to one that may do nothing',
    );
  return user;
}

function noUser(why: string, hint: string): VmToolsError {
  return new VmToolsError({
    code: 'XFRD_USER',
    kind: 'usage',
    message: `the process that reads what peers send cannot be given its user: ${why}`,
    hint,
  });
}
