import type { OpenedHost } from '@vm-tools/cli';
import { VmToolsError } from '@vm-tools/errors';
import { holdDomain, type Domain } from '@vm-tools/libdomain';

/** Whether no living process works on a domain, and no transfer of it waits to be decided. */
export async function isIdle(host: OpenedHost, domain: Pick<Domain, 'uuid'>): Promise<boolean> {
  try {
    await using _ = await holdDomain(host, domain);
    return true;
  } catch (thrown) {
    if (thrown instanceof VmToolsError && BUSY.includes(thrown.code)) return false;
    throw thrown;
  }
}

const BUSY: readonly string[] = ['XFR_GUEST_BUSY', 'XFR_UNRESOLVED', 'XFR_JOURNAL_CORRUPT'];
