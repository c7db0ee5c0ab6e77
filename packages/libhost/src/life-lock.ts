import { dirname } from 'node:path';
import { VmToolsError } from '@vm-tools/errors';
import { commandOf, type Host } from '@vm-tools/libdomain';
import { describeHolder, holderNow, makeLockFolder, readHolder, tryLock } from '@vm-tools/locks';
import { lifeLockPath } from './paths.ts';

/**
 * Makes this process the only one that takes guests of the host down or brings them back.
 *
 * @throws VmToolsError HOST_BUSY (usage), LOCK_FAILED, LOCK_FOLDER
 */
export async function holdLife(host: Host): Promise<AsyncDisposable> {
  const path = lifeLockPath(host.root);
  await makeLockFolder(dirname(path));
  const held = await tryLock(path, { holder: holderNow(commandOf(host)) });
  if (held !== undefined) return held;
  const holder = await readHolder(path);
  throw new VmToolsError({
    code: 'HOST_BUSY',
    kind: 'usage',
    retry: 'safe',
    message: `guests of this host are being taken down or brought back: ${describeHolder(holder)}`,
    hint: 'wait until it has finished',
    details: { holder },
  });
}
