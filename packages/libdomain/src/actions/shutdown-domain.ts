import { messageOf, VmToolsError } from '@vm-tools/errors';
import type { Domain } from '../domain.ts';
import { guestError } from '../guest-error.ts';
import { isAcknowledged, requestControl, withdrawControl } from '../guest/control-request.ts';
import { deathError, hasEnded } from '../guest/death.ts';
import {
  requireWhole,
  requireNotShutDown,
  requireNotSuspended,
  requireThere,
} from '../guest/requirements.ts';
import { waitForGuest } from '../guest/wait-for-guest.ts';
import { holdDomain, type HoldOptions } from '../hold/hold-domain.ts';
import type { Host } from '../host.ts';
import { refuseDom0 } from './not-dom0.ts';

/** The request to the guest, its time limit, and what follows that. */
export interface ShutdownOptions extends HoldOptions {
  readonly mode: 'poweroff' | 'reboot';
  /** Wait until it has shut down, not only until it has acknowledged. @default false */
  readonly wait?: boolean;
  /** @default 60 s */
  readonly timeoutMs?: number;
  /** When the time is up, shut it down without its help. @default false */
  readonly force?: boolean;
}

type Identity = Pick<Domain, 'domid' | 'uuid' | 'name'>;

/** How the guest ended up: gone when it was destroyed, as on_poweroff may demand. */
export type ShutdownOutcome = 'acknowledged' | 'shut-down' | 'gone' | 'forced';

/**
 * Asks a guest to power off or to reboot. Its `on_poweroff` and `on_reboot` decide what happens to the domain then. The
 * domain is held while it is asked and while it is forced, not while it makes up its mind: that may take minutes.
 *
 * @throws DOMAIN_SHUTDOWN_TIMEOUT with details.acked; the request is withdrawn. DOMAIN_PAUSED: it could not answer;
 *   DOMAIN_NOT_RUNNING: it had shut down already, and not as it was to; GUEST_DIED: it came to another end than was asked for;
 *   DOMAIN_SUSPENDED, DOMAIN_UNKNOWN; and as `holdDomain`
 */
export async function shutdownDomain(
  host: Host,
  domain: Identity,
  options: ShutdownOptions,
): Promise<ShutdownOutcome> {
  refuseDom0(domain, 'shut down from here');
  const { domid, name } = domain;
  const { mode, wait = false, timeoutMs = 60_000, force = false, signal } = options;
  const doing = mode === 'reboot' ? 'to reboot' : 'to power off';
  const ended = async (): Promise<ShutdownOutcome | undefined> => {
    const info = await host.xen.domainGetinfo(domid);
    if (info === undefined || info.isDying) return 'gone';
    if (!hasEnded(domain, info)) return undefined;
    if (info.shutdownReason === mode) return 'shut-down';
    throw await deathError(host, domain, info, `when it was ${doing}`);
  };
  const answered = async (): Promise<ShutdownOutcome | undefined> =>
    (await ended()) ?? (!wait && (await isAcknowledged(host, domid, mode)) ? 'acknowledged' : undefined);

  let isAsked = false;
  try {
    {
      await using _held = await holdDomain(host, domain, options);
      const info = await requireThere(host, domain);
      await requireWhole(host, domain, info);
      if (mode === 'poweroff' && info.shutdownReason === 'poweroff') return 'shut-down';
      requireNotShutDown(domain, info);
      await requireNotSuspended(host, domain, info);
      if (info.isPaused && !force) throw paused(domain);
      await requestControl(host, domid, mode);
      isAsked = true;
    }
    const outcome = await waitForGuest(host, domid, answered, {
      timeoutMs,
      what: `${name} ${doing}`,
      signal,
    });
    if (outcome !== undefined) return outcome;

    const { acked } = await withdrawControl(host, domid, mode);
    isAsked = false;
    const atLast = await ended();
    if (atLast !== undefined) return atLast;
    if (!force) throw timedOut(domain, options.mode, timeoutMs, acked);
    await using _held = await holdDomain(host, domain, options);
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
      : 'force it, or destroy it: the request has been withdrawn',
    guest: { domid, name, state: 'still running' },
    details: { acked, timeoutMs },
  });
}

function paused({ domid, name }: Pick<Domain, 'domid' | 'name'>): VmToolsError {
  return new VmToolsError({
    code: 'DOMAIN_PAUSED',
    kind: 'usage',
    message: `${name} is paused and cannot answer`,
    hint: `run vm-unpause ${name} first`,
    guest: { domid, name, state: 'paused' },
  });
}
