import { VmToolsError } from '@vm-tools/errors';
import type { Domain } from '../domain.ts';
import { guestError } from '../guest-error.ts';
import { withdrawWord } from '../guest/control-request.ts';
import { hasEnded } from '../guest/death.ts';
import { requireAwake, requireNotPaused } from '../guest/requirements.ts';
import { waitForGuest } from '../guest/wait-for-guest.ts';
import { holdDomain, type HoldOptions } from '../hold/hold-domain.ts';
import type { Host } from '../host.ts';
import { domainPath, sysrqPath } from '../paths.ts';
import { refuseDom0 } from './not-dom0.ts';

/** How long the guest is waited for. */
export interface SysrqOptions extends HoldOptions {
  /** @default 10 s */
  readonly timeoutMs?: number | undefined;
}

/**
 * Presses a key for the kernel of a Linux guest, and waits until it has taken it: "s" writes its disks, "c" lets it
 * crash. Which keys it follows is for its kernel.sysrq to say, and what came of it stands in its own log.
 *
 * @param key one letter or digit
 * @throws DOMAIN_KEY_IGNORED (timeout): the guest did not take it, and it has been withdrawn; SYSRQ_KEY_INVALID;
 *   DOMAIN_PAUSED, DOMAIN_NOT_RUNNING, DOMAIN_SUSPENDED, DOMAIN_UNKNOWN; and as `holdDomain`
 */
export async function pressSysrq(
  host: Host,
  domain: Pick<Domain, 'domid' | 'uuid' | 'name'>,
  key: string,
  options: SysrqOptions = {},
): Promise<void> {
  refuseDom0(domain, 'sent keys from here');
  if (!/^[0-9a-zA-Z]$/.test(key)) throw invalid(key);
  const { domid, name } = domain;
  const { timeoutMs = 10_000, signal } = options;
  const { store } = host;
  const path = sysrqPath(domid);
  /** A key like "c" or "b" may end it before it says that it has taken it. */
  const taken = async (): Promise<true | undefined> =>
    (await store.read(path)) !== key || hasEnded(domain, await host.xen.domainGetinfo(domid)) || undefined;
  let isAsked = false;
  try {
    await using _held = await holdDomain(host, domain, options);
    const info = await requireAwake(host, domain);
    requireNotPaused(domain, info, 'it cannot take a key');
    await store.transaction(async (tx) => {
      // A plain write would make the tree of a domain that is gone anew, and no tool would ever remove it.
      if ((await tx.read(domainPath(domid))) !== undefined) await tx.write(path, key);
    });
    isAsked = true;
    const what = `${name} to take a key`;
    const outcome = await waitForGuest(host, domid, taken, { timeoutMs, signal, what, path });
    isAsked = outcome === undefined;
    if (isAsked && !(await withdrawWord(host, path, key)).acked) throw ignored(domain, key, timeoutMs);
  } catch (thrown) {
    if (isAsked) await withdrawWord(host, path, key).catch(() => undefined); // what failed first tells more
    throw await guestError(host, domain, thrown, { doing: `pressing a key of ${name}`, hint: 'try again' });
  }
}

function ignored(
  { domid, uuid, name }: Pick<Domain, 'domid' | 'uuid' | 'name'>,
  key: string,
  timeoutMs: number,
): VmToolsError {
  return new VmToolsError({
    code: 'DOMAIN_KEY_IGNORED',
    kind: 'timeout',
    message: `${name} did not take the key ${key} within ${timeoutMs / 1000} s`,
    hint: 'see whether its kernel has CONFIG_MAGIC_SYSRQ and listens to xenstore: Linux does; the key has been withdrawn',
    guest: { domid, uuid, name, state: 'still running here' },
  });
}

function invalid(key: string): VmToolsError {
  return new VmToolsError({
    code: 'SYSRQ_KEY_INVALID',
    kind: 'usage',
    message: `${JSON.stringify(key)} is no key of a kernel: it takes one letter or digit`,
    hint: 'give h to see in the log of the guest which keys its kernel knows',
  });
}
