import { VmToolsError } from '@vm-tools/errors';
import type { DomainInfo } from '@vm-tools/xc-native';
import type { Domain } from '../domain.ts';
import type { Host } from '../host.ts';
import { AS_SUCCESSOR, findSuccessor } from './successor/find-successor.ts';

type Identity = Pick<Domain, 'domid' | 'uuid' | 'name'>;

/**
 * How a guest has come to its end, if it has.
 *
 * @param doing what was being done, e.g. "when it was to suspend"
 * @returns GUEST_DIED; undefined when it runs, or is suspended or paused
 */
export async function deathOf(
  host: Pick<Host, 'xen'>,
  domain: Identity,
  doing: string,
): Promise<VmToolsError | undefined> {
  const info = await host.xen.domainGetinfo(domain.domid);
  return hasEnded(domain, info) ? deathError(host, domain, info, doing) : undefined;
}

export function hasEnded({ uuid }: Identity, info: DomainInfo | undefined): boolean {
  if (info === undefined || info.isDying || info.uuid !== uuid) return true;
  return info.shutdownReason !== undefined && info.shutdownReason !== 'suspend';
}

/** It may have been made anew since: then the error says as what. */
export async function deathError(
  host: Pick<Host, 'xen'>,
  { domid, uuid, name }: Identity,
  info: DomainInfo | undefined,
  doing: string,
): Promise<VmToolsError> {
  const reason = info?.uuid === uuid ? info.shutdownReason : undefined;
  const successor = await findSuccessor(host, { domid, uuid });
  const end = reason === undefined ? 'was destroyed' : `shut down (${reason})`;
  const now = successor === undefined ? '' : `; it is domid ${successor.domid} now`;
  const before = reason === undefined ? 'destroyed' : `shut down: ${reason}`;
  return new VmToolsError({
    code: 'GUEST_DIED',
    message: `${name} ${end} ${doing}${now}`,
    hint:
      reason === 'reboot' && successor === undefined
        ? 'it is being restarted: vm-list shows the domid that it has then'
        : 'its console may tell why; its configuration says what becomes of it now',
    guest: {
      name,
      uuid,
      domid: successor?.domid ?? domid,
      state: successor === undefined ? before : AS_SUCCESSOR,
    },
    details: { reason, domid: successor?.domid ?? domid },
  });
}

/** Calls back when the guest has come to its end, until it is disposed of. A watch that fails tells nothing. */
export function watchDeath(
  host: Host,
  domain: Identity,
  doing: string,
  onDeath: (death: VmToolsError) => void,
): AsyncDisposable {
  const over = new AbortController();
  const watching = (async (): Promise<void> => {
    await using watch = host.store.watch('@releaseDomain', { signal: over.signal });
    while (!(await watch.next()).done) {
      const death = await deathOf(host, domain, doing);
      if (death === undefined) continue;
      onDeath(death);
      return;
    }
  })().catch(() => undefined);
  return {
    async [Symbol.asyncDispose]() {
      over.abort();
      await watching;
    },
  };
}
