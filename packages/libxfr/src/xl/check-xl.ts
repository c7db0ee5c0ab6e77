import { throwIfAborted } from '@vm-tools/errors';
import type { Source } from '@vm-tools/ports';
import type { PeerCheck } from '../check/check-peer.ts';
import type { Connect } from '../options.ts';
import { DEFAULT_TIMEOUTS, type TransferTimeouts } from '../protocol/timeouts.ts';
import { asVmToolsError } from '../protocol/remote-error.ts';
import { XlLink } from './link.ts';
import { XL } from './messages.ts';

/**
 * Whether the guest of `source` could be moved to a host that has only xl, as far as can be known here: whether it can
 * be saved, and whether xl greets there. What xl would say to the guest itself, it says when it gets it.
 *
 * @throws VmToolsError only when the signal fires
 */
export async function checkXl(
  source: Source,
  connect: Connect,
  {
    signal = new AbortController().signal,
    timeouts,
  }: { readonly signal?: AbortSignal; readonly timeouts?: Partial<TransferTimeouts> } = {},
): Promise<readonly PeerCheck[]> {
  const found: PeerCheck[] = (await source.check()).map((check) => ({ side: 'source' as const, ...check }));
  const greeting = { side: 'target', name: 'xl' } as const;
  try {
    const link = new XlLink(await connect(signal), { ...DEFAULT_TIMEOUTS, ...timeouts });
    try {
      await link.inTime(link.hear(XL.banner, 'the greeting of xl'), 'the greeting of xl', signal);
      return [...found, greeting];
    } finally {
      link.abort();
    }
  } catch (thrown) {
    throwIfAborted(signal, 'looking at both hosts');
    return [...found, { ...greeting, error: asVmToolsError(thrown) }];
  }
}
