import { messageOf, VmToolsError } from '@vm-tools/errors';
import type { DomainInfo } from '@vm-tools/xc-native';
import type { Domain } from '../domain.ts';
import { isAcknowledged, requestControl, withdrawControl } from '../guest/control-request.ts';
import { guestError } from '../guest/guest-error.ts';
import { waitForGuest } from '../guest/wait-for-guest.ts';
import type { Host } from '../host.ts';
import { refuseDom0 } from './not-dom0.ts';

export interface ShutdownOptions {
  readonly mode: 'poweroff' | 'reboot';
  /** Wait until it has shut down, not only until it has acknowledged. @default false */
  readonly wait?: boolean;
  /** @default 60 s */
  readonly timeoutMs?: number;
  /** When the time is up, shut it down without its help. @default false */
  readonly force?: boolean;
  readonly signal?: AbortSignal;
}

/** How the guest ended up: gone when somebody destroyed it, as on_poweroff may demand. */
export type ShutdownOutcome = 'acknowledged' | 'shut-down' | 'gone' | 'forced';

/**
 * Asks a guest to power off or to reboot. What becomes of the domain then is its `on_poweroff` and `on_reboot`.
 *
 * @throws DOMAIN_SHUTDOWN_TIMEOUT with details.acked; the request is withdrawn. DOMAIN_PAUSED: it could not answer
 */
export async function shutdownDomain(
  host: Host,
  domain: Pick<Domain, 'domid' | 'name'>,
  options: ShutdownOptions,
): Promise<ShutdownOutcome> {
  refuseDom0(domain, 'shut down from here');
  const { domid, name } = domain;
  const { mode, wait = false, timeoutMs = 60_000, force = false, signal } = options;
  const ended = async (): Promise<ShutdownOutcome | undefined> =>
    outcomeOf(await host.xen.domainGetinfo(domid));
  const answered = async (): Promise<ShutdownOutcome | undefined> =>
    (await ended()) ?? (!wait && (await isAcknowledged(host, domid, mode)) ? 'acknowledged' : undefined);

  let isAsked = false;
  try {
    const info = await host.xen.domainGetinfo(domid);
    const before = outcomeOf(info);
    if (before !== undefined) return before;
    if (info?.isPaused === true && !force) throw paused(domain);
    await requestControl(host, domid, mode);
    isAsked = true;
    const what = `${name} to ${mode === 'reboot' ? 'reboot' : 'power off'}`;
    const outcome = await waitForGuest(host, domid, answered, { timeoutMs, what, signal });
    if (outcome !== undefined) return outcome;

    const { acked } = await withdrawControl(host, domid, mode);
    isAsked = false;
    const atLast = await ended();
    if (atLast !== undefined) return atLast;
    if (!force) throw timedOut(domain, options.mode, timeoutMs, acked);
    await host.xen.domainShutdown(domid, mode);
    return 'forced';
  } catch (thrown) {
    throw await guestError(host, domain, thrown, {
      doing: `shutting down ${name}`,
      leftovers: isAsked ? await takeBack(host, domain, mode) : [],
      hint: 'ask it again',
    });
  }
}

function outcomeOf(info: DomainInfo | undefined): ShutdownOutcome | undefined {
  if (info === undefined || info.isDying) return 'gone';
  return info.shutdownReason === undefined ? undefined : 'shut-down';
}

/** @returns what the guest may still do because it was asked to, as a clause */
async function takeBack(
  host: Host,
  { domid, name }: Pick<Domain, 'domid' | 'name'>,
  mode: ShutdownOptions['mode'],
): Promise<string[]> {
  try {
    const { acked } = await withdrawControl(host, domid, mode);
    return acked ? [`${name} has seen the request to ${mode}, and may still follow it`] : [];
  } catch (second) {
    return [`${name} may still follow the request to ${mode}: ${messageOf(second)}`];
  }
}

function timedOut(
  { domid, name }: Pick<Domain, 'domid' | 'name'>,
  mode: string,
  timeoutMs: number,
  acked: boolean,
): VmToolsError {
  return new VmToolsError({
    code: 'DOMAIN_SHUTDOWN_TIMEOUT',
    kind: 'timeout',
    message: acked
      ? `${name} acknowledged the request to ${mode}, but has not shut down within ${timeoutMs / 1000} s`
      : `${name} did not answer the request to ${mode} within ${timeoutMs / 1000} s`,
    hint: acked
      ? 'give it more time, or force it'
      : 'the request has been withdrawn; force it, or destroy it',
    guest: { domid, name, state: 'still running' },
    details: { acked, timeoutMs },
  });
}

function paused({ domid, name }: Pick<Domain, 'domid' | 'name'>): VmToolsError {
  return new VmToolsError({
    code: 'DOMAIN_PAUSED',
    kind: 'usage',
    message: `${name} is paused and cannot answer`,
    hint: `vm-unpause ${name} first`,
    guest: { domid, name, state: 'paused' },
  });
}
