import { VmToolsError } from '@vm-tools/errors';
import type { Host } from '../../host.ts';
import { AS_SUCCESSOR, findSuccessor } from './find-successor.ts';

/** How long a restart is waited for, ms: vm-monitor begins with it as soon as the command that failed lets go. */
const RESTART_MS = 5000;

/**
 * A guest that reboots while it is saved or moved is restarted a moment after that has failed, under a new domid: the
 * error says which, where that comes in time.
 *
 * @param thrown what the save or the transfer has failed with
 * @returns the same, or GUEST_DIED with the domid that the guest has now
 */
export async function withSuccessor(host: Host, thrown: unknown, signal: AbortSignal): Promise<unknown> {
  if (!(thrown instanceof VmToolsError) || thrown.code !== 'GUEST_DIED') return thrown;
  const { message, guest, details } = thrown;
  const { uuid, domid: before, state } = guest ?? {};
  // The error may have come after the restart, and says so already.
  if (details['reason'] !== 'reboot' || state === AS_SUCCESSOR) return thrown;
  if (uuid === undefined || before === undefined) return thrown;
  const name = guest?.name ?? uuid;
  const successor = async (): Promise<number | undefined> =>
    (await findSuccessor(host, { domid: before, uuid }))?.domid;
  const wait = { timeoutMs: RESTART_MS, signal, what: `${name} to be restarted` };
  const domid = await host.store.waitFor('@introduceDomain', successor, wait).catch(() => undefined);
  if (domid === undefined) return thrown;
  return thrown.with({
    message: `${message}; it is domid ${domid} now`,
    hint: `wait until ${name} has started, then try again`,
    guest: { ...guest, domid, state: AS_SUCCESSOR },
    details: { domid },
  });
}
