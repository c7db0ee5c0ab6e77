import type { Messages, OpenedHost } from '@vm-tools/cli';
import { VmToolsError } from '@vm-tools/errors';
import { resolveDomain } from '@vm-tools/libdomain';

/**
 * Says which of the domains are not there: they may be to come.
 *
 * @throws DOMAIN_UNKNOWN for one whose end is waited for, or that is named by its domid; as `resolveDomain`
 */
export async function noteAbsent(
  host: OpenedHost,
  domains: readonly string[],
  until: readonly string[],
  messages: Pick<Messages, 'note'>,
): Promise<void> {
  for (const word of domains) {
    try {
      await resolveDomain(host, word);
    } catch (thrown) {
      const isAbsent = thrown instanceof VmToolsError && thrown.code === 'DOMAIN_UNKNOWN';
      if (!isAbsent || until.includes('gone') || /^\d+$/.test(word)) throw thrown;
      messages.note(`${thrown.message}: waiting for it (${thrown.hint})`);
    }
  }
}
