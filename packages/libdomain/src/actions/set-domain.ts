import { describeDomain, type Domain } from '../domain.ts';
import { guestError } from '../guest-error.ts';
import { requireAwake, requireNotPaused, requireThere } from '../guest/requirements.ts';
import { holdDomain, type HoldOptions } from '../hold/hold-domain.ts';
import type { Host } from '../host.ts';
import { applyAll, type Change, type Subject } from '../settings/change.ts';
import { memoryChange } from '../settings/memory.ts';
import { nameChange } from '../settings/rename.ts';
import { pinChange, sharesChange } from '../settings/scheduling.ts';
import type { DomainSettings } from '../settings/settings.ts';
import { storedChange } from '../settings/stored.ts';
import { vcpusChange } from '../settings/vcpus.ts';
import { refuseDom0 } from './not-dom0.ts';

const DEFAULT_TIMEOUT_MS = 60_000;

/** For how long the guest's answer is waited for. */
export interface SetOptions extends HoldOptions {
  /** For its memory and for its vCPUs, each. @default 60 s */
  readonly timeoutMs?: number;
}

/**
 * Changes a domain while it runs: all of the settings, or none. Memory and vCPUs are the guest's to give back and to
 * take; a guest that does not within the time limit keeps what it had. What is set is written where xl looks for it,
 * and a later save.
 *
 * @returns the domain as it is then
 * @throws DOMAIN_SETTING_INVALID: this domain cannot have that; DOMAIN_SETTING_TIMEOUT: the guest did not answer;
 *   DOMAIN_PAUSED: it could not; DOMAIN_NAME_TAKEN; XEN_NO_CAP; DOMAIN_NOT_RUNNING, DOMAIN_SUSPENDED, DOMAIN_UNKNOWN;
 *   GUEST_DIED; and as `holdDomain`
 */
export async function setDomain(
  host: Host,
  domain: Pick<Domain, 'domid' | 'uuid' | 'name'>,
  settings: DomainSettings,
  options: SetOptions = {},
): Promise<Domain> {
  const { timeoutMs = DEFAULT_TIMEOUT_MS, signal } = options;
  const { memoryKib, maxMemoryKib, vcpus, name } = settings;
  if ([memoryKib, maxMemoryKib, vcpus, name].some((value) => value !== undefined))
    refuseDom0(domain, 'renamed or resized from here');
  const leftovers: string[] = [];
  try {
    await using _held = await holdDomain(host, domain, options);
    const info = await requireAwake(host, domain);
    if (memoryKib !== undefined || vcpus !== undefined)
      requireNotPaused(domain, info, 'it can neither give memory back nor use other vCPUs');
    const subject: Subject = { host, domain, info, signal };
    // What can be refused comes first, what the guest takes its time for last.
    const changes: readonly (Change | undefined)[] = [
      nameChange(subject, settings),
      await sharesChange(subject, settings),
      await pinChange(subject, settings),
      vcpusChange(subject, settings, timeoutMs),
      await memoryChange(subject, settings, timeoutMs),
      storedChange(subject, settings),
    ];
    const wanted = changes.filter((change) => change !== undefined);
    const look = async (): Promise<Domain> => describeDomain(host.store, await requireThere(host, domain));
    return await applyAll(wanted, look, (left) => leftovers.push(left));
  } catch (thrown) {
    throw await guestError(host, domain, thrown, {
      doing: `changing ${domain.name}`,
      leftovers,
      hint: 'set it again',
    });
  }
}
