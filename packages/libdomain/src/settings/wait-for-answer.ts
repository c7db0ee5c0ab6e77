import { sleep, VmToolsError, within } from '@vm-tools/errors';
import type { DomainInfo } from '@vm-tools/xc-native';
import { deathError, hasEnded } from '../guest/death.ts';
import { requireThere } from '../guest/requirements.ts';
import type { Subject } from './change.ts';

/** Xen tells of no change of memory or vCPUs: it must be asked. */
const LOOK_EVERY_MS = 100;

/** What the guest is to do, and for how long it is waited for. */
export interface Answer {
  readonly timeoutMs: number;
  /** e.g. "give memory back" */
  readonly doing: string;
  readonly hasCome: (info: DomainInfo) => boolean;
  /** e.g. "has 256 MiB and not 128 MiB" */
  readonly describe: (info: DomainInfo) => string;
}

/**
 * Waits until the guest has done what it was asked for.
 *
 * @throws DOMAIN_SETTING_TIMEOUT when it has not; GUEST_DIED, DOMAIN_UNKNOWN; INTERRUPTED
 */
export async function waitForAnswer(subject: Subject, answer: Answer): Promise<void> {
  const { host, domain, signal } = subject;
  const over = new AbortController();
  let last = subject.info;
  const come = async (): Promise<void> => {
    for (;;) {
      last = await requireThere(host, domain);
      if (hasEnded(domain, last))
        throw await deathError(host, domain, last, `when it was to ${answer.doing}`);
      if (answer.hasCome(last)) return;
      await sleep(LOOK_EVERY_MS, over.signal);
    }
  };
  const looking = come();
  looking.catch(() => undefined); // it ends once it is no longer waited for
  const late = {
    code: 'DOMAIN_SETTING_TIMEOUT',
    message: `${domain.name} was to ${answer.doing}`,
    hint: 'give it more time with --timeout, or see in the guest why it does not: the request has been withdrawn',
  };
  try {
    await within(looking, answer.timeoutMs, late, signal);
  } catch (thrown) {
    if (!(thrown instanceof VmToolsError) || thrown.code !== late.code) throw thrown;
    throw thrown.with({
      message: `${domain.name} did not ${answer.doing} within ${answer.timeoutMs / 1000} s: it ${answer.describe(last)}`,
      details: { timeoutMs: answer.timeoutMs },
    });
  } finally {
    over.abort();
  }
}
