import { VmToolsError } from '@vm-tools/errors';
import type { Domain } from '../domain.ts';
import { isAcknowledged, requestControl, withdrawControl } from '../guest/control-request.ts';
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
  const ended = async (): Promise<ShutdownOutcome | undefined> => {
    const info = await host.xen.domainGetinfo(domid);
    if (info === undefined || info.isDying) return 'gone';
    return info.shutdownReason === undefined ? undefined : 'shut-down';
  };
  const before = await ended();
  if (before !== undefined) return before;
  if (!force && (await host.xen.domainGetinfo(domid))?.isPaused === true) throw paused(domain);

  const answered = async (): Promise<ShutdownOutcome | undefined> =>
    (await ended()) ?? (!wait && (await isAcknowledged(host, domid, mode)) ? 'acknowledged' : undefined);
  let outcome: ShutdownOutcome | undefined;
  try {
    await requestControl(host, domid, mode);
    const what = `${name} to ${mode === 'reboot' ? 'reboot' : 'power off'}`;
    outcome = await waitForGuest(host, domid, answered, { timeoutMs, what, signal });
  } catch (thrown) {
    await withdrawControl(host, domid, mode);
    throw thrown;
  }
  if (outcome !== undefined) return outcome;

  const { acked } = await withdrawControl(host, domid, mode);
  const atLast = await ended();
  if (atLast !== undefined) return atLast;
  if (!force) throw timedOut(domain, options.mode, timeoutMs, acked);
  await host.xen.domainShutdown(domid, mode);
  return 'forced';
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
